"""The headings of a document as its passages keep them, so that its outline misses none.

A passage knows the nearest heading above it; one with another right below it, or in the midst of
a passage, would be told nowhere.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from citewire.content.report import Block, Page, Report
from citewire.services.passages.ranking import levels_of
from citewire.services.reading.withholding import within

HEADINGS = "headings"
"""The key of a passage's metadata that tells the headings that begin in it, or between it and the
one before; absent where there are none, and from passages of earlier versions."""

MOST_HEADINGS = 2000
"""So many headings of a document are kept."""
TITLE_LENGTH = 160


@dataclass(frozen=True, slots=True)
class KeptHeading:
    """A heading as it stands in its file.

    Args:
        title: what it says, cut if it is long.
        page: physical number from 1.
        level: how deep the file says that it lies, from 0; None if it does not say.
        height: of its first line, in points; 0 if unknown.
        start: where it begins in the text of its page; not kept.
    """

    title: str
    page: int
    level: int | None = None
    height: float = 0
    start: int = 0


def headings_of(report: Report) -> Iterator[KeptHeading]:
    """Tell the headings of a report that its readers see, in its order."""
    for page in report.pages:
        for block in page.blocks:
            if block.kind == "heading" and not within(page.withheld, block.start, block.end):
                title = heading_title(page, block)
                yield KeptHeading(
                    title, page.number, block.level, _height(page, block), block.start
                )


def heading_title(page: Page, block: Block) -> str:
    """Tell what a heading says, on one line."""
    return " ".join(page.text[block.start : block.end].split())[:TITLE_LENGTH]


def to_json(headings: Iterable[KeptHeading]) -> str:
    """Write headings as `from_json` reads them."""
    rows = [[one.title, one.page, one.level, round(one.height, 1)] for one in headings]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> list[KeptHeading]:
    """Read headings; none from an empty text."""
    return [KeptHeading(*row) for row in json.loads(text)] if text else []


def depths_of(headings: Sequence[KeptHeading]) -> list[int]:
    """Tell how deep each heading lies, 0 at the top: as its file says, else as it looks.

    A file that skips levels has none that are empty here. Where a file tells levels, a heading
    without one stands beside the one before.
    """
    if all(one.level is None for one in headings):
        return levels_of((one.title, one.height) for one in headings)
    above: list[int] = []
    depths = []
    level = 0
    for one in headings:
        level = level if one.level is None else one.level
        while above and above[-1] >= level:
            above.pop()
        depths.append(len(above))
        above.append(level)
    return depths


def _height(page: Page, block: Block) -> float:
    if page.size is None or not block.lines:
        return 0
    line, (width, height) = block.lines[0], page.size
    # Of a line that lies on its side, its letters are as high as it is wide.
    return (line.x1 - line.x0) * width if line.turn % 2 else (line.y1 - line.y0) * height
