"""Tables whose cells are drawn: lines in both directions make a grid, missing ones merge cells."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.pdf.chars import Floats
from citewire.services.reading.pdf.drawn import Drawn, joined
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import Box
from citewire.services.reading.pdf.lines import split_at

TOUCH = 3.0
"""Points; lines that are so near touch each other."""

MOST_LINES = 800
"""In each direction, after pieces of one line were put together."""

MIN_LINES = 3
"""Two lines make a cross."""

MOST_PLACES = 10_000
"""Of a grid."""

COVERED = 0.6
"""A wall stands between two places if so much of their common edge is drawn."""


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell that is drawn: its places, its rectangle, and what stands in it."""

    row: int
    column: int
    rows: int
    columns: int
    box: Box
    fragments: list[Fragment]


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """Lines that make a grid.

    Args:
        xs: where columns begin, and where the last ends.
        ys: where rows begin, and where the last ends.
        cells: row, column, rows and columns of each.
    """

    xs: list[float]
    ys: list[float]
    cells: list[tuple[int, int, int, int]]

    @property
    def box(self) -> Box:
        """Its edges."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def holds(self, fragment: Fragment) -> bool:
        """Whether the middle of a fragment is in it."""
        x0, y0, x1, y1 = self.box
        return x0 <= (fragment.x0 + fragment.x1) / 2 <= x1 and y0 <= fragment.middle <= y1

    def column_of(self, box: Box) -> int | None:
        """The column in which a rectangle stands, None if it stands in several or beside all."""
        column = _index(self.xs, (box[0] + box[2]) / 2)
        is_in = self.xs[column] - TOUCH <= box[0] and box[2] <= self.xs[column + 1] + TOUCH
        return column if is_in else None

    def filled(self, fragments: Sequence[Fragment]) -> list[RuledCell]:
        """Its cells with those of `fragments`, all of which stand in it."""
        places: dict[tuple[int, int], int] = {}
        for number, (row, column, rows, columns) in enumerate(self.cells):
            for down in range(row, row + rows):
                places |= {(down, right): number for right in range(column, column + columns)}
        inside: dict[int, list[Fragment]] = defaultdict(list)
        for fragment in fragments:
            row = _index(self.ys, fragment.middle)
            walls = [
                place
                for n, place in enumerate(self.xs[1:-1], start=1)
                if fragment.x0 < place < fragment.x1 and places[row, n - 1] != places[row, n]
            ]
            for part in split_at(fragment, walls) if walls else [fragment]:
                column = _index(self.xs, (part.x0 + part.x1) / 2)
                inside[places[row, column]].append(part)
        return [
            RuledCell(
                row,
                column,
                rows,
                columns,
                (self.xs[column], self.ys[row], self.xs[column + columns], self.ys[row + rows]),
                inside[number],
            )
            for number, (row, column, rows, columns) in enumerate(self.cells)
        ]


def _index(places: list[float], place: float) -> int:
    return min(max(bisect_right(places, place) - 1, 0), len(places) - 2)


def find_grids(drawn: Drawn) -> Iterator[RuledGrid]:
    """The grids that lines in both directions make, those within others left out."""
    across, down = drawn.across, drawn.down
    if max(len(across), len(down)) > MOST_LINES:
        return
    found = []
    edges = _edges_across(drawn.boxes)
    for level, upright in _connected(across, down):
        grid = _grid(across[level], down[upright], edges)
        if grid is not None:
            found.append(grid)
    found.sort(key=lambda grid: -(grid.box[2] - grid.box[0]) * (grid.box[3] - grid.box[1]))
    kept: list[RuledGrid] = []
    for grid in found:
        if not any(_within(grid.box, other.box) for other in kept):
            kept.append(grid)
            yield grid


def _within(box: Box, other: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def _connected(
    across: Floats, down: Floats
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Indices of lines that touch each other, of both directions."""
    if not len(across) or not len(down):
        return
    y, x0, x1 = (across[:, n, None] for n in range(3))
    x, y0, y1 = (down[None, :, n] for n in range(3))
    touch = (x >= x0 - TOUCH) & (x <= x1 + TOUCH) & (y >= y0 - TOUCH) & (y <= y1 + TOUCH)
    count = len(across)
    seen = np.zeros(count + len(down), np.bool_)
    for first in range(count):
        if seen[first]:
            continue
        seen[first] = True
        group, waiting = [first], [first]
        while waiting:
            line = waiting.pop()
            near = (
                np.flatnonzero(touch[line]) + count
                if line < count
                else np.flatnonzero(touch[:, line - count])
            )
            for other in near[~seen[near]].tolist():
                seen[other] = True
                group.append(other)
                waiting.append(other)
        members = np.array(group)
        yield members[members < count], members[members >= count] - count


