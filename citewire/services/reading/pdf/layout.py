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
        parts: of a row of a table whose cells stand at different heights, the runs of cells that
            do not; their texts joined by `CELL` are that of the line. Empty for all else.
    """

    text: str
    box: Box
    height: float
    bold: bool = False
    words: str = ""
    turn: int = 0
    parts: "Sequence[TextLine]" = ()


@dataclass(slots=True)
class LaidBlock:
    """Lines that belong together; `invisible` ones stand after all others of the page.

    What stands `aside`, a watermark say, is no heading and goes on in no other block.
    """

    kind: Kind
    lines: list[TextLine]
    invisible: bool = False
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
    """

    width: float
    height: float
    blocks: list[LaidBlock] = field(default_factory=list)
    label: str = ""
    outside: int = 0

    @property
    def has_text(self) -> bool:
        """Whether anything could be read on the page."""
        return bool(self.blocks)

    @property
    def is_seen(self) -> bool:
        """Whether a reader sees any of its text."""
        return not all(block.invisible for block in self.blocks)
