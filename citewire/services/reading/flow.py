"""Formats without pages: their paragraphs put on pages of about three thousand characters.

Pages begin with paragraphs, except where one alone is longer than a page. Their labels are "1",
"2" and so on, they have no size and their blocks no lines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from citewire.content.report import Block, Kind, Page, Report, WithheldText
from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean, clean_line, has_coded_text
from citewire.services.reading.language import language_of
from citewire.services.reading.notes import coded_note
from citewire.services.reading.title import TitleLine, title_of

PAGE_CHARS = 3000

CELL = " | "

TITLE, BODY = 20.0, 10.0
"""Heights, in points, that stand for the first heading and all else where a title is searched."""

TITLE_PARTS = 40


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """A paragraph, a table with one line per row, or a heading.

    Args:
        kind: which of them.
        text: of one line or more.
        page_break: whether the file begins a new page before it.
        hidden: whether the file's format keeps it from readers.
    """

    kind: Kind
    text: str
    page_break: bool = False
    hidden: bool = False


def table_part(rows: Iterable[Iterable[str]], *, page_break: bool = False) -> FlowBlock:
    """A table; cells are put on one line, empty rows are left out."""
    lines = (CELL.join(" ".join(cell.split()) for cell in row) for row in rows)
    kept = [line for line in lines if line.strip(" |")]
    return FlowBlock("table", "\n".join(kept), page_break)


def flow_report(
    path: Path, parts: Iterable[FlowBlock], *, title: str = "", date: str | None = None
) -> Report:
    """The report that `parts` make.

    Args:
        path: of the file.
        parts: in order. Where they have page breaks, these and nothing else make pages.
        title: that the file claims.
        date: ISO date from the metadata.

    Raises:
        UnreadableDocument: there is no text in any part.
    """
    given = list(parts)
    kept = [part for part in map(_cleaned, given) if part.text or part.page_break]
    if not any(part.text for part in kept):
        raise UnreadableDocument("the file has no text")
    pages = tuple(_pages(kept))
    return Report(
        title=title_of(path, clean_line(title), _lines(kept)),
        language=language_of(page.text for page in pages),
        pages=pages,
        date=date,
        notes=coded_note(has_coded_text(part.text) for part in given),
    )


def _cleaned(part: FlowBlock) -> FlowBlock:
    return replace(part, text=clean(part.text).strip())


def _pages(parts: list[FlowBlock]) -> Iterator[Page]:
    own = any(part.page_break for part in parts)
    page = _Page(1)
    for part in parts if own else _short(parts):
        if part.page_break if own else page.is_full(part):
            yield page.finished()
            page = _Page(page.number + 1)
        page.add(part)
    yield page.finished()


def _short(parts: Iterable[FlowBlock]) -> Iterator[FlowBlock]:
    """`parts`, with those longer than a page cut at line ends, spaces or anywhere."""
    for part in parts:
        start, text = 0, part.text
        while len(text) - start > PAGE_CHARS:
            cut = _cut(text, start)
            yield replace(part, text=text[start:cut].strip())
            start = cut
        yield replace(part, text=text[start:].strip())


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
    length: int = 0
    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    withheld: list[WithheldText] = field(default_factory=list)

    def is_full(self, part: FlowBlock) -> bool:
        return self.length > 0 and (
            self.length + len(part.text) > PAGE_CHARS
            # No heading stays behind at the end of a page.
            or (part.kind == "heading" and self.length > 0.8 * PAGE_CHARS)
        )

    def add(self, part: FlowBlock) -> None:
        if not part.text:
            return
        if self.length:
            self.parts.append("\n\n")
            self.length += 2
        end = self.length + len(part.text)
        self.parts.append(part.text)
        if part.hidden:
            self.withheld.append(WithheldText(self.length, end, "hidden"))
        self.blocks.append(Block("text" if part.hidden else part.kind, self.length, end))
        self.length = end

    def finished(self) -> Page:
        text = "".join(self.parts)
        blocks, withheld = tuple(self.blocks), tuple(self.withheld)
        return Page(self.number, str(self.number), text, None, blocks, withheld)


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
