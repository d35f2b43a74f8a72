"""A report as it was read: its pages with their text, and where on the page the text stands."""

from dataclasses import dataclass, field
from typing import Literal

from citewire.content.identity import Identity
from citewire.content.table import Box, Table

Kind = Literal["text", "table", "heading", "figure"]

Reason = Literal["invisible", "hidden", "instruction"]
"""Why text is withheld: it cannot be seen on the page, the file's format hides it, or it speaks to
a model instead of a reader."""


@dataclass(frozen=True, slots=True)
class LineBox:
    """A line of text and its rectangle on the page; of a row of a table, cells that are level.

    Args:
        start: where the line begins in `Page.text`, in characters.
        end: where it ends, exclusive. A mended word belongs to both lines with its own part.
        x0: left edge; all four as shares (0..1) of the page as it is displayed, that is turned by
            its rotation and cut to its crop box; the origin is the top left corner.
        y0: upper edge.
        x1: right edge.
        y1: lower edge.
        words: where the words of the line stand in it, as `content.edges` writes it; empty if
            that is unknown.
        turn: quarter turns (0..3, clockwise) by which the line lies on the displayed page.
    """

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float
    words: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table (one line per row, as `content.table` writes it), a heading or a figure.

    The text of a figure is its caption and the words inside it.

    Args:
        kind: which of them.
        start: where it begins in `Page.text`, in characters.
        end: where it ends, exclusive.
        lines: its lines from the top; empty where a format has no layout.
        table: of a table, its grid.
        box: of a figure, its rectangle as shares (0..1) of the displayed page.
        level: of a heading, how deep the file says that it lies, from 0; None if it does not say.
    """

    kind: Kind
    start: int
    end: int
    lines: tuple[LineBox, ...] = ()
    table: Table | None = None
    box: Box | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class WithheldText:
    """A stretch of a text that is kept out of answers.

    Args:
        start: where it begins in the text, in characters.
        end: where it ends, exclusive.
        reason: why.
    """

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Args:
        number: physical number from 1.
        label: printed on it.
        text: in reading order. Headers and footers that repeat stand before and after the rest.
        size: width and height in points as displayed; None where a format has no layout.
        blocks: in the order of the text. Passages are made of them, so that headers and footers
            that repeat belong to none. A page with text and without blocks is one text block.
        withheld: stretches that no reader sees, in order.
    """

    number: int
    label: str
    text: str
    size: tuple[float, float] | None = None
    blocks: tuple[Block, ...] = ()
    withheld: tuple[WithheldText, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader makes of a file.

    Args:
        title: from the metadata or the first page; the file's name if neither tells.
        language: ISO 639-1 code of most of the text, `und` if it cannot be told.
        pages: all pages, those without text too.
        date: ISO date (`2024-03-31`, `2024-03` or `2024`) as the text states it, or from the file
            where it does not; None if there is none that makes sense.
        notes: what could not be read although the rest could, each for a person to read.
        properties: what the file says of itself besides its title: subject, author, company.
        identity: which report it is.
    """

    title: str
    language: str
    pages: tuple[Page, ...]
    date: str | None = None
    notes: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    identity: Identity = field(default_factory=Identity)
