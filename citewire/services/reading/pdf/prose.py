"""Running text among the lines of one side of a page: what tells a column from a table's cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

from citewire.services.reading.pdf.fragments import Fragment

MIN_PROSE = 4
"""So many lines that follow each other, all but the last filled, are running text."""

FILLED = 0.8
"""A line of running text ends past this share of its column's width."""

MIN_CHARS = 20
MIN_LETTERS = 0.6
"""Of the characters that are not spaces: a line of figures or of dots is no running text."""

MIN_PIECE = 14
"""Characters; of a line in several pieces, each has so many: heads of columns have fewer."""

APART = 1.1
"""Pieces are apart by more than so many heights of their letters."""

FLUSH = 0.6
"""Share of the lines that begin at one place: heads of columns are set in the middle."""

GOES_ON = 0.35
"""Share of the lines that begin in lower case; in German nouns begin many lines."""

STEP = 2.2
"""Lines of a paragraph are apart by less than so many of their heights."""

_CASELESS = re.compile("[\u0590-\u1fff\u2e80-\ud7ff\uf900-\ufefc]")


@dataclass(slots=True)
class SideLine:
    """The fragments of one side of a gutter that stand on one line."""

    text: str
    x0: float
    x1: float
    middle: float
    height: float
    extents: list[tuple[float, float]]
    """Left and right edges of its fragments."""

    @property
    def pieces(self) -> int:
        """How many parts it has that are far apart, as the columns of a text or a table."""
        found, end = 0, -inf
        for x0, x1 in sorted(self.extents):
            found += x0 - end > APART * self.height
            end = max(end, x1)
        return found


def lines_of(side: Sequence[Fragment]) -> list[SideLine]:
    """The lines that the fragments of a side make; `side` is in order of height."""
    lines: list[SideLine] = []
    for fragment in side:
        last = lines[-1] if lines else None
        if last is None or fragment.middle - last.middle > 0.5 * min(fragment.height, last.height):
            x0, x1 = fragment.x0, fragment.x1
            lines.append(
                SideLine(fragment.text, x0, x1, fragment.middle, fragment.height, [(x0, x1)])
            )
            continue
        last.extents.append((fragment.x0, fragment.x1))
        if fragment.x0 < last.x0:
            last.text = f"{fragment.text} {last.text}"
            last.x0 = fragment.x0
        else:
            last.text = f"{last.text} {fragment.text}"
            last.x1 = max(last.x1, fragment.x1)
    return lines


def prose_of(lines: Sequence[SideLine]) -> Iterator[tuple[int, int]]:
    """Where running text begins and ends among `lines`, by index, the end exclusive."""
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or not _follows(lines[index - 1], lines[index]):
            if index - start >= MIN_PROSE:
                yield from _filled(lines, start, index)
            start = index


def _follows(above: SideLine, below: SideLine) -> bool:
    tall, small = max(above.height, below.height), min(above.height, below.height)
    return below.middle - above.middle < STEP * tall and tall < 1.3 * small


def _filled(lines: Sequence[SideLine], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The runs of lines that fill their column, each with the line that ends it."""
    left = min(line.x0 for line in lines[start:end])
    right = max(line.x1 for line in lines[start:end])
    enough = left + FILLED * (right - left)
    first = start
    for index in range(start, end):
        line = lines[index]
        if _is_text(line) and line.x1 >= enough and index + 1 < end:
            continue
        stop = index + 1 if _is_text(line) else index
        found = lines[first:stop]
        is_text = len(found) >= MIN_PROSE and _goes_on(found) and _is_flush(found)
        if is_text and not _are_heads(found):
            yield first, stop
        first = index + 1


def _is_text(line: SideLine) -> bool:
    written = line.text.replace(" ", "")
    letters = sum(map(str.isalpha, written))
    enough = MIN_CHARS if not _CASELESS.search(written) else MIN_CHARS // 2
    return len(written) >= enough and letters >= MIN_LETTERS * len(written)


def _are_heads(lines: Sequence[SideLine]) -> bool:
    """Whether most lines are in short pieces, as those of heads beside each other are."""
    in_pieces = 0
    for line in lines:
        written = line.text.replace(" ", "")
        least = MIN_PIECE if not _CASELESS.search(written) else MIN_PIECE // 2
        in_pieces += line.pieces > 1 and len(written) < least * line.pieces
    return in_pieces * 2 > len(lines)


def _goes_on(lines: Sequence[SideLine]) -> bool:
    """Whether sentences run from line to line."""
    begun = sum(
        below.text[:1].islower() or _CASELESS.match(below.text) is not None
        for _, below in pairwise(lines)
    )
    return begun >= GOES_ON * (len(lines) - 1)


def _is_flush(lines: Sequence[SideLine]) -> bool:
    """Whether most lines begin at one place, or end there as those from right to left do."""
    return any(
        sum(
            abs(place - median(places)) < line.height
            for place, line in zip(places, lines, strict=True)
        )
        >= FLUSH * len(lines)
        for places in ([line.x0 for line in lines], [line.x1 for line in lines])
    )
