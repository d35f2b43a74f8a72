"""Rectangles on the page around some characters of a passage.

Pure. They are in shares (0..1) of the page as it is displayed, with the origin at the top left.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citewire.content.edges import decode
from citewire.content.report import LineBox

_WORD = re.compile(r"\S+")
# Widths of letters in the usual fonts, in heights; what is not told is as wide as `e`.
_WIDTHS = (
    (re.compile(r"[ijl.,;:'|!’‘]"), 0.26),
    (re.compile(r"[()\[\]{}tfrI\"“”/ \n-]"), 0.33),
    (re.compile(r"[mwMW%@]"), 0.87),
    (re.compile(r"[A-HJ-LN-VX-Z]"), 0.69),
    (re.compile(r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]"), 1.0),
)
_WIDTH = 0.55

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Edges as shares (0..1) of the displayed page, origin at the top left."""

    x0: float
    y0: float
    x1: float
    y1: float


def rectangles(lines: Sequence[LineBox], *, text: str, start: int, end: int) -> list[Rectangle]:
    """One rectangle for each line that has some of the characters `start` to `end`.

    Each reaches from the first to the last of their words in it; of a word that they hold in part,
    it has the share of its letters, as it has of a line whose words are unknown.

    Args:
        lines: of the passage, by their places in it; `words` of those words of a line that it
            holds.
        text: of the passage.
        start: first character.
        end: where they end, exclusive.
    """
    found = []
    for line in lines:
        low, high = max(line.start, start), min(line.end, end)
        if low < high and text[low:high].strip():
            reach = _reach(line, text, (low, high))
            if reach is not None:
                found.append(part_of_line(line, *reach))
    return found


_Span = tuple[int, int]
_Reach = tuple[float, float]


def _reach(line: LineBox, text: str, wanted: _Span) -> _Reach | None:
    """From where to where on a line characters stand, in shares of its length."""
    words = [found.span() for found in _WORD.finditer(text, line.start, line.end)]
    edges = decode(line.words)
    if len(words) != len(edges):
        # Unknown; a line is cut in proportion to its characters.
        words, edges = [(line.start, line.end)], [(0.0, 1.0)]
    reached = list(_reached(text, words, edges, wanted))
    if not reached:
        return None
    return min(low for low, _ in reached), max(high for _, high in reached)


def _reached(
    text: str, words: Sequence[_Span], edges: Sequence[_Reach], wanted: _Span
) -> Iterator[_Reach]:
    for (start, end), (low, high) in zip(words, edges, strict=True):
        first, last = max(start, wanted[0]), min(end, wanted[1])
        # The bar between cells is a word without width.
        if first >= last or high <= low:
            continue
        before, inside, after = (
            _width(text[a:b]) for a, b in ((start, first), (first, last), (last, end))
        )
        total = before + inside + after
        before, upto = before / total, (before + inside) / total
        if _RTL.search(text, start, end):
            before, upto = 1 - upto, 1 - before
        yield low + before * (high - low), low + upto * (high - low)


def _width(text: str) -> float:
    """About how wide `text` is, to part a word of which the page only tells where it is."""
    width = _WIDTH * len(text)
    for letters, each in _WIDTHS:
        width += (each - _WIDTH) * len(letters.findall(text))
    return width


def part_of_line(line: LineBox, low: float, high: float) -> Rectangle:
    """The part of a line from `low` to `high` of its length, in its own direction."""
    if line.turn in (2, 3):
        low, high = 1 - high, 1 - low
    x0, y0, width, height = line.x0, line.y0, line.x1 - line.x0, line.y1 - line.y0
    if line.turn in (1, 3):
        return _rounded(x0, y0 + low * height, line.x1, y0 + high * height)
    return _rounded(x0 + low * width, y0, x0 + high * width, line.y1)


def _rounded(*edges: float) -> Rectangle:
    return Rectangle(*(round(edge, 4) for edge in edges))
