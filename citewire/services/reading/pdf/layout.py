"""What readers of pages with a layout hand on: lines in blocks, in points, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from citewire.content.report import Kind

CELL = " | "
"""Between the cells of a row."""

Box = tuple[float, float, float, float]
"""Left, upper, right, lower edge in points from the top left corner of the displayed page."""


@dataclass(slots=True)
class TextLine:
    """A line.

    Args:
        text: cleaned.
        box: its rectangle.
        height: usual height of its letters, in points.
        bold: whether all of it is.
        words: where its words stand, as `edges.encode` writes it; empty if that is unknown.
        turn: quarter turns (0..3, clockwise) by which it lies on the displayed page.
        edges: of a line of a cell, left and right edge of each word instead, while it is upright.
    """

    text: str
    box: Box
    height: float
    bold: bool = False
    words: str = ""
    turn: int = 0
    edges: Sequence[float] = ()


@dataclass(slots=True)
class LaidCell:
    """A cell of a table, at the first of the places that it covers.

    Args:
        row: the first row that it covers, from 0.
        column: the first column that it covers, from 0.
        lines: from the top; none of an empty cell.
        box: its rectangle, as far as it is known: that of its words or that drawn around it.
        rows: how many rows it covers.
        columns: how many columns it covers.
    """

    row: int
    column: int
    lines: list[TextLine]
    box: Box
    rows: int = 1
    columns: int = 1

    @property
    def text(self) -> str:
        """Its words, on one line."""
        return " ".join(line.text for line in self.lines)


@dataclass(slots=True)
class LaidTable:
    """The grid of a table; its cells cover each place once.

    Args:
        rows: how many there are.
        columns: left and right edge of each.
        cells: by row and column.
        header_rows: how many rows at the top are known to be heads; 0 if nothing tells.
        continues: whether it goes on from the page before.
        repeats_heads: whether it does and its first rows are the heads again.
    """

    rows: int
    columns: list[tuple[float, float]]
    cells: list[LaidCell]
    header_rows: int = 0
    continues: bool = False
    repeats_heads: bool = False


@dataclass(slots=True)
class LaidBlock:
    """Lines that belong together; `invisible` ones stand after all others of the page.

    Of a table there is a line for each row, with the words of the cells that begin in it. What
    stands `aside`, a watermark say, is no heading and goes on in no other block.
    """

    kind: Kind
    lines: list[TextLine]
    invisible: bool = False
    table: LaidTable | None = None
    aside: bool = False
    box: Box | None = None
    """Of a figure, its rectangle in points."""


@dataclass(slots=True)
class LaidPage:
    """A page before headers, hyphens and headings are dealt with, which takes all pages.

    Args:
        width: of the displayed page, in points.
        height: of the displayed page, in points.
        blocks: in reading order.
        label: printed on the page as the file says; empty if it does not.
        outside: characters left out because they stand off the displayed page.
        has_struck: whether words are left out because a line goes through them.
    """

    width: float
    height: float
    blocks: list[LaidBlock] = field(default_factory=list)
    label: str = ""
    outside: int = 0
    has_struck: bool = False

    @property
    def has_text(self) -> bool:
        """Whether anything could be read on the page."""
        return bool(self.blocks)

    @property
    def is_seen(self) -> bool:
        """Whether a reader sees any of its text."""
        return not all(block.invisible for block in self.blocks)
