"""Formats without pages: their paragraphs put on pages of about three thousand characters.

Pages begin with paragraphs, except where one alone is longer than a page. Their labels are "1",
"2" and so on, they have no size and their blocks no lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from citewire.content.report import Block, Kind, Page, Report, WithheldText
from citewire.content.table import Grid, GridCell, grid_of
from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean, clean_line, has_coded_text
from citewire.services.reading.heads import with_heads
from citewire.services.reading.language import language_of
from citewire.services.reading.notes import coded_note, damaged_note
from citewire.services.reading.table_parts import tables_in
from citewire.services.reading.title import TitleLine, title_of

PAGE_CHARS = 3000

TITLE, BODY = 20.0, 0.0
"""Heights that stand for the first heading, and for all else, of which no line is known to be
bigger than the next, so that none makes a title with another."""

TITLE_PARTS = 40


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """A paragraph, a table or a heading.

    Args:
        kind: which of them.
        text: of one line or more; of a table, its caption.
        page_break: whether the file begins a new page before it.
        hidden: whether the file's format keeps it from readers.
        grid: of a table, its cells, whose texts are on one line each.
        label: of the page that it begins, and goes on over the pages that it takes.
        level: of a heading, how deep the file says that it lies, from 0; None if it does not say.
    """

    kind: Kind
    text: str
    page_break: bool = False
    hidden: bool = False
    grid: Grid | None = None
    label: str = ""
    level: int | None = None


def table_part(
    rows: Iterable[Iterable[GridCell | str]],
    *,
    caption: str = "",
    header_rows: int = 0,
    header_columns: int = 0,
    page_break: bool = False,
) -> FlowBlock:
    """A table of rows that tell each cell once, where it begins.

    Args:
        rows: from the top; `content.table.grid_of` says how cells are placed.
        caption: that the file gives it.
        header_rows: how many rows at the top the file calls heads of columns; if it does not say,
            what looks like heads is taken for such.
        header_columns: how many columns at the left are heads of rows, likewise.
        page_break: whether the file begins a new page before it.
    """
    grid = grid_of(rows, header_rows=header_rows, header_columns=header_columns)
    return FlowBlock("table", caption, page_break, grid=with_heads(grid))


def flow_report(
    path: Path,
    parts: Iterable[FlowBlock],
    *,
    title: str = "",
    date: str | None = None,
    notes: Sequence[str] = (),
    top: Sequence[str] | None = None,
    properties: Sequence[str] = (),
) -> Report:
    """The report that `parts` make.

    Args:
        path: of the file.
        parts: in order. Where they have page breaks, these and nothing else make pages.
        title: that the file claims.
        date: ISO date from the metadata.
        notes: what could not be read, for a person.
        top: lines that may tell its title; if it is None, those that it begins with.
        properties: what the file says of itself besides.

    Raises:
        UnreadableDocument: there is no text in any part.
    """
    given = list(parts)
    cleaned = (part for one in given for part in _apart(_cleaned(one)))
    kept = [part for part in cleaned if _has_words(part) or part.page_break]
    # The name of a sheet alone is no text.
    if not any(_has_words(part) and not part.label for part in kept):
        raise UnreadableDocument(
            ": ".join(["the file has no text", *["; ".join(notes)] * any(notes)])
        )
    pages = tuple(_pages(kept))
    return Report(
        title=title_of(path, clean_line(title), _lines(kept) if top is None else _titles(top)),
        language=language_of(page.text for page in pages),
        pages=pages,
        date=date,
        properties=tuple(properties),
        notes=(
            *notes,
            *damaged_note(text.count("\ufffd") for part in kept for text in _texts(part)),
            *coded_note(has_coded_text(text) for part in given for text in _texts(part)),
        ),
    )


def _texts(part: FlowBlock) -> Iterator[str]:
    yield part.text
    if part.grid is not None:
        for placed in part.grid.cells:
            yield placed.cell.text


def _has_words(part: FlowBlock) -> bool:
    return any(_texts(part))


def _cleaned(part: FlowBlock) -> FlowBlock:
    return replace(
        part,
        text=clean(part.text).strip(),
        grid=None if part.grid is None else part.grid.with_texts(clean_line),
    )


def _apart(part: FlowBlock) -> Iterator[FlowBlock]:
    """The tables that a part holds below each other, each as a part of its own."""
    if part.grid is None:
        yield part
        return
    first, *others = tables_in(part.grid)
    yield replace(part, grid=first[1])
    for above, grid in others:
        if grid.continues:
            yield FlowBlock("text", above, hidden=part.hidden)
            above = ""  # noqa: PLW2901
        yield FlowBlock("table", above, hidden=part.hidden, grid=grid)


def _size(part: FlowBlock) -> int:
    """About how many characters a part takes."""
    return sum(len(text) for text in _texts(part))


def _pages(parts: list[FlowBlock]) -> Iterator[Page]:
    own = any(part.page_break for part in parts)
    # Pages with names are sheets, which have any length.
    cuts = not own or any(part.label for part in parts)
    page = _Page(1)
    for part in _short(parts) if cuts else parts:
        if part.page_break or (cuts and page.is_full(part)):
            yield page.finished()
            page = page.following(goes_on=not part.page_break)
        page.add(part)
    yield page.finished()


def _short(parts: Iterable[FlowBlock]) -> Iterator[FlowBlock]:
    """`parts`, with those longer than a page cut at rows, line ends, spaces or anywhere."""
    for part in parts:
        if part.grid is not None:
            yield from _short_tables(part, part.grid)
            continue
        start, text, begins = 0, part.text, part.page_break
        while len(text) - start > PAGE_CHARS:
            cut = _cut(text, start)
            yield replace(part, text=text[start:cut].strip(), page_break=begins)
            start, begins = cut, False
        yield replace(part, text=text[start:].strip(), page_break=begins)


def _short_tables(part: FlowBlock, grid: Grid) -> Iterator[FlowBlock]:
    """A table in parts of some rows each, of a page's size."""
    sizes = [0] * grid.rows
    for placed in grid.cells:
        sizes[placed.row] += len(placed.cell.text) + 3
    starts, size = [0], 0
    for row, length in enumerate(sizes):
        if size and size + length > PAGE_CHARS and row > grid.header_rows:
            starts.append(row)
            size = 0
        size += length
    first, *others = grid.cut(starts)
    yield replace(part, grid=first)
    yield from (replace(part, grid=rows, text="", page_break=False) for rows in others)