def _edges_across(boxes: Floats) -> Floats:
    """Upper and lower edges of filled boxes, which part rows as lines do."""
    x0, y0, x1, y1 = boxes.T
    return joined(np.concatenate([np.stack([y, x0, x1], axis=1) for y in (y0, y1)]))


def _grid(across: Floats, down: Floats, edges: Floats) -> RuledGrid | None:
    if not len(down) or not len(across) or len(down) + len(across) < MIN_LINES:
        return None
    low, high = across[:, 1].min() - TOUCH, across[:, 2].max() + TOUCH
    inside = (edges[:, 1] >= low) & (edges[:, 2] <= high)
    inside &= (edges[:, 0] >= down[:, 1].min()) & (edges[:, 0] <= down[:, 2].max())
    inside &= edges[:, 2] - edges[:, 1] >= COVERED * (high - low)
    across = np.concatenate([across, edges[inside]])
    xs = _places(down[:, 0], across[:, 1].min(), across[:, 2].max())
    ys = _places(across[:, 0], down[:, 1].min(), down[:, 2].max())
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or rows * columns < 2 or rows * columns > MOST_PLACES:
        return None
    right = _walls(down, xs, ys)
    below = _walls(across, ys, xs).T
    cells = _merged_cells(rows, columns, right, below)
    return RuledGrid(xs, ys, cells) if len(cells) > 1 else None


def _places(places: Floats, low: float, high: float) -> list[float]:
    """Places of lines, near ones as one, with the ends of those that cross them."""
    ordered = sorted([*places.tolist(), float(low), float(high)])
    found = [ordered[0]]
    for place in ordered[1:]:
        if place - found[-1] > TOUCH:
            found.append(place)
    return found


def _walls(lines: Floats, places: list[float], along: list[float]) -> NDArray[np.bool_]:
    """By stretch of `along` and inner place, whether a line is drawn there."""
    starts, ends = np.array(along[:-1]), np.array(along[1:])
    drawn = np.zeros((len(along) - 1, len(places)))
    inner = np.array(places)
    for place, start, end in lines.tolist():
        common = np.minimum(ends, end) - np.maximum(starts, start)
        drawn[:, int(np.abs(inner - place).argmin())] += np.maximum(common, 0) / (ends - starts)
    return np.asarray(drawn >= COVERED, np.bool_)


def _merged_cells(
    rows: int, columns: int, right: NDArray[np.bool_], below: NDArray[np.bool_]
) -> list[tuple[int, int, int, int]]:
    """The cells of a grid by the walls between its places; each is a rectangle.

    Args:
        rows: of places.
        columns: of places.
        right: by row, whether a wall stands before each column and after the last.
        below: by row and after the last, whether a wall stands above each column.
    """
    taken = np.zeros((rows, columns), np.bool_)
    cells = []
    for row in range(rows):
        for column in range(columns):
            if taken[row, column]:
                continue
            width = 1
            while (
                column + width < columns
                and not right[row, column + width]
                and not taken[row, column + width]
            ):
                width += 1
            height = 1
            while row + height < rows and not below[row + height, column : column + width].any():
                inner = right[row + height, column + 1 : column + width]
                if inner.any():
                    break
                height += 1
            taken[row : row + height, column : column + width] = True
            cells.append((row, column, height, width))
    return cells
