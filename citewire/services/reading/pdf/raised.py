"""Where characters of a fragment are raised or lowered: marks of notes, exponents, indices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.pdf.chars import Chars, Floats

SMALL = 0.82
"""Raised characters are less than this share as high as what they stand at; half is usual."""

TINY = 0.3
"""What is smaller stands beside a drop cap."""

RAISED = 0.13
"""Of the height of what they stand at, by which their base line is higher; a third is usual."""

LOWERED = 0.05

TOUCHES = 0.12
"""Of the height of what they stand at: a smaller gap is no space."""

LONGEST = 12
"""Characters: a mark may be a list, but is no sentence."""

MOST = 5_000
"""Steps from size to size on a page; no text has more, and each is looked at by itself."""

_SIGNS = np.array([0xB2, 0xB3, 0xB9, 0x2070, *range(0x2074, 0x207A)])
"""Digits that are raised by their code: ², ³, ¹ and so on."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Characters that are raised, or lowered.

    Args:
        start: the first, counted among those of the line that was asked about.
        end: after the last.
        lowered: which of the two.
        coded: whether their code says so, and not their place.
        touches: whether they stand at the character before them without a gap.
    """

    start: int
    end: int
    lowered: bool = False
    coded: bool = False
    touches: bool = False


def find_shifts(
    chars: Chars,
    indices: NDArray[np.int64],
    boxes: Floats,
    breaks: NDArray[np.bool_],
    bases: "Bases",
) -> list[Shift]:
    """The raised and lowered stretches of fragments, from the first on.

    Args:
        chars: of the page.
        indices: the characters of the fragments of a direction.
        boxes: theirs, in the frame in which they are upright.
        breaks: after which of them a fragment ends.
        bases: tells the height of their base lines in that frame.
    """
    shifts = list(_coded(chars, indices, breaks))
    heights = boxes[:, 3] - boxes[:, 1]
    low, high = np.minimum(heights[1:], heights[:-1]), np.maximum(heights[1:], heights[:-1])
    steps = (low < SMALL * high) & ~breaks
    if 0 < np.count_nonzero(steps) <= MOST:
        ends = np.flatnonzero(breaks) + 1
        # Only fragments with a step are looked at one by one.
        for number in np.unique(np.searchsorted(ends, np.flatnonzero(steps) + 1, "left")).tolist():
            start = int(ends[number - 1]) if number else 0
            end = int(ends[number]) if number < len(ends) else len(indices)
            inside = np.flatnonzero(steps[start : end - 1]) + start + 1
            shifts += _placed([start, *inside.tolist(), end], boxes, bases)
    return sorted(shifts, key=lambda shift: shift.start)


class Bases:
    """The height of the base line of a character, from the top, asked only where it matters."""

    def __init__(self, chars: Chars, indices: NDArray[np.int64], turn: int) -> None:
        self._chars = chars
        self._indices = indices
        self._turn = turn

    def at(self, position: int) -> float:
        """Of the character at `position` among those of the direction."""
        x, y, _, _ = self._chars.origins([int(self._indices[position])])[0].tolist()
        width, height = self._chars.width, self._chars.height
        return float((y, width - x, height - y, x)[self._turn])


def _placed(edges: Sequence[int], boxes: Floats, bases: Bases) -> Iterator[Shift]:
    """Shifts among the stretches of a fragment, in each of which all are of about one height."""
    before: Shift | None = None
    stretches = list(pairwise(edges))
    heights = [float(boxes[start, 3] - boxes[start, 1]) for start, _ in stretches]
    for number, (start, end) in enumerate(stretches):
        beside = [n for n in (number - 1, number + 1) if 0 <= n < len(stretches)]
        larger = [n for n in beside if TINY * heights[n] < heights[number] < SMALL * heights[n]]
        found = None
        if larger and end - start <= LONGEST:
            height = heights[larger[0]]
            rise = (bases.at(stretches[larger[0]][0]) - bases.at(start)) / height
            if rise > RAISED or rise < -LOWERED:
                gap = boxes[start, 0] - boxes[start - 1, 2] if number else height
                found = Shift(start, end, lowered=rise < 0, touches=bool(gap < TOUCHES * height))
        if before is not None and found is not None and before.lowered == found.lowered:
            found = replace(before, end=end)
        elif before is not None and before.end - before.start <= LONGEST:
            yield before
        before = found
    if before is not None and before.end - before.start <= LONGEST:
        yield before


def _coded(chars: Chars, indices: NDArray[np.int64], breaks: NDArray[np.bool_]) -> Iterator[Shift]:
    codes = np.frombuffer(chars.text.encode("utf-32-le"), np.uint32)[indices]
    found = np.flatnonzero(np.isin(codes, _SIGNS)).tolist()
    if not found:
        return
    start = last = found[0]
    for position in found[1:]:
        if position > last + 1 or breaks[last]:
            yield Shift(start, last + 1, coded=True)
            start = position
        last = position
    yield Shift(start, last + 1, coded=True)