def _cut(text: str, start: int) -> int:
    for border in ("\n", " "):
        found = text.rfind(border, start + 1, start + PAGE_CHARS)
        if found > 0:
            return found
    return start + PAGE_CHARS


@dataclass(slots=True)
class _Page:
    """A page that is being filled."""

    number: int
    label: str = ""
    turn: int = 1  # of the pages with this label
    length: int = 0
    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    withheld: list[WithheldText] = field(default_factory=list)

    def following(self, *, goes_on: bool) -> "_Page":
        """The page behind it, which has its label as far as it goes on."""
        label, turn = (self.label, self.turn + 1) if goes_on else ("", 1)
        return _Page(self.number + 1, label, turn)

    def is_full(self, part: FlowBlock) -> bool:
        return self.length > 0 and (
            self.length + _size(part) > PAGE_CHARS
            # No heading stays behind at the end of a page.
            or (part.kind == "heading" and self.length > 0.8 * PAGE_CHARS)
        )

    def add(self, part: FlowBlock) -> None:
        self.label = self.label or part.label
        if not _has_words(part):
            return
        if self.length:
            self._write("\n\n")
        start = self.length
        self._write(part.text)
        table = None
        if part.grid is not None:
            if part.text:
                self._write("\n")
            rows, table = part.grid.written(self.length)
            if part.text:
                table = replace(table, caption=(start, start + len(part.text)))
            self._write(rows)
        if part.hidden:
            self.withheld.append(WithheldText(start, self.length, "hidden"))
        kind: Kind = "text" if part.hidden and table is None else part.kind
        self.blocks.append(Block(kind, start, self.length, table=table, level=part.level))

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def finished(self) -> Page:
        text = "".join(self.parts)
        blocks, withheld = tuple(self.blocks), tuple(self.withheld)
        label = self.label or str(self.number)
        if self.turn > 1 and self.label:
            label = f"{label} ({self.turn})"
        return Page(self.number, label, text, None, blocks, withheld)


def _titles(lines: Sequence[str]) -> list[TitleLine]:
    return [TitleLine(clean_line(line), TITLE) for line in lines]


def _lines(parts: list[FlowBlock]) -> list[TitleLine]:
    lines = []
    heights = {"heading": TITLE, "text": BODY}
    for part in parts[:TITLE_PARTS]:
        if part.text and not part.hidden and part.kind in heights:
            text = part.text if part.kind == "heading" else part.text.partition("\n")[0]
            lines.append(TitleLine(" ".join(text.split()), heights[part.kind]))
            if part.kind == "heading":
                heights["heading"] = BODY
    return lines
