"""Where the tables of a sheet are: areas of cells with something in them, apart from others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from citewire.services.reading.sheets.model import Area, SheetCell

Stretch = tuple[int, int]
"""First and last column of cells side by side."""


@dataclass(slots=True)
class Island:
    """An area around cells that touch, or stand between those that do."""

    top: int
    left: int
    bottom: int
    right: int
    cells: list[SheetCell] = field(default_factory=list)
    into: "Island | None" = None  # the one that it was joined to

    def last(self) -> "Island":
        """The island that it is part of by now."""
        found = self
        while found.into is not None:
            found = found.into
        if self.into is not None:
            self.into = found
        return found

    def takes(self, other: "Island") -> "Island":
        """Join two islands; the larger one keeps its cells where they are."""
        large, small = (self, other) if len(self.cells) >= len(other.cells) else (other, self)
        large.top, large.left = min(large.top, small.top), min(large.left, small.left)
        large.bottom = max(large.bottom, small.bottom)
        large.right = max(large.right, small.right)
        large.cells += small.cells
        small.cells = []
        small.into = large
        return large


def find_islands(cells: Sequence[SheetCell], merged: Sequence[Area]) -> list[Island]:
    """The islands of cells, which stand row by row, from the top and the left.

    A cell belongs to an island if it stands in the row below one, or in the same row, and within
    its columns, whether or not it touches a cell of it: rows of tables have gaps. Merged cells
    fill all of their area.
    """
    found: list[Island] = []
    open_ones: list[Island] = []
    reached = -2
    for row, stretches in _rows(cells, merged):
        if row != reached + 1:
            open_ones = []
        reached = row
        open_ones = _met(open_ones, row, stretches, found)
    whole = {id(island.last()): island.last() for island in found}.values()
    for island in whole:
        island.cells.sort(key=lambda cell: (cell.row, cell.column))
    return sorted(whole, key=lambda island: (island.top, island.left))


def _met(
    open_ones: list[Island],
    row: int,
    stretches: list[tuple[Stretch, list[SheetCell]]],
    found: list[Island],
) -> list[Island]:
    """The islands that a row belongs to, of those that the row above does and new ones."""
    met: list[Island] = []
    waiting = iter(open_ones)
    above = next(waiting, None)
    for (left, right), own in stretches:
        island = Island(row, left, row, right, own)
        found.append(island)
        if met and met[-1].right >= left:
            island = met.pop().takes(island)
        while above is not None and above.left <= island.right:
            if above.right >= island.left:
                island = above.takes(island)
            above = next(waiting, None)
            while met and met[-1].right >= island.left:
                island = met.pop().takes(island)
        met.append(island)
    return met


def _rows(
    cells: Sequence[SheetCell], merged: Sequence[Area]
) -> Iterator[tuple[int, list[tuple[Stretch, list[SheetCell]]]]]:
    """Of each row that has something: stretches of columns without a gap, with their cells."""
    reaching = defaultdict(list)
    widths = {}
    for area in merged:
        widths[area.top, area.left] = area.right
        for row in range(area.top + 1, area.bottom + 1):
            reaching[row].append((area.left, area.right, None))
    own = {row: list(some) for row, some in groupby(cells, key=lambda cell: cell.row)}
    for row in sorted({*own, *reaching}):
        pieces: list[tuple[int, int, SheetCell | None]] = [
            (cell.column, widths.get((row, cell.column), cell.column), cell)
            for cell in own.get(row, ())
        ]
        pieces += reaching.get(row, ())
        yield row, list(_stretches(sorted(pieces, key=lambda piece: piece[:2])))


def _stretches(
    pieces: Iterable[tuple[int, int, SheetCell | None]],
) -> Iterator[tuple[Stretch, list[SheetCell]]]:
    first = last = -2
    cells: list[SheetCell] = []
    for left, right, cell in pieces:
        if left > last + 1:
            if first >= 0:
                yield (first, last), cells
            first, last, cells = left, right, []
        last = max(last, right)
        if cell is not None:
            cells.append(cell)
    if first >= 0:
        yield (first, last), cells
