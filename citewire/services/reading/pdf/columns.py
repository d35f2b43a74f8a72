"""Reading order: where a page is set in columns, and in which order its regions are read.

A gutter is a vertical strip that few fragments cross. Those that cross it, full-width headings
say, cut the page into bands; in a band with running text on both sides the left column is read
before the right one. Columns are searched for gutters again, so that three columns are found as
one beside two. Side by side are table cells too: a band stays whole if its sides share their
lines and are not both running text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.prose import GOES_ON, SideLine, lines_of, prose_of

BIN = 2.0
"""Points; the horizontal resolution of the search for gutters."""

WIDE = 0.6
"""A fragment wider than this share of its region belongs to no column."""

CROSSED = 0.15
MAY_CROSS = 3
"""A gutter is crossed by at most this share of what the fullest strip holds, or by so many."""

MIN_SIDE = 3
"""Fragments that each column of a band has at least."""

RUNNING_CHARS = 18
"""Half of the lines of running text have at least so many characters, also in three columns."""

LEVEL = 0.25
"""What stands on one line is apart by less than so many heights of its letters."""

BESIDE = 0.75
"""A term and the paragraph beside it may begin at places that are so far apart."""

ALL_SHARED = 0.9
SOME = 0.1
"""Where so many lines of both sides are beside each other, and fewer begin with a small letter."""

LONG_LINE = 32
"""Half of the lines of a text have at least so many characters; those of a list have fewer."""

FEWER = 0.7
"""Labels have by so much fewer lines than what they are the labels of."""

FIGURES = 0.6
"""Of the lines beside labels; the others are heads."""

BELOW = 12
"""Of so many fragments below heads, half are figures and signs, some at each side."""

MAX_GUTTERS = 4
MAX_DEPTH = 6

SLAB_GAP = 1.0
"""Slabs of a page are apart by more than so many heights of their letters."""

SLAB_GUTTERS = 2

MOST_SHARED = 0.6
"""A slab that runs across two columns shares so many of its lines."""
MAX_SLABS = 24

_PARAGRAPH_END = re.compile(r"[.!?:;。]$")


def regions(fragments: Sequence[Fragment], depth: int = 0) -> Iterator[list[Fragment]]:
    """The regions of a page in reading order; within each, rows are read across."""
    bands = _best_bands(fragments) if depth < MAX_DEPTH else None
    if bands is None:
        if fragments:
            yield list(fragments)
        return
    rest: list[Fragment] = []
    for band in bands:
        if len(band) == 1:
            rest += band[0]
            continue
        if rest:
            yield from regions(rest, depth + 1)
            rest = []
        for column in band:
            yield from regions(column, depth + 1)
    if rest:
        yield from regions(rest, depth + 1)


_Bands = list[list[list[Fragment]]]


def _best_bands(fragments: Sequence[Fragment]) -> _Bands | None:
    """The bands of the gutter that puts most fragments into columns, None if none does."""
    best: _Bands | None = None
    most = 0
    gutters = _gutters(fragments)
    edges = np.array([(f.x0, f.x1) for f in fragments])
    tried = set()
    for gutter in [*gutters, *_gutters_of_slabs(fragments, gutters)]:
        parts = (edges < gutter).tobytes(), (edges <= gutter).tobytes()
        if parts in tried:
            # It parts the fragments as another one does.
            continue
        tried.add(parts)
        # A gutter of a part of the page needs running text beside it: tables have such as well.
        bands = list(_bands(fragments, gutter, strict=gutter not in gutters))
        in_columns = sum(len(side) for band in bands if len(band) > 1 for side in band)
        if in_columns > most:
            best, most = bands, in_columns
    return best


def _gutters_of_slabs(fragments: Sequence[Fragment], known: Sequence[float]) -> set[float]:
    """Gutters of parts of the region: columns may differ from one to the next."""
    slabs = list(_slabs(fragments))
    if not 1 < len(slabs) <= MAX_SLABS:
        return set()
    found = {gutter for slab in slabs for gutter in _gutters(slab)[:SLAB_GUTTERS]}
    return found.difference(known)


def _slabs(fragments: Sequence[Fragment]) -> Iterator[list[Fragment]]:
    """What stands between strips of some height in which nothing stands, from the top."""
    slab: list[Fragment] = []
    bottom = 0.0
    for fragment in sorted(fragments, key=lambda f: f.y0):
        if slab and fragment.y0 - bottom > SLAB_GAP * min(fragment.height, slab[-1].height):
            yield slab
            slab = []
        bottom = max(bottom, fragment.y1) if slab else fragment.y1
        slab.append(fragment)
    if slab:
        yield slab


def _gutters(fragments: Sequence[Fragment]) -> list[float]:
    """The middles of the widest strips that few fragments cross."""
    if len(fragments) < 2 * MIN_SIDE:
        return []
    edges = np.array([(f.x0, f.x1) for f in fragments])
    left, right = float(edges[:, 0].min()), float(edges[:, 1].max())
    narrow = edges[(edges[:, 1] - edges[:, 0]) < WIDE * (right - left)]
    if len(narrow) < 2 * MIN_SIDE:
        return []
    bins = np.clip(((narrow - left) / BIN).astype(int), 0, 100_000)
    size = int(bins.max()) + 2
    crossing = np.cumsum(
        np.bincount(bins[:, 0], minlength=size + 1)
        - np.bincount(bins[:, 1] + 1, minlength=size + 1)
    )
    most = int(crossing.max())
    few = min(max(CROSSED * most, MAY_CROSS), most // 2)
    narrowest = 0.5 * median(f.height for f in fragments)
    # A column of a few lines is itself a strip that few fragments cross.
    found = {
        left + middle * BIN: length
        for limit in (0, few)
        for length, middle in _strips(crossing[: size - 1] <= limit)
        if length * BIN >= narrowest
    }
    return sorted(found, key=lambda middle: -found[middle])[:MAX_GUTTERS]


def _strips(is_open: NDArray[np.bool_]) -> Iterator[tuple[int, float]]:
    """Length and middle of each run of open bins, without those at the borders."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]))).tolist()
    for start, end in zip(changes[::2], changes[1::2], strict=True):
        if start > 0 and end < len(is_open):
            yield end - start, (start + end) / 2


