"""Pages as they are kept, from pages as they were laid out: furniture, headings, hyphens."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from citewire.content.report import Block, Kind, LineBox, Page, WithheldText
from citewire.content.table import Table
from citewire.services.reading.cleaning import LINE_HYPHEN
from citewire.services.reading.hyphens import Spellings
from citewire.services.reading.pdf.continued import mark_continued
from citewire.services.reading.pdf.furniture import Furniture
from citewire.services.reading.pdf.layout import Box, LaidBlock, LaidPage, LaidTable, TextLine
from citewire.services.reading.pdf.table_text import share, without_rows, written

HEADING_HEIGHT = 1.15
"""A heading is so many times higher than the report's usual text, or bold."""

SAME_HEIGHT = 0.05
HEADING_STEP = 1.8
"""Headings of the same height, and not further apart than so many heights, are one."""

HEADING_LINES = 3
HEADING_CHARS = 160
MIN_LETTERS = 3

_ENDS = re.compile(r"[.;,…。]$")
_PARAGRAPH_END = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")


def compose(laid: Sequence[LaidPage], furniture: Furniture) -> tuple[Page, ...]:
    """The pages of a report. Takes time in proportion to its characters."""
    words = Spellings()
    for page in laid:
        for block in page.blocks:
            words.learn(line.text for line in block.lines)
    usual = _usual_height(laid)
    parted = [_parted(page, furniture) for page in laid]
    mark_continued([body for _, _, body in parted])
    for index, page in enumerate(laid):
        page.label = page.label or furniture.labels.get(index) or str(index + 1)
    return tuple(
        _page(index, page, parts, words, usual)
        for index, (page, parts) in enumerate(zip(laid, parted, strict=True))
    )


def _usual_height(laid: Sequence[LaidPage]) -> float:
    heights: Counter[float] = Counter()
    for page in laid:
        for block in page.blocks:
            for line in block.lines:
                heights[round(line.height, 1)] += len(line.text)
    return heights.most_common(1)[0][0] if heights else 0.0


_Parts = tuple[list[TextLine], list[TextLine], list[LaidBlock]]
"""Furniture of the upper half and of the lower half of a page, and all else."""


def _page(
    index: int,
    laid: LaidPage,
    parts: _Parts,
    words: Spellings,
    usual: float,
) -> Page:
    above, below, body = parts
    writer = _Writer(laid.width, laid.height, words)
    for line in above:
        writer.write_aside(line)
    figures: list[LaidBlock] = []
    for block in body:
        if block.kind == "figure":
            figures.append(block)
            continue
        # A figure in mid-paragraph stands after it.
        kind = _kind(block, usual)
        if block.table is not None or not writer.goes_on(kind, block.lines[0]):
            writer.write_all(figures)
            figures = []
        if block.table is None:
            writer.write(kind, block)
        else:
            writer.write_table(block.table)
    writer.write_all(figures)
    for line in below:
        writer.write_aside(line)
    blocks = tuple(writer.finished())
    return Page(
        index + 1,
        laid.label,
        writer.text,
        (laid.width, laid.height),
        blocks,
        writer.withheld(blocks),
    )


def _parted(laid: LaidPage, furniture: Furniture) -> _Parts:
    above: list[TextLine] = []
    below: list[TextLine] = []
    body = []
    for block in laid.blocks:
        kept = []
        for line in block.lines:
            if id(line) not in furniture.lines:
                kept.append(line)
            elif line.box[1] < laid.height / 2 and not block.aside:
                above.append(line)
            else:
                below.append(line)
        if kept:
            body.append(_left(block, kept))
    return above, below, body


def _left(block: LaidBlock, kept: list[TextLine]) -> LaidBlock:
    """`block` with those of its lines alone that are no furniture."""
    if block.table is None or len(kept) == len(block.lines):
        return replace(block, lines=kept)
    left = {id(line) for line in kept}
    gone = {row for row, line in enumerate(block.lines) if id(line) not in left}
    return LaidBlock("table", kept, table=without_rows(block.table, gone))


def _kind(block: LaidBlock, usual: float) -> Kind:
    if block.kind != "text" or block.invisible or block.aside or len(block.lines) > HEADING_LINES:
        return block.kind
    text = " ".join(line.text for line in block.lines)
    stands_out = all(
        line.height >= HEADING_HEIGHT * usual or (line.bold and line.height >= 0.95 * usual)
        for line in block.lines
    )
    letters = sum(map(str.isalpha, text))
    if stands_out and letters >= MIN_LETTERS and len(text) <= HEADING_CHARS:
        return "text" if _ENDS.search(text) or letters * 2 < len(text) else "heading"
    return "text"


