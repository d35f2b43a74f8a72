"""Passages: what a report says in pieces that know their exact place on its pages.

Tables and figures are passages of their own; headers and footers that repeat are in none.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from citewire.content.report import Block, Kind, Page, Report
from citewire.content.table import Box, Span, Table
from citewire.content.table_record import TABLE, table_to_json
from citewire.content.withheld import WITHHELD, Spans, is_withheld, spans_of, to_json, without
from citewire.services.passages.cutting import MIN_WORDS, split_page
from citewire.services.passages.headings import (
    HEADINGS,
    MOST_HEADINGS,
    KeptHeading,
    heading_title,
    headings_of,
)
from citewire.services.passages.headings import to_json as headings_json
from citewire.services.passages.layout import PassageLayout
from citewire.services.passages.tables import PageTable, table_drafts
from citewire.services.passages.writing import PageLines, PassageWriter, withheld_of
from citewire.services.reading.withholding import within
from citewire.storage.index.schema import folder_id
from citewire.text.signposts import signposts_of
from citewire.text.words import search_terms

TITLE_CHARS = 120
"""So much of the title is embedded with each passage; models cut long texts at their end."""

BODY = "body"
"""The key of a passage's metadata that tells where in its text begins what it does not repeat of
its page or another; absent where it repeats nothing."""


@dataclass(frozen=True, slots=True)
class BuiltPassage:
    """A passage as a node without an embedding, and where it stands on its page."""

    node: TextNode
    layout: PassageLayout


def build_passages(
    report: Report, *, doc_id: str, folder: str, file_name: str, max_tokens: int, overlap: int
) -> list[BuiltPassage]:
    """The passages of `report`.

    What is withheld of a passage is told in its metadata; one that holds nothing else is left out.

    Args:
        report: as it was read.
        doc_id: id of the document.
        folder: name of the folder through which it was ingested.
        file_name: its name in there.
        max_tokens: longest passage, as `count_tokens` estimates.
        overlap: tokens that neighbours on a page share at most.
    """
    shared: dict[str, str | int] = {
        "folder_id": folder_id(folder),
        "folder": folder,
        "file_name": file_name,
        "title": report.title,
        "language": report.language,
    }
    found = list(_split(report, max_tokens, overlap, MIN_WORDS))
    # A report with next to no text is still found by it.
    found = found or list(_split(report, max_tokens, overlap, 1))
    lines = PageLines()
    kept = [draft for draft in found if not draft.is_withheld]
    begun = _begun(report, kept)
    return [
        BuiltPassage(_node(draft, doc_id, shared, headings), _layout(draft, lines))
        for draft, headings in zip(kept, begun, strict=True)
    ]


def _begun(report: Report, drafts: "list[_Draft]") -> list[list[KeptHeading]]:
    """For each passage, the headings in it and those between it and the one before."""
    begun: list[list[KeptHeading]] = [[] for _ in drafts]
    ends = [(draft.page.number, draft.end) for draft in drafts]
    for heading in islice(headings_of(report), MOST_HEADINGS if drafts else 0):
        # Behind the last passage, a heading is told with that.
        place = min(bisect_right(ends, (heading.page, heading.start)), len(drafts) - 1)
        begun[place].append(heading)
    return begun


def embedded_text(node: TextNode) -> str:
    """What is embedded for a passage: its text under the title of its report and its heading.

    The title tells apart passages that say the same of different years and companies. On the
    reports that this was measured with, it lifts the share of questions whose page is among the
    first ten from 0.55 to 0.67. The heading tells what a table is about, which its rows seldom
    say: by words alone, the share among the first five rises from 0.36 to 0.43.
    """
    section = str(node.metadata["section"])
    title = str(node.metadata["title"])[:TITLE_CHARS]
    text = without(node.text, spans_of(node.metadata), " ")
    above = f"{title}\n" if section in text else f"{title}\n{section}\n"
    return f"{above}{text}"


def indexed_terms(node: TextNode) -> str:
    """The words by which a passage is found: those of its heading and of what is not withheld.

    With its signposts: what it is called in its report.
    """
    section, text = str(node.metadata["section"]), without(node.text, spans_of(node.metadata), " ")
    told = text if section in text else f"{section}\n{text}"
    terms = search_terms(told, str(node.metadata["language"]))
    is_table = node.metadata["kind"] == "table"
    return " ".join([*terms, *signposts_of(section, text, is_table=is_table)])


@dataclass(frozen=True, slots=True)
class _Draft:
    """What becomes a passage.

    Args:
        page: on which it stands.
        kind: what it is.
        section: the heading above it.
        writer: its text and what that is made of.
        start: where what it does not repeat begins on the page.
        end: where that ends, exclusive.
        body: where that begins in the passage.
        table: of a table, by its places in the passage.
        box: of a figure.
    """

    page: Page
    kind: Kind
    section: str
    writer: PassageWriter
    start: int
    end: int
    body: int = 0
    table: Table | None = None
    box: Box | None = None

    @property
    def withheld(self) -> Spans:
        return withheld_of(self.writer.pieces)

    @property
    def is_withheld(self) -> bool:
        """Whether nothing is left of what is told here."""
        told = [
            (max(start - self.body, 0), end - self.body, reason)
            for start, end, reason in self.withheld
            if end > self.body
        ]
        return is_withheld(self.writer.text[self.body :], told)


def _split(report: Report, max_tokens: int, overlap: int, min_words: int) -> Iterator[_Draft]:
    english = report.language == "en"
    section = ""
    begun: PageTable | None = None
    for page in report.pages:
        headings = _Headings(section)
        for block in _runs(page, headings):
            if block.table is not None:
                above = begun if block.table.continues else None
                begun = above or PageTable(page, block.table)
                for draft in table_drafts(
                    page,
                    block,
                    above=above,
                    max_tokens=max_tokens,
                    english=english,
                    min_words=min_words,
                ):
                    section = headings.at(draft.start)
                    yield _Draft(
                        page,
                        block.kind,
                        section,
                        draft.writer,
                        draft.start,
                        draft.end,
                        draft.body,
                        draft.table,
                    )
                continue
            cuts = split_page(
                page.text[block.start : block.end],
                # A table is told twice if rows are shared, and rows need no neighbours.
                overlap=overlap if block.kind == "text" else 0,
                max_tokens=max_tokens,
                english=english,
                min_words=min_words,
            )
            for cut in cuts:
                start, end = block.start + cut.start, block.start + cut.end
                writer = PassageWriter()
                writer.add(page, start, end)
                section = headings.at(start)
                yield _Draft(page, block.kind, section, writer, start, end, box=block.box)
        section = headings.last


def _runs(page: Page, headings: "_Headings") -> Iterator[Block]:
    """What of a page is split together: tables and figures one by one, and what is between."""
    if not page.blocks:
        yield Block("text", 0, len(page.text))
        return
    of_tables = _told_with_tables(page)
    start = end = -1
    for block in page.blocks:
        if block.kind == "heading" and not within(page.withheld, block.start, block.end):
            headings.add(block.start, heading_title(page, block))
        if block.kind in ("table", "figure") or (block.start, block.end) in of_tables:
            if start >= 0:
                yield Block("text", start, end)
            if block.kind in ("table", "figure"):
                yield block
            start = -1
        else:
            start = block.start if start < 0 else start
            end = block.end
    if start >= 0:
        yield Block("text", start, end)


def _told_with_tables(page: Page) -> set[Span]:
    """Caption and unit line of the tables: a passage of nothing else would answer nothing."""
    tables = [block.table for block in page.blocks if block.table is not None]
    return {span for table in tables for span in (table.caption, table.unit) if span}


class _Headings:
    """The headings of a page by place, and the one in force when it began."""

    def __init__(self, before: str) -> None:
        self._starts = [-1]
        self._texts = [before]

    def add(self, start: int, text: str) -> None:
        # Two headings without text between are a heading and its continuation, or a chapter and
        # its first section; the nearer one tells more. The outline has both.
        self._starts.append(start)
        self._texts.append(text)

    def at(self, start: int) -> str:
        return self._texts[bisect_right(self._starts, start) - 1]

    @property
    def last(self) -> str:
        return self._texts[-1]


def _layout(draft: _Draft, lines: PageLines) -> PassageLayout:
    page = draft.page
    held = lines.of(draft.writer.pieces, page)
    cells = tuple(cell.box for cell in draft.table.cells) if draft.table else ()
    return PassageLayout(page.number, page.size, held, cells if any(cells) else (), draft.box)


def _node(
    draft: _Draft, doc_id: str, shared: dict[str, str | int], headings: list[KeptHeading]
) -> TextNode:
    page = draft.page
    metadata = {
        **shared,
        "page": page.number,
        "page_label": page.label,
        "start": draft.start,
        "end": draft.end,
        "kind": draft.kind,
        "section": draft.section,
    }
    if draft.body:
        metadata[BODY] = draft.body
    if headings:
        metadata[HEADINGS] = headings_json(headings)
    if draft.table is not None:
        metadata[TABLE] = table_to_json(draft.table)
    if kept := draft.withheld:
        metadata[WITHHELD] = to_json(kept)
    return TextNode(
        id_=f"{doc_id}-{page.number}-{draft.start}-{draft.end}",
        text=draft.writer.text,
        metadata=metadata,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=doc_id)},
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=list(metadata),
    )
