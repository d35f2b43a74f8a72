"""Columns of a table by how the cells of all its rows stand under each other.

Between two cells of a row is a gap. A place over which more rows have a gap than text is between
two columns; never one row alone tells, and a head over several columns is outvoted by the rows
below it. Such a stretch may hold columns that most rows leave empty: cells that lie in it whole.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.heads import DASHES, is_figure
from citewire.services.reading.pdf.lines import Row, is_sign, split_at

MOST_BINS = 2000
NEAR = 3.0
"""Points; a drawn line so near to the gap between two columns tells nothing new."""

SLACK = 1.0
"""Points; cells that reach over an edge by less do not."""

MOST_HEADS = 8
"""Lines at the top of a table that may be heads."""

SAME_END = 0.7
"""Points; what is set to the right ends no further apart."""

WORD_GAP = 0.8
"""Heights of letters; words of a head that are so far apart stand over different columns."""

MERGED_GAP = 1.5
"""Heights of letters; columns that are further apart are two, though no row has both."""

_ENDS = ("%", ")", ")%")
_MARK = re.compile(r"\[[^\s\[\]]{1,12}\]")

WIDER = 1.5
"""So is a gap that is so many times wider than others of its line."""


@dataclass(frozen=True, slots=True)
class RowPiece:
    """What stands in a row of text over one column or several.

    Args:
        column: the first.
        columns: how many.
        fragments: in order.
    """

    column: int
    columns: int
    fragments: Row

    @property
    def last(self) -> int:
        """The last column."""
        return self.column + self.columns - 1

    @property
    def x0(self) -> float:
        """Left edge."""
        return min(f.x0 for f in self.fragments)

    @property
    def x1(self) -> float:
        """Right edge."""
        return max(f.x1 for f in self.fragments)

    @property
    def text(self) -> str:
        """Its words."""
        if len(self.fragments) == 1:
            return self.fragments[0].text
        return " ".join(f.text for f in self.fragments)


def find_separators(
    rows: Sequence[Sequence[Row]], walls: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Places between the columns of `rows`, and those of them that only a drawn line tells.

    Args:
        rows: of the table, those of one cell among them.
        walls: where lines are drawn between columns.
    """
    several = [sorted((*extent(cell), n) for n, cell in enumerate(row)) for row in rows]
    placed = [
        (number, low, high, rows[number][n])
        for number, row in enumerate(several)
        if len(row) > 1
        for low, high, n in row
    ]
    if not placed:
        return sorted(walls), sorted(walls)
    cells = _Cells(
        np.array([number for number, *_ in placed]),
        np.array([low for _, low, _, _ in placed]),
        np.array([high for _, _, high, _ in placed]),
        [cell for *_, cell in placed],
    )
    view = _View.of(cells)
    found: list[float] = []
    hard = list(walls)
    stretches = [
        (view.place(start), view.place(end)) for start, end in _runs(view.gaps > view.cover)
    ]
    for n, (start, end) in enumerate(stretches):
        following = stretches[n + 1][0] if n + 1 < len(stretches) else np.inf
        previous = found[-1] if found else -np.inf
        found += _inside((start, end), view, cells, previous, following)
        hard = [wall for wall in hard if not start - NEAR < wall < end + NEAR]
    found += hard
    return sorted([*found, *_between_figures(cells, sorted(found))]), hard


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells of rows that have several, from the left: row, left and right edge, and each itself."""

    row: NDArray[np.int64]
    x0: NDArray[np.float64]
    x1: NDArray[np.float64]
    cells: list[Row]

    def is_figure(self, n: int) -> bool:
        return is_figure(self.text(n))

    def text(self, n: int) -> str:
        return " ".join(f.text for f in self.cells[n])


@dataclass(frozen=True, slots=True)
class _View:
    """How many rows have text, and how many a gap between cells, at each place."""

    left: float
    step: float
    cover: NDArray[np.int64]
    gaps: NDArray[np.int64]

    @classmethod
    def of(cls, cells: _Cells) -> "_View":
        left, right = float(cells.x0.min()), float(cells.x1.max())
        step = max(1.0, (right - left) / MOST_BINS)
        low = ((cells.x0 - left) / step).round().astype(int)
        high = ((cells.x1 - left) / step).round().astype(int)
        size = int(high.max()) + 2
        cover = _counted(low, high, size)
        same = cells.row[1:] == cells.row[:-1]
        before, after = high[:-1][same], low[1:][same]
        wide = after > before
        return cls(left, step, cover, _counted(before[wide], after[wide], size))

    def place(self, index: float) -> float:
        return self.left + index * self.step

    def index(self, place: float) -> int:
        return min(max(round((place - self.left) / self.step), 0), len(self.cover) - 1)

    def least(self, start: float, end: float, over: Sequence[Row]) -> float:
        """The middle of the longest stretch that the fewest rows have text over.

        The cells `over` it count by their words: one of them may be between two.
        """
        low, high = self.index(start), self.index(end)
        if high <= low:
            return (start + end) / 2
        part = self.cover[low:high].copy()
        for cell in over:
            part -= 1
            for left, right, _ in _words(cell):
                part[max(self.index(left) - low, 0) : max(self.index(right) - low, 0)] += 1
        runs = list(_runs(part == part.min()))
        first, last = max(runs, key=lambda run: run[1] - run[0])
        return self.place(low + (first + last) / 2)


def _counted(starts: NDArray[np.int64], ends: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """How many of the stretches from `starts` to `ends` are over each place."""
    up, down = np.bincount(starts, minlength=size), np.bincount(ends, minlength=size)
    return np.asarray(np.cumsum(up - down)[: size - 1], np.int64)


def _runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    changes = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]))).tolist()
    yield from zip(changes[::2], changes[1::2], strict=True)


def _inside(
    stretch: tuple[float, float], view: _View, cells: _Cells, previous: float, following: float
) -> Iterator[float]:
    """The places between columns in a stretch of gaps: one, or more around sparse columns.

    Args:
        stretch: where it begins and ends.
        view: of all rows.
        cells: of all rows.
        previous: the place between columns before it.
        following: where the next stretch begins.
    """
    start, end = stretch
    columns, others = _sparse(start, end, cells)
    for n in others:
        left = n > 0 and cells.row[n - 1] == cells.row[n] and cells.x1[n - 1] > previous
        right = n + 1 < len(cells.row) and cells.row[n + 1] == cells.row[n]
        right = right and cells.x0[n + 1] < following
        # Its row has a cell in the column at one side: it belongs to the other one.
        if left and right:
            columns.append((float(cells.x0[n]), float(cells.x1[n])))
        elif left and not columns:
            end = min(end, float(cells.x0[n]))
        elif right and not columns:
            start = max(start, float(cells.x1[n]))
    over = np.flatnonzero((cells.x0 < stretch[0]) & (cells.x1 > stretch[1])).tolist()
    crossing = [cells.cells[n] for n in over]
    position = start
    for low, high in sorted(columns):
        yield view.least(position, low, crossing)
        position = high
    yield view.least(position, end, crossing)


def _between_figures(cells: _Cells, separators: Sequence[float]) -> Iterator[float]:
    """Places between two figures of a row that `separators` leave in one column.

    As few as part all of them: other rows, of words, may have hidden that columns are there.
    """
    count = len(cells.row)
    values = [cells.is_figure(n) or _is_year(cells.text(n)) for n in range(count)]
    gaps = sorted(
        (float(cells.x0[n + 1]), float(cells.x1[n]))
        for n in range(count - 1)
        if cells.row[n] == cells.row[n + 1] and values[n + 1]
    )
    low = high = -np.inf
    for end, start in gaps:
        if end <= start or bisect_right(separators, start) < bisect_right(separators, end):
            continue
        if start >= high:
            if low < high:
                yield (low + high) / 2
            low, high = start, end
        low = max(low, start)
    if low < high:
        yield (low + high) / 2


def _is_year(text: str) -> bool:
    return len(text) == len("2024") and text.isdecimal()


def _sparse(start: float, end: float, cells: _Cells) -> tuple[list[tuple[float, float]], list[int]]:
    """Left and right edges of columns that lie in a stretch of gaps whole, and cells in none."""
    x0, x1 = cells.x0, cells.x1
    within = (x0 >= start - SLACK) & (x1 <= end + SLACK)
    if not within.any():
        return [], []
    inside = np.flatnonzero(within)
    reaching = ~within & (x0 < end) & (x1 > start) & ((x0 >= start) | (x1 <= end))
    reaching_in = np.flatnonzero(reaching)
    columns: list[tuple[float, float, list[int], bool]] = []
    for n in inside[np.argsort(x0[inside])].tolist():
        figure = cells.is_figure(n)
        middle = (x0[n] + x1[n]) / 2
        beside = reaching_in[(x0[reaching_in] < middle) & (x1[reaching_in] > middle)].tolist()
        # It stands at its place in the column beside it, of which a wider cell reaches in.
        if any(not figure or cells.is_figure(other) for other in beside):
            continue
        if columns and x0[n] < columns[-1][1]:
            low, high, members, figures = columns[-1]
            columns[-1] = (low, max(high, float(x1[n])), [*members, n], figures or figure)
        else:
            columns.append((float(x0[n]), float(x1[n]), [n], figure))
    found = [(low, high) for low, high, members, figures in columns if len(members) > 1 or figures]
    return found, [m[0] for _, _, m, figures in columns if len(m) == 1 and not figures]


def part_heads(rows: Sequence[Sequence[Row]]) -> list[Sequence[Row]]:
    """`rows`, the cells of heads cut that run from the last line of one head into the next one.

    Heads set to the right end at one place: where two lines end, the word of the next line that
    ends there too is the end of its head, however near the next word is.
    """
    first = next((n for n, row in enumerate(rows[: MOST_HEADS + 1]) if any(map(_is_value, row))), 0)
    found = list(rows)
    above: list[set[float]] = []
    for number, row in enumerate(rows[:first]):
        known = {end for end in above[-1] if _is_near(end, above[-2])} if len(above) > 1 else set()
        if known:
            found[number] = [part for cell in row for part in _cut_after(cell, known)]
        above.append({max(f.x1 for f in cell) for cell in found[number]})
    return found


def _is_value(cell: Row) -> bool:
    return is_figure(" ".join(f.text for f in cell))


def _is_near(place: float, places: Iterable[float]) -> bool:
    return any(abs(place - other) < SAME_END for other in places)


def _cut_after(cell: Row, ends: Iterable[float]) -> list[Row]:
    """`cell` cut after its words that end at one of `ends`."""
    places = [
        (before[1] + after[0]) / 2
        for before, after in pairwise(_words(cell))
        if before[1] < after[0] and _is_near(before[1], ends)
    ]
    if not places:
        return [cell]
    parts: dict[int, Row] = {}
    for fragment in cell:
        for part in split_at(fragment, places):
            parts.setdefault(bisect_right(places, (part.x0 + part.x1) / 2), []).append(part)
    return [parts[side] for side in sorted(parts)]


def place_cells(
    cells: Sequence[Row], separators: Sequence[float], walls: Sequence[float] = ()
) -> list[RowPiece]:
    """What stands over which columns in a row of `cells`.

    A cell over two columns is cut between them where a wall is, and where its words are apart as
    those of two cells are.
    """
    pieces: list[RowPiece] = []
    parts = [part for cell in cells for part in _cut(cell, separators, walls)]
    for part in sorted(parts, key=lambda part: min(f.x0 for f in part)):
        low, high = extent(part)
        first = bisect_right(separators, low + SLACK)
        last = max(first, bisect_right(separators, high - SLACK))
        before = pieces[-1] if pieces else None
        if before is not None and first <= before.last:
            if before.column < first:
                # A long text reaches into a column that has its own.
                pieces[-1] = RowPiece(before.column, first - before.column, before.fragments)
            elif last > before.last:
                first = before.last + 1
            else:
                before.fragments.extend(part)
                continue
        pieces.append(RowPiece(first, last - first + 1, list(part)))
    return pieces


def _cut(cell: Row, separators: Sequence[float], walls: Sequence[float]) -> list[Row]:
    low, high = extent(cell)
    first = bisect_right(separators, low + SLACK)
    last = bisect_right(separators, high - SLACK)
    if first >= last:
        return [cell]
    places = [place for place in separators[first:last] if place in walls or _is_cut(cell, place)]
    if not places:
        return [cell]
    parts: dict[int, Row] = {}
    signs: Row = []
    for fragment in cell:
        for piece in split_at(fragment, places):
            if is_sign(piece.text):
                # It goes with the figure after it.
                signs.append(piece)
                continue
            middle = (piece.x0 + piece.x1) / 2
            side = bisect_right(places, middle)
            if parts and _ends(piece.text) and _is_told(parts[max(parts)][-1].text):
                # What ends a figure stays with it, as does the mark of a note.
                side = max(parts)
            parts.setdefault(side, []).extend([*signs, piece])
            signs = []
    if signs:
        parts.setdefault(len(places), []).extend(signs)
    return [parts[side] for side in sorted(parts)]


def _ends(text: str) -> bool:
    return text in _ENDS or _MARK.fullmatch(text) is not None


def _is_told(text: str) -> bool:
    return is_figure(text) or text in DASHES


def extent(cell: Row) -> tuple[float, float]:
    """Left and right edge of a cell without the sign before its figure, which may stand apart.

    The mark of a note behind a figure may stand apart, too, and reach over the next column.
    """
    first = 0
    while first + 1 < len(cell) and is_sign(cell[first].text):
        first += 1
    inside = cell[first:] if first else cell
    x0, x1 = min(f.x0 for f in inside), max(f.x1 for f in inside)
    words = inside[-1].text.split()
    if not _MARK.fullmatch(words[-1]):
        return x0, x1
    if len(words) == 1 and len(inside) > 1 and _is_told(inside[-2].text):
        return x0, max(f.x1 for f in inside[:-1])
    if len(words) == 2 and len(inside[-1].edges) == 4 and _is_told(words[0]):
        return x0, inside[-1].edges[1]
    return x0, x1


def _is_cut(cell: Row, place: float) -> bool:
    """Whether the words of `cell` beside `place` are those of two cells."""
    if any(f.x1 <= place <= g.x0 and not is_sign(f.text) for f, g in pairwise(cell)):
        return True
    words = _words(cell)
    gaps = [after[0] - before[1] for before, after in pairwise(words)]
    at = next(
        (
            n
            for n, (before, after) in enumerate(pairwise(words))
            if (before[0] + before[1]) / 2 < place <= (after[0] + after[1]) / 2
        ),
        None,
    )
    if at is None or is_sign(words[at][2]):
        return False
    if _is_year(words[at][2]) and _is_year(words[-1][2]) and not words[at + 1][2].islower():
        return True
    height = min(f.height for f in cell)
    if gaps[at] >= WORD_GAP * height or (is_figure(words[at][2]) and is_figure(words[at + 1][2])):
        return True
    others = sorted(gaps[:at] + gaps[at + 1 :])
    return bool(others) and gaps[at] > WIDER * max(others[len(others) // 2], 0.15 * height)


def _words(cell: Row) -> list[tuple[float, float, str]]:
    """Left edge, right edge and text of each word, from the left."""
    found: list[tuple[float, float, str]] = []
    for fragment in cell:
        if fragment.edges:
            pairs = zip(fragment.edges[::2], fragment.edges[1::2], strict=True)
            found += [
                (left, right, word)
                for (left, right), word in zip(pairs, fragment.text.split(), strict=True)
            ]
        else:
            found.append((fragment.x0, fragment.x1, fragment.text))
    return sorted(found)


def column_edges(rows: Sequence[Sequence[RowPiece]], count: int) -> list[tuple[float, float]]:
    """Left and right edge of what stands in each column alone."""
    low, high = [np.inf] * count, [-np.inf] * count
    for row in rows:
        for piece in row:
            if piece.columns == 1:
                low[piece.column] = min(low[piece.column], piece.x0)
                high[piece.column] = max(high[piece.column], piece.x1)
    return list(zip(low, high, strict=True))


def kept_separators(
    rows: Sequence[Sequence[RowPiece]], edges: Sequence[tuple[float, float]], heads: int
) -> list[int]:
    """Which of the separators part columns; not those between two that are one.

    Dashes and figures in brackets may stand beside the other figures of their column: two columns
    close to each other, of which no row has both, are one. So are a head in the middle of a wide
    column of words and these words; and a column in which nothing stands alone is none.

    Args:
        rows: of the table.
        edges: of what stands in each column alone.
        heads: how many rows at the top have no figures.
    """
    crossed = [False] * len(edges)
    for row in rows[heads:]:
        for piece in row:
            # No row has more columns than the table.
            crossed[piece.column : piece.last] = [True] * (piece.last - piece.column)
    inside: list[set[int]] = [set() for _ in edges]
    for number, row in enumerate(rows):
        for piece in row:
            if piece.columns == 1:
                inside[piece.column].add(number)
    are_heads = [bool(numbers) and max(numbers) < heads for numbers in inside]
    height = rows[0][0].fragments[0].height
    kept = []
    together = inside[0]
    for n, (left, right) in enumerate(pairwise(edges)):
        is_near = right[0] - left[1] < MERGED_GAP * height
        is_known = left[0] <= left[1] and right[0] <= right[1]
        if n and not inside[n + 1]:
            continue
        is_free = not together & inside[n + 1]
        # A head in the middle of words below it that reach over both.
        is_near = is_near or (is_free and crossed[n] and any(are_heads[n : n + 2]))
        if n == 0 or not is_near or not is_known or not is_free:
            kept.append(n)
            together = inside[n + 1]
        else:
            together = together | inside[n + 1]
    return kept