def _bands(
    fragments: Sequence[Fragment], gutter: float, *, strict: bool
) -> Iterator[list[list[Fragment]]]:
    """Bands from the top: two columns each, or one side only where text runs across."""
    crossing = sorted(
        (f for f in fragments if f.x0 < gutter < f.x1), key=lambda fragment: fragment.middle
    )
    beside = sorted(
        (f for f in fragments if not f.x0 < gutter < f.x1), key=lambda fragment: fragment.middle
    )
    position = 0
    middles = [f.middle for f in beside]
    for crosser in [*crossing, None]:
        start = position
        position = len(beside) if crosser is None else bisect_left(middles, crosser.middle, start)
        band = beside[start:position]
        if start and (alone := _alone(band, gutter)):
            yield [band[:alone]]
            band = band[alone:]
        if band:
            # Words alone over a row that goes from one side to the other are its heads.
            is_over = crosser is not None and _is_row(crosser, beside, middles, gutter)
            yield from _sides(band, gutter, strict=strict or is_over)
        if crosser is not None:
            yield [[crosser]]


def _is_row(
    crosser: Fragment, beside: Sequence[Fragment], middles: Sequence[float], gutter: float
) -> bool:
    """Whether what crosses `gutter` is of a row at both its sides, under words and over figures."""
    near = LEVEL * crosser.height
    first = bisect_left(middles, crosser.middle - near)
    if not first or crosser.y0 - beside[first - 1].y1 > SLAB_GAP * crosser.height:
        return False
    end = bisect_right(middles, crosser.middle + near)
    below = [f for f in beside[end : end + BELOW] if not any(map(str.isalpha, f.text))]
    figures = [f for f in below if any(map(str.isdigit, f.text))]
    at_left = sum(f.x1 <= gutter for f in figures)
    if len(below) * 2 < BELOW or len(figures) < MIN_SIDE or not 0 < at_left < len(figures):
        return False
    on_line = beside[first:end]
    return any(f.x1 <= gutter for f in on_line) and any(f.x1 > gutter for f in on_line)


def _sides(band: list[Fragment], gutter: float, *, strict: bool) -> Iterator[list[list[Fragment]]]:
    """A band's two columns, above and below the tables in it that run across."""
    left, right = _parted(band, gutter)
    if min(len(left), len(right)) < MIN_SIDE:
        yield [band]
        return
    sides = _Side.of(left), _Side.of(right)
    start = 0
    for first, end in _across(band, gutter, sides):
        if first > start:
            yield _columns(band[start:first], gutter, strict=strict)
        yield [band[first:end]]
        start = end
    if not start:
        yield [left, right] if _are_columns(*sides, strict=strict) else [band]
    elif start < len(band):
        yield _columns(band[start:], gutter, strict=strict)


