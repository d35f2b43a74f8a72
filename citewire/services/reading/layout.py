"""What readers of pages with a layout hand on: lines in blocks, in points, in reading order."""

from dataclasses import dataclass, field

from citewire.services.reading.report import Kind

Box = tuple[float, float, float, float]
"""Left, upper, right, lower edge in points from the top left corner of the displayed page."""


@dataclass(slots=True)
class Line:
    """A line: its cleaned text, its rectangle, the usual height of its letters, if it is bold."""

    text: str
    box: Box
    height: float
    bold: bool = False


@dataclass(slots=True)
class LaidBlock:
    """Lines that belong together; `invisible` ones stand after all others of the page."""

    kind: Kind
    lines: list[Line]
    invisible: bool = False


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
