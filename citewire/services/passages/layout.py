"""Where the lines of a passage stand on its page, and how that is stored.

It is kept apart from the passages, as it is much and is read for few of them; by passage id, JSON:

    {"page": 3, "size": [595.28, 841.89],
     "lines": [[12, 80, 1000, 912, 9000, 1034, "AAEJ…", 1], ...]}

`size` is width and height of the displayed page in points. A line is [start, end, x0, y0, x1, y1,
words, turn]: `start` and `end` are characters of the page's text, like those of the passage, but
those of the whole line, which may begin before the passage or end after it; the rectangle is in
ten-thousandths of the displayed page with the origin at the top left; `words` says where those
words of the line stand that the passage holds (`content.edges`), empty if that is unknown; `turn`
is left out where it is 0. Formats without a layout have no lines and `size` null.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from citewire.content.edges import PER_WORD
from citewire.content.report import LineBox

UNITS = 10_000


@dataclass(frozen=True, slots=True)
class PassageLayout:
    """The page of a passage, its size in points, and the lines that the passage touches.

    Args:
        page: physical number from 1.
        size: width and height as displayed; None where a format has no layout.
        lines: from the top of the passage; `words` is that of the words which the passage holds.
    """

    page: int
    size: tuple[float, float] | None
    lines: tuple[LineBox, ...]

    def to_json(self) -> str:
        """As it is stored."""
        size = [round(length, 2) for length in self.size] if self.size else None
        lines = [_stored(line) for line in self.lines]
        stored = {"page": self.page, "size": size, "lines": lines}
        return json.dumps(stored, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str | bytes) -> "PassageLayout":
        """What `to_json` wrote."""
        told = json.loads(stored)
        size = (told["size"][0], told["size"][1]) if told["size"] else None
        return cls(told["page"], size, tuple(map(_line, told["lines"])))


def line_of_passage(line: LineBox, text: str, start: int, end: int) -> LineBox:
    """`line` with the edges of those of its words only that a passage holds.

    Args:
        line: a line of a page that the passage touches.
        text: of the page.
        start: where the passage begins in it.
        end: where it ends, exclusive.
    """
    if not line.words or (start <= line.start and line.end <= end):
        return line
    inner = max(start, line.start)
    first = len(text[line.start : inner].split())
    if inner > line.start and not (text[inner - 1].isspace() or text[inner].isspace()):
        first -= 1
    count = len(text[inner : min(end, line.end)].split())
    words = line.words[PER_WORD * first : PER_WORD * (first + count)]
    return LineBox(line.start, line.end, line.x0, line.y0, line.x1, line.y1, words, line.turn)


def _stored(line: LineBox) -> list[int | str]:
    edges = (line.x0, line.y0, line.x1, line.y1)
    stored: list[int | str] = [line.start, line.end, *(round(edge * UNITS) for edge in edges)]
    stored.append(line.words)
    if line.turn:
        stored.append(line.turn)
    return stored


def _line(stored: Sequence[int | str]) -> LineBox:
    start, end, *edges = (int(number) for number in stored[:6])
    x0, y0, x1, y1 = (edge / UNITS for edge in edges)
    turn = int(stored[7]) if len(stored) > 7 else 0
    return LineBox(start, end, x0, y0, x1, y1, str(stored[6]), turn)
