"""What an answer cites, in the words of the wire: sources, citations, verdicts and warnings.

Field names and order are the contract's (docs/protocol.md); of what has a `name` it is that of an
SSE event. Offsets count UTF-16 code units. None has slots: orjson takes four times as long to
write those.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import ClassVar, Literal

from llama_index.core.schema import BaseNode, NodeWithScore

from citewire.content.outdated import Outdated
from citewire.content.table_record import TABLE
from citewire.content.withheld import Spans, spans_of
from citewire.services.citations.locating import Match
from citewire.services.citations.source_table import SourceTable
from citewire.storage.library.passage_node import ALSO_IN, CONTEXT, FOUND_BY
from citewire.text.offsets import blanked, utf16_length
from citewire.workflows.catalogue.model import DocumentName

WarningCode = Literal[
    "dropped_marker",
    "unsupported_number",
    "no_citation",
    "truncated",
    "condense_fallback",
    "model_fallback",
    "ambiguous_document",
    "not_reranked",
    "outdated_document",
]
VerificationStatus = Literal["supported", "partial", "unsupported", "unchecked"]
Origin = Literal["marked", "inferred"]

CollectionNames = Mapping[str, tuple[str, str]]
"""The id and the name of collections, by the tag that their passages bear."""
NO_COLLECTIONS: CollectionNames = MappingProxyType({})
_PRIVATE = "private", ""

_NO_WORDS = re.compile(r"[\W_]+")
"""What stands between the words of a file's name."""


@dataclass(frozen=True)
class Withheld:
    """A part of a source's text that the model is not given, from `start` up to and without `end`.

    `reason` is `invisible`, `hidden` or `instruction`, or `access` where whoever reads an old
    answer may read the report no longer, and only what was quoted is left; more may come.
    """

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class ContextPassage:
    """A passage beside a source on its page, shown to the model with it, without a number.

    `before` says whether it stands before the source; the rest is as in a source.
    """

    passage_id: str
    page: int
    page_label: str
    before: bool
    text: str
    withheld: list[Withheld] = field(default_factory=list)
    kind: str = "text"
    table: SourceTable | None = None

    @classmethod
    def from_node(cls, node: BaseNode, source: BaseNode) -> "ContextPassage":
        """The passage of a node that is shown with `source`."""
        facts, text = node.metadata, node.get_content()
        return cls(
            passage_id=node.node_id,
            page=int(facts["page"]),
            page_label=facts["page_label"],
            before=facts["start"] < source.metadata["start"],
            text=text,
            withheld=_withheld(text, spans_of(facts)),
            kind=facts.get("kind", "text"),
            table=_table(facts.get(TABLE), text),
        )

    @property
    def readable(self) -> str:
        """Its text with blanks for what is withheld, every place unchanged."""
        return without_withheld(self.text, self.withheld)


@dataclass(frozen=True)
class AlsoIn:
    """A passage that says the same as a source, and is none of its own for that."""

    passage_id: str
    doc_id: str
    title: str
    file_name: str
    page: int
    page_label: str
    collection: str = "private"
    collection_name: str = ""

    @classmethod
    def from_node(cls, node: BaseNode, collections: CollectionNames) -> "AlsoIn":
        """The passage of a node."""
        facts = node.metadata
        collection, name = collections.get(facts.get("owner_id", ""), _PRIVATE)
        return cls(
            passage_id=node.node_id,
            doc_id=node.ref_doc_id or "",
            title=facts["title"],
            file_name=facts["file_name"],
            page=int(facts["page"]),
            page_label=facts["page_label"],
            collection=collection,
            collection_name=name,
        )


