"""Words that are struck out: a drawn line goes through the middle of them, and no further."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from citewire.services.reading.pdf.drawn import Drawn
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.lines import split_at

MIDDLE = 0.25
"""Heights of letters; the line is no further from their middle."""

ENDS = 0.4
"""And it ends where words do, but for so many heights: other lines only cross them."""

SHORT = 1.5
"""Heights of letters; a shorter line may be one under the mark of a note, which is raised."""

SHORTEST = 0.5
"""Heights of letters; a shorter line is a dash."""

SHORT_ENDS = 0.25
"""Heights; a short line ends where its words do, more closely."""

_RAISED = re.compile(r"[\[\]^\u00b9\u00b2\u00b3\u2070-\u209c]")
"""Signs of marks and exponents, as raised letters are written."""

MOST_LEVEL = 200
"""Fragments on the level of a line; more are no line of text."""

MOST_HEIGHT = 100.0
"""Points; higher letters are a picture."""


def without_struck(fragments: Sequence[Fragment], drawn: Drawn) -> list[Fragment]:
    """`fragments` without the words that are struck out."""
    struck: dict[int, list[tuple[float, float]]] = defaultdict(list)
    ordered = sorted(range(len(fragments)), key=lambda n: fragments[n].middle)
    middles = [fragments[n].middle for n in ordered]
    highest = min(max((f.height for f in fragments), default=0.0), MOST_HEIGHT)
    for y, x0, x1 in drawn.across.tolist():
        first = bisect_left(middles, y - MIDDLE * highest)
        last = bisect_right(middles, y + MIDDLE * highest)
        if first == last or last - first > MOST_LEVEL:
            continue
        for number, begin, end in _under((y, x0, x1), ordered[first:last], fragments):
            struck[number].append((begin, end))
    kept: list[Fragment] = []
    for number, fragment in enumerate(fragments):
        kept += _left(fragment, struck[number]) if number in struck else [fragment]
    return kept


def _under(
    line: tuple[float, float, float], numbers: Sequence[int], fragments: Sequence[Fragment]
) -> Iterator[tuple[int, float, float]]:
    """Which fragments a line strikes out, from where to where."""
    y, x0, x1 = line
    found = []
    for number in numbers:
        fragment = fragments[number]
        if abs(fragment.middle - y) > MIDDLE * fragment.height:
            continue
        edges = fragment.edges or [fragment.x0, fragment.x1]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        inside = [(left, right) for left, right in pairs if x0 < (left + right) / 2 < x1]
        if inside:
            found.append(
                (number, min(left for left, _ in inside), max(right for _, right in inside))
            )
    if not found:
        return
    height = min(fragments[number].height for number, _, _ in found)
    is_short = x1 - x0 < SHORT * fragments[found[0][0]].height
    if is_short and (
        x1 - x0 < SHORTEST * height
        or any(_RAISED.search(_text_in(fragments[number], a, b)) for number, a, b in found)
    ):
        return
    slack = (SHORT_ENDS if is_short else ENDS) * height
    begin, end = min(left for _, left, _ in found), max(right for _, _, right in found)
    if abs(begin - x0) < slack and abs(end - x1) < slack:
        yield from found


def _text_in(fragment: Fragment, begin: float, end: float) -> str:
    """The words of a fragment between two places."""
    words = fragment.text.split()
    if len(fragment.edges) != 2 * len(words):
        return fragment.text
    pairs = zip(words, fragment.edges[::2], fragment.edges[1::2], strict=True)
    return " ".join(word for word, left, right in pairs if left >= begin and right <= end)


def _left(fragment: Fragment, struck: Sequence[tuple[float, float]]) -> list[Fragment]:
    places = sorted({place for begin, end in struck for place in (begin, end)})
    return [
        part
        for part in split_at(fragment, places)
        if not any(begin - 1 < part.x0 and part.x1 < end + 1 for begin, end in struck)
        # A line of signs may have been written across it.
        or not any(map(str.isalnum, part.text))
    ]
