"""Searching passages, reading one, and listing the documents: the tools that ask no model."""

from collections.abc import Sequence
from dataclasses import dataclass

from citewire.api.audit import who_asks
from citewire.api.dependencies import check_length, searchable_from
from citewire.api.mcp.calls import McpCall
from citewire.api.mcp.schemas import (
    FetchArguments,
    FetchResult,
    ListArguments,
    ListedDocument,
    ListResult,
    PassageFacts,
    SearchArguments,
    SearchHit,
    SearchResult,
)
from citewire.api.schemas import DocumentView
from citewire.errors import PassageNotFound
from citewire.services.access.audit.schema import Resource
from citewire.services.answers.shown import passage_resource, shown_passages
from citewire.services.exports.links import passage_link
from citewire.services.passages.finding import FoundForModel, ReadForModel
from citewire.services.reading.title import name_for_models
from citewire.text.places import place_of, placed

PASSAGES = "citewire://passages/"
"""The URI of a passage without its id, which stays the same for as long as the passage is kept."""
SNIPPET_CHARS = 400


@dataclass(frozen=True, slots=True)
class ToldPassage:
    """A passage that was read, as both the tool and the resource tell it."""

    read: ReadForModel
    facts: PassageFacts

    @property
    def title(self) -> str:
        """Its report and page, slide or sheet."""
        stored = self.read.stored
        label = stored.page_label
        return placed(stored.title, stored.file_name, label, section=stored.section)

    @property
    def text(self) -> str:
        """Its text, and what stands around it, told as such."""
        stored = self.read.stored
        named = place_of(stored.file_name, stored.page_label, section=stored.section)
        place = f", {named}" if named else ""
        parts = [self.read.text]
        if self.read.before:
            parts += [f"--- before it{place} ---", *self.read.before]
        if self.read.after:
            parts += [f"--- after it{place} ---", *self.read.after]
        return "\n\n".join(parts)


def uri_of(passage_id: str) -> str:
    """The URI of a passage."""
    return f"{PASSAGES}{passage_id}"


async def search(call: McpCall, given: SearchArguments) -> SearchResult:
    """Find passages; that they were shown is told in the audit log.

    Raises:
        CitewireError: what stands in the way.
    """
    check_length(call.services, given.query, "query")
    within, collections = await searchable_from(call.services, call.caller, given)
    found = await call.services.finder.find(
        given.query, filter=within, limit=given.limit, collections=collections
    )
    await _tell_read(call, shown_passages([one.source for one in found]))
    return SearchResult(results=[_hit(one, call.base_url) for one in found])


async def fetch(call: McpCall, given: FetchArguments) -> FetchResult:
    """Read a passage.

    Raises:
        PassageNotFound: there is none of that id that the caller may read.
        CitewireError: what else stands in the way.
    """
    passage = await read_passage(call, given.id)
    return FetchResult(
        id=given.id,
        title=passage.title,
        text=passage.text,
        url=passage_link(call.base_url, given.id),
        metadata=passage.facts,
    )


async def read_passage(call: McpCall, passage_id: str) -> ToldPassage:
    """A passage that the caller may read; that it was is told in the audit log.

    Raises:
        PassageNotFound: there is none of that id.
        CitewireError: what else stands in the way.
    """
    services = call.services
    reach = await services.reaching.of(call.caller)
    try:
        read = await services.finder.read(passage_id, reach.libraries)
    except PassageNotFound as error:
        await _tell_read(call, [Resource("passage", passage_id)], problem=error.code)
        raise
    stored = read.stored
    shown = [passage_resource(one, stored.doc_id, stored.page) for one in read.shown]
    await _tell_read(call, shown)
    standing = (await services.succession.standings([passage_id], reach.libraries))[passage_id]
    facts = PassageFacts(
        uri=uri_of(passage_id),
        doc_id=stored.doc_id,
        report=stored.title,
        file_name=name_for_models(stored.file_name),
        folder=name_for_models(stored.folder),
        page=stored.page,
        page_label=stored.page_label,
        section=stored.section,
        kind=stored.kind,
        organisation=stored.organisation,
        periods=stored.periods.split(),
        state=standing.state,
        now=standing.now.passage_id if standing.now else None,
        note=standing.note,
    )
    return ToldPassage(read, facts)


async def list_documents(call: McpCall, given: ListArguments) -> ListResult:
    """List what the caller may read, in the order in which it was ingested.

    Raises:
        CitewireError: what stands in the way.
    """
    reach = await call.services.reaching.of(call.caller)
    records = await call.services.documents.within(reach.libraries).list()
    end = given.offset + given.limit
    views = [DocumentView.of(record, reach) for record in records[given.offset : end]]
    return ListResult(
        documents=[ListedDocument.of(view) for view in views],
        total=len(records),
        next_offset=end if end < len(records) else None,
    )


def _hit(found: FoundForModel, base_url: str) -> SearchHit:
    source, text = found.source, found.text
    return SearchHit(
        id=source.passage_id,
        title=placed(source.title, source.file_name, source.page_label, section=source.section),
        url=passage_link(base_url, source.passage_id),
        text=text if len(text) <= SNIPPET_CHARS else f"{text[:SNIPPET_CHARS]} …",
        uri=uri_of(source.passage_id),
        doc_id=source.doc_id,
        file_name=name_for_models(source.file_name),
        page=source.page_start,
        page_label=source.page_label,
        section=source.section,
    )


async def _tell_read(
    call: McpCall, found: Sequence[Resource], *, problem: str | None = None
) -> None:
    if found:
        who = who_asks(call.request.scope)
        await call.services.audit.acted(who, "Read", found, problem=problem)