@dataclass
class Source:
    """A numbered passage given to the model; offsets of `withheld` count UTF-16 in its text.

    `kind` is `text`, `table` or `figure`; `table` has the grid of a table, if it is known.
    `organisation`, `periods` and `document_kind` are those of its document; `collection` is where
    that lies, by its id (`private` or that of a shared one) and its name.
    `found_by` names the ways in which it was found; `context` is what was shown with it, and
    `also_in` where the same stands.
    `section` is the heading above it. `outdated` tells which version of its file it is from, where
    that changed and could not be read; null otherwise.
    """

    n: int
    passage_id: str
    doc_id: str
    title: str
    file_name: str
    folder: str
    page_start: int
    page_end: int
    page_label: str
    text: str
    score: float
    url: str
    cited: bool = False
    withheld: list[Withheld] = field(default_factory=list)
    kind: str = "text"
    table: SourceTable | None = None
    organisation: str = ""
    periods: list[str] = field(default_factory=list)
    document_kind: str = ""
    found_by: list[str] = field(default_factory=list)
    context: list[ContextPassage] = field(default_factory=list)
    also_in: list[AlsoIn] = field(default_factory=list)
    section: str = ""
    collection: str = "private"
    collection_name: str = ""
    outdated: Outdated | None = None

    @classmethod
    def from_node(
        cls, n: int, found: NodeWithScore, collections: CollectionNames = NO_COLLECTIONS
    ) -> "Source":
        """Source `n` of an answer, from the node that carries the passage."""
        node = found.node
        facts = node.metadata
        collection, name = collections.get(facts.get("owner_id", ""), _PRIVATE)
        page = int(facts["page"])
        doc_id = node.ref_doc_id or ""
        return cls(
            n=n,
            passage_id=node.node_id,
            doc_id=doc_id,
            title=facts["title"],
            file_name=facts["file_name"],
            folder=facts["folder"],
            page_start=page,
            page_end=page,
            page_label=facts["page_label"],
            text=node.get_content(),
            score=round(found.score or 0.0, 4),
            url=f"/documents/{doc_id}/file#page={page}",
            withheld=_withheld(node.get_content(), spans_of(facts)),
            kind=facts.get("kind", "text"),
            table=_table(facts.get(TABLE), node.get_content()),
            organisation=facts.get("organisation", ""),
            periods=facts.get("periods", "").split(),
            document_kind=facts.get("document_kind", ""),
            found_by=list(facts.get(FOUND_BY, ())),
            context=[ContextPassage.from_node(one, node) for one in facts.get(CONTEXT, ())],
            also_in=[AlsoIn.from_node(one, collections) for one in facts.get(ALSO_IN, ())],
            section=facts.get("section", ""),
            collection=collection,
            collection_name=name,
            outdated=Outdated.from_text(facts.get("outdated", "")),
        )

    @property
    def about(self) -> str:
        """What its document is called and whose it is, and the heading above it, one a line."""
        told = (
            self.title,
            _words_of_name(self.file_name),
            self.organisation,
            " ".join(self.periods),
            self.section,
        )
        return "\n".join(told)

    @property
    def readable(self) -> str:
        """Its text with blanks for what is withheld, every place unchanged: what may support."""
        return without_withheld(self.text, self.withheld)


@lru_cache(maxsize=4096)
def _words_of_name(file_name: str) -> str:
    """The words of a file's name; asked for with each citation of it."""
    return _NO_WORDS.sub(" ", PurePath(file_name).stem)


def without_withheld(text: str, withheld: Sequence[Withheld]) -> str:
    """Give a text with blanks for what is withheld of it, every place unchanged."""
    return blanked(text, ((one.start, one.end) for one in withheld)) if withheld else text


def _table(stored: str | None, text: str) -> SourceTable | None:
    return SourceTable.from_json(stored, text) if stored else None


def _withheld(text: str, spans: Spans) -> list[Withheld]:
    return [
        Withheld(utf16_length(text[:start]), utf16_length(text[:end]), reason)
        for start, end, reason in spans
    ]


@dataclass(frozen=True)
class Span:
    """A part of the answer, from `start` up to and without `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Quote:
    """The words of the source that carry a claim; empty where `match` is `none`.

    `address` names the cells of a sheet that they stand in (`Sheet!B7`, `Sheet!A7:C7`).
    """

    text: str
    page: int
    match: Match
    address: str = ""


@dataclass(frozen=True)
class Operand:
    """A figure that one of a claim is calculated of: what it says, and where it stands.

    `label` is what its heads say. `row` and `column` of its cell count from 0, heads and all; they
    are null where it stands in a text. `start` and `end` count UTF-16 in the source's text.
    """

    passage_id: str
    label: str
    text: str
    row: int | None
    column: int | None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class WorkedFigure:
    """How a figure that no source states comes out of cells: `(66,608 − 62,286) / 62,286`."""

    formula: str
    operands: list[Operand]


@dataclass(frozen=True)
class FoundBeside:
    """A passage of a source's context that has what the source lacks, and its words that tell."""

    passage_id: str
    quote: Quote


@dataclass(frozen=True)
class Verification:
    """What checking a claim against its source gave; `score` from 0 to 1.

    `reason` says for a person what decided, where that is more than the status; `code` is the same
    for programs, with `facts` of which it tells. `calculations` are of the figures that the sources
    do not state, but give. With `beside` it is said of the source and of that passage beside it,
    for the source does not carry the claim alone.
    """

    status: VerificationStatus
    score: float | None
    method: str
    reason: str = ""
    calculations: list[WorkedFigure] = field(default_factory=list)
    beside: FoundBeside | None = None
    code: str = ""
    facts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Citation:
    """One reference of the answer to a source, sent just before the `delta` with its marker.

    `label` numbers the sources by first use and is what the marker shows. An inferred citation
    has no marker: its `marker_span` is empty and lies at the end of the claim.
    """

    name: ClassVar = "citation"
    citation_id: str
    n: int
    label: int
    passage_id: str
    claim_span: Span
    marker_span: Span
    quote: Quote
    verification: Verification
    origin: Origin = "marked"


@dataclass(frozen=True)
class Verdict:
    """What checking says of a citation sent before; what is not judged in time is `unchecked`."""

    name: ClassVar = "verdict"
    citation_id: str
    verification: Verification


@dataclass(frozen=True)
class Warned:
    """Something the client should know that does not end the run; `span` is where, if known.

    `documents` are those of which the question may mean one (`ambiguous_document`), or those that
    are cited as they were (`outdated_document`).
    """

    name: ClassVar = "warning"
    code: WarningCode
    message: str
    span: Span | None = None
    documents: list[DocumentName] = field(default_factory=list)