def _alone(band: list[Fragment], gutter: float) -> int:
    """How many at the top stand at the left, over a strip with nothing, beside nothing.

    They end running text that other gutters part.
    """
    for count, (above, below) in enumerate(pairwise(band), start=1):
        if above.x1 > gutter:
            return 0
        if below.y0 - above.y1 > SLAB_GAP * above.height:
            return count if _is_running(band[:count]) else 0
    return 0


def _across(
    band: list[Fragment], gutter: float, sides: tuple["_Side", "_Side"]
) -> Iterator[tuple[int, int]]:
    """Where tables begin and end in a band whose rows go from one side to the other.

    They are rows with figures outside all running text, most of them with words on both sides.
    """
    taken = [
        (line.middle - line.height / 2, line.middle + line.height / 2)
        for side in sides
        for start, end in side.prose
        for line in side.lines[start:end]
    ]
    if not taken:
        return
    rows = list(_rows(band))
    is_free = _outside([band[start].middle for start, _ in rows], taken)
    run: list[tuple[int, int]] = []
    for row, free in [*zip(rows, is_free, strict=True), ((0, 0), False)]:
        if free:
            run.append(row)
            continue
        yield from _figured(band, gutter, run)
        run = []


def _figured(
    band: list[Fragment], gutter: float, rows: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The rows from the first with figures to the last, if they are a table across `gutter`."""
    parts = [_parted(band[start:end], gutter) for start, end in rows]
    with_figures = [
        n for n, sides in enumerate(parts) if any(map(_is_figures, filter(None, sides)))
    ]
    if len(with_figures) < MIN_SIDE:
        return
    first, last = with_figures[0], with_figures[-1] + 1
    table = rows[first:last]
    both = sum(all(sides) for sides in parts[first:last])
    if both >= max(MIN_SIDE, MOST_SHARED * len(table)):
        yield table[0][0], table[-1][1]


def _rows(band: list[Fragment]) -> Iterator[tuple[int, int]]:
    """Where the rows of `band`, which is in order of height, begin and end."""
    start = 0
    for index in range(1, len(band) + 1):
        if index == len(band) or band[index].middle - band[start].middle > 0.5 * min(
            band[index].height, band[start].height
        ):
            yield start, index
            start = index


def _outside(middles: list[float], taken: list[tuple[float, float]]) -> list[bool]:
    """For each of the growing `middles`, whether it is in none of the stretches."""
    starts, ends = sorted(start for start, _ in taken), sorted(end for _, end in taken)
    return [bisect_right(starts, middle) == bisect_left(ends, middle) for middle in middles]


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands at one side of a gutter.

    Args:
        fragments: all, in order of height.
        lines: that they make.
        prose: where running text begins and ends among these.
    """

    fragments: list[Fragment]
    lines: list[SideLine]
    prose: list[tuple[int, int]]

    @classmethod
    def of(cls, fragments: list[Fragment]) -> "_Side":
        lines = lines_of(fragments)
        return cls(fragments, lines, list(prose_of(lines)))


def _columns(band: list[Fragment], gutter: float, *, strict: bool) -> list[list[Fragment]]:
    left, right = _parted(band, gutter)
    if min(len(left), len(right)) < MIN_SIDE:
        return [band]
    are_columns = _are_columns(_Side.of(left), _Side.of(right), strict=strict)
    return [left, right] if are_columns else [band]


def _parted(band: list[Fragment], gutter: float) -> tuple[list[Fragment], list[Fragment]]:
    return [f for f in band if f.x1 <= gutter], [f for f in band if f.x1 > gutter]


def _are_columns(one: _Side, other: _Side, *, strict: bool) -> bool:
    left, right = one.fragments, other.fragments
    if left[-1].middle < right[0].middle or right[-1].middle < left[0].middle:
        return False
    if _have_prose(one, other):
        return True
    return not (strict or _is_figures(left) or _is_figures(right)) and _are_apart(left, right)


def _are_apart(left: list[Fragment], right: list[Fragment]) -> bool:
    """Whether two sides of words that are no prose are no cells of the same rows."""
    shared = [_shared_lines(left, right), _shared_lines(right, left)]
    if max(shared) < 0.5:
        return True
    running = [_is_running(left), _is_running(right)]
    few, many = (left, right) if len(left) < len(right) else (right, left)
    if not any(running):
        return False
    lines = lines_of(few), lines_of(many)
    if min(shared) > ALL_SHARED and not (_flows(few, SOME) or _flows(many, SOME)):
        # Each line stands for itself, beside the one that belongs to it.
        return False
    if _begin(few, many):
        # Cells, or the terms of a glossary; not paragraphs that begin beside each other.
        return all(running) and len(lines[0]) > FEWER * len(lines[1])
    # Remarks or a picture's labels beside running text.
    return all(running) or (min(shared) < 0.5 and _is_running(many) and _flows(many, GOES_ON))


def _flows(side: Sequence[Fragment], least: float) -> bool:
    """Whether sentences go on from line to line, at this share of the lines at least.

    Long lines do, as far as can be told: a name, a title or a term is shorter.
    """
    if median(len(each.text) for each in side) >= LONG_LINE:
        return True
    lines = lines_of(side)
    return sum(line.text[:1].islower() for line in lines) >= least * len(lines)


def _have_prose(left: _Side, right: _Side) -> bool:
    """Whether both sides have running text, or one that goes on past the lines of the other."""
    if left.prose and right.prose:
        return True
    # A table, code or a list stands beside it, no number or term at the head of a paragraph.
    if left.prose:
        if _are_figures_of(right.lines, left.lines):
            # Labels on several lines each.
            return False
        return _passes(left, right.lines) and not _begin(right.fragments, left.fragments)
    passes = bool(right.prose) and _passes(right, left.lines)
    return passes and not _begin(left.fragments, right.fragments)


def _are_figures_of(side: Sequence[SideLine], labels: Sequence[SideLine]) -> bool:
    """Whether most of `side` are lines of figures alone, each on the line of a label."""
    figures = [line for line in side if not any(map(str.isalpha, line.text))]
    if len(figures) < max(MIN_SIDE, FIGURES * len(side)):
        return False
    level = sum(n is not None for n in _neighbours(figures, labels))
    return level >= ALL_SHARED * len(figures)


def _passes(side: _Side, others: Sequence[SideLine]) -> bool:
    """Whether most of `others` stand beside the middle of running text: neither end of a cell."""
    inside = beside = 0
    middles = [line.middle for line in others]
    for start, end in side.prose:
        first, last = side.lines[start], side.lines[end - 1]
        near = 0.5 * first.height
        whole = bisect_right(middles, last.middle + near) - bisect_left(
            middles, first.middle - near
        )
        inner = bisect_left(middles, last.middle - near) - bisect_right(
            middles, first.middle + near
        )
        beside += whole
        inside += max(inner, 0)
    return inside >= MIN_SIDE and inside > 0.5 * beside


def _is_running(side: list[Fragment]) -> bool:
    return median(len(f.text) for f in side) >= RUNNING_CHARS and not _is_figures(side)


def _is_figures(side: list[Fragment]) -> bool:
    letters = sum(sum(map(str.isalpha, f.text)) for f in side)
    return letters * 2 < sum(len(f.text) for f in side)


def _shared_lines(side: list[Fragment], other: list[Fragment]) -> float:
    """The share of `side` that has a neighbour in `other` on the same line."""
    return sum(neighbour is not None for neighbour in _neighbours(side, other)) / len(side)


def _begin(few: list[Fragment], many: list[Fragment]) -> bool:
    """Whether most lines of `few` stand beside the beginning of a paragraph of `many`."""
    lines = lines_of(many)
    steps = [below.middle - above.middle for above, below in pairwise(lines)]
    usual = median(steps or [0.0])
    firsts = _firsts(lines_of(few))
    begins = sum(
        n == 0 or steps[n - 1] > 1.2 * usual or _PARAGRAPH_END.search(lines[n - 1].text) is not None
        for n in _neighbours(firsts, lines, BESIDE)
        if n is not None
    )
    return begins > 0.6 * len(firsts)


def _firsts(side: list[SideLine]) -> list[SideLine]:
    """What stands after a gap, where `side` has several; a cell may have more than one line."""
    steps = [below.middle - above.middle for above, below in pairwise(side)]
    usual = median(steps or [0.0])
    firsts = [side[0]] + [f for f, step in zip(side[1:], steps, strict=True) if step > 1.2 * usual]
    return firsts if len(firsts) >= MIN_SIDE else side


def _neighbours(
    side: Sequence[Fragment | SideLine],
    other: Sequence[Fragment | SideLine],
    apart: float = LEVEL,
) -> Iterator[int | None]:
    """For each of `side`, the index of the one in `other` on its line, None if there is none."""
    middles = [f.middle for f in other]
    for each in side:
        position = bisect_left(middles, each.middle)
        near = min(
            (n for n in (position - 1, position) if 0 <= n < len(middles)),
            key=lambda n: abs(middles[n] - each.middle),
        )
        yield near if abs(middles[near] - each.middle) < apart * each.height else None
