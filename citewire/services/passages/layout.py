"""Where the lines of a passage stand on its page, and how that is stored.

It is kept apart from the passages, as it is much and is read for few of them; by passage id, JSON:

    {"page": 3, "size": [595.28, 841.89],
     "lines": [[0, 68, 1000, 912, 9000, 1034, "AAEJ…", 1], ...],
     "cells": [[1000, 912, 3000, 1034], 0, ...], "figure": [1000, 912, 9000, 4000]}

`size` is width and height of the displayed page in points. A line is [start, end, x0, y0, x1, y1,
words, turn]: `start` and `end` are characters of the passage's text; the rectangle is that of the
whole line, which may have begun before the passage or end after it, in ten-thousandths of the
displayed page with the origin at the top left; `words` says where those words of the line stand
that the passage holds (`content.edges`), empty if that is unknown: then the rectangle is that of
the passage's part alone; `turn` is left out where it is 0. What the passage repeats from another
page has no lines. Formats without a layout have no lines and `size` null.

`cells` are the rectangles of the cells of a table, in their order, 0 where there is none; `figure`
is that of a figure. Each is left out where there is nothing to tell.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from citewire.content.edges import PER_WORD
from citewire.content.report import LineBox
from citewire.content.table import Box
from citewire.services.citations.rectangles import part_of_line

UNITS = 10_000


Boxes = tuple[Box | None, ...]


@dataclass(frozen=True, slots=True)
class PassageLayout:
    """The page of a passage, its size in points, and the lines that the passage touches.

    Args:
        page: physical number from 1.
        size: width and height as displayed; None where a format has no layout.
        lines: in the order of the passage, by their places in it; `words` is that of the words
            which the passage holds.
        cells: rectangles of the cells of a table, in their order; empty if there are none.
        figure: the rectangle of a figure.
    """

    page: int
    size: tuple[float, float] | None
    lines: tuple[LineBox, ...]
    cells: Boxes = ()
    figure: Box | None = None

    def to_json(self) -> str:
        """As it is stored."""
        size = [round(length, 2) for length in self.size] if self.size else None
        lines = [_stored(line) for line in self.lines]
        stored: dict[str, Any] = {"page": self.page, "size": size, "lines": lines}
        if any(self.cells):
            stored["cells"] = [_edges(box) if box else 0 for box in self.cells]
        if self.figure:
            stored["figure"] = _edges(self.figure)
        return json.dumps(stored, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str | bytes) -> "PassageLayout":
        """What `to_json` wrote."""
        told = json.loads(stored)
        size = (told["size"][0], told["size"][1]) if told["size"] else None
        cells = tuple(_box(edges) if edges else None for edges in told.get("cells", ()))
        figure = _box(told["figure"]) if "figure" in told else None
        return cls(told["page"], size, tuple(map(_line, told["lines"])), cells, figure)


def line_of_piece(line: LineBox, text: str, start: int, end: int, place: int) -> LineBox:
    """What a passage holds of `line`.

    Args:
        line: a line of a page of which the passage has a part.
        text: of the page.
        start: where what the passage has of the page begins.
        end: where it ends, exclusive.
        place: where that begins in the passage.
    """
    first, last = max(start, line.start), min(end, line.end)
    begin = place + first - start
    # Made for every line of a library: `replace` takes several times as long.
    box = line.x0, line.y0, line.x1, line.y1
    held = LineBox(begin, begin + last - first, *box, line.words, line.turn)
    if (first, last) == (line.start, line.end):
        return held
    if not line.words:
        length = line.end - line.start
        part = part_of_line(line, (first - line.start) / length, (last - line.start) / length)
        return replace(held, x0=part.x0, y0=part.y0, x1=part.x1, y1=part.y1)
    before = len(text[line.start : first].split())
    if first > line.start and not (text[first - 1].isspace() or text[first].isspace()):
        before -= 1
    count = len(text[first:last].split())
    return replace(held, words=line.words[PER_WORD * before : PER_WORD * (before + count)])


def _edges(box: Box) -> list[int]:
    return [round(edge * UNITS) for edge in box]


def _box(stored: Sequence[int]) -> Box:
    x0, y0, x1, y1 = (edge / UNITS for edge in stored)
    return x0, y0, x1, y1


def _stored(line: LineBox) -> list[int | str]:
    edges = _edges((line.x0, line.y0, line.x1, line.y1))
    stored: list[int | str] = [line.start, line.end, *edges, line.words]
    if line.turn:
        stored.append(line.turn)
    return stored


def _line(stored: Sequence[int | str]) -> LineBox:
    start, end, *edges = (int(number) for number in stored[:6])
    x0, y0, x1, y1 = _box(edges)
    turn = int(stored[7]) if len(stored) > 7 else 0
    return LineBox(start, end, x0, y0, x1, y1, str(stored[6]), turn)