@dataclass(slots=True)
class _Writer:
    """Writes the text of a page and keeps where each line went."""

    width: float
    height: float
    words: Spellings
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _blocks: list[tuple[Kind, list[LineBox]]] = field(default_factory=list)
    _figures: dict[int, Box] = field(default_factory=dict)
    """Of the blocks that are figures, their rectangles."""
    _tables: dict[int, tuple[int, int, Table]] = field(default_factory=dict)
    """Of the blocks that are tables, where they begin and end."""
    _invisible: list[int] = field(default_factory=list)
    """Which of the blocks nobody sees."""
    _last: TextLine | None = None
    """The last line of the block before, as it was before it was mended."""

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def finished(self) -> Iterator[Block]:
        for number, (kind, lines) in enumerate(self._blocks):
            if number in self._tables:
                start, end, table = self._tables[number]
                yield Block(kind, start, end, tuple(lines), table)
            else:
                box = self._shares(self._figures[number]) if number in self._figures else None
                yield Block(kind, lines[0].start, lines[-1].end, tuple(lines), box=box)

    def withheld(self, blocks: Sequence[Block]) -> tuple[WithheldText, ...]:
        found = (blocks[n] for n in self._invisible)
        return tuple(WithheldText(block.start, block.end, "invisible") for block in found)

    def write_aside(self, line: TextLine) -> None:
        self._separate("\n\n")
        self._add(line.text.replace(LINE_HYPHEN, "-"))

    def write(self, kind: Kind, block: LaidBlock) -> None:
        """Add a block; a paragraph that goes on in the next column is one with its beginning."""
        lines = block.lines
        if block.invisible or block.aside or not self.goes_on(kind, lines[0]):
            self._separate("\n\n")
            if block.invisible:
                self._invisible.append(len(self._blocks))
            if block.box is not None:
                self._figures[len(self._blocks)] = block.box
            self._blocks.append((kind, []))
        elif not self._mend_last(lines[0].text):
            self._separate("\n")
        boxes = self._blocks[-1][1]
        for line, following in zip(lines, [*lines[1:], None], strict=True):
            self._last = line
            mended = self._mended(kind, line, following)
            start = self._length
            self._add((line.text if mended is None else mended).replace(LINE_HYPHEN, "-"))
            boxes.append(self._box(line, start, self._length))
            if following is not None and mended is None:
                self._separate("\n")
        if block.aside:
            self._last = None

    def write_table(self, laid: LaidTable) -> None:
        """Add a table, a line for each of its rows."""
        self._separate("\n\n")
        start = self._length
        found = written(laid, self.words, start, (self.width, self.height))
        self._add(found.text)
        self._tables[len(self._blocks)] = (start, self._length, found.table)
        self._blocks.append(("table", list(found.lines)))
        self._last = None

    def write_all(self, figures: Sequence[LaidBlock]) -> None:
        """Add figures, each a block of its own."""
        for figure in figures:
            self.write("figure", figure)

    def goes_on(self, kind: Kind, first: TextLine) -> bool:
        """Whether a block that begins with a line goes on from the one before."""
        last = self._last
        if last is None or not self._blocks or kind != self._blocks[-1][0]:
            return False
        if kind == "heading":
            return (
                abs(last.height - first.height) < SAME_HEIGHT * last.height
                and 0 < first.box[1] - last.box[1] < HEADING_STEP * last.height
            )
        return kind == "text" and not _PARAGRAPH_END.search(last.text) and first.text[:1].islower()

    def _mended(self, kind: Kind, line: TextLine, following: TextLine | None) -> str | None:
        if following is None or kind == "table":
            return None
        return self.words.mended(line.text, following.text)

    def _mend_last(self, following: str) -> bool:
        """Mend the end of what is written when its last word goes on in `following`."""
        mended = self.words.mended(self._last.text, following) if self._last else None
        if mended is None:
            return False
        if not mended.endswith("-"):
            self._parts[-1] = self._parts[-1][:-1]
            self._length -= 1
            boxes = self._blocks[-1][1]
            boxes[-1] = replace(boxes[-1], end=self._length)
        return True

    def _separate(self, separator: str) -> None:
        if self._length:
            self._add(separator)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _box(self, line: TextLine, start: int, end: int) -> LineBox:
        return LineBox(start, end, *self._shares(line.box), line.words, line.turn)

    def _shares(self, box: Box) -> Box:
        x0, y0, x1, y1 = box
        width, height = self.width, self.height
        return share(x0, width), share(y0, height), share(x1, width), share(y1, height)
