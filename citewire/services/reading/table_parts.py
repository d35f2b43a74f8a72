"""Grids of files that hold several tables below each other, as one grid each."""

from collections.abc import Iterator
from dataclasses import replace

from citewire.content.table import Grid
from citewire.services.reading.heads import with_heads
from citewire.services.reading.next_tables import RowWords, find_starts


def tables_in(grid: Grid) -> Iterator[tuple[str, Grid]]:
    """The tables that a grid holds below each other, each with the lines above its rows.

    One whose heads are those of the table before, with another unit, continues it.
    """
    found = list(find_starts(_words_of(grid)))
    if not found:
        yield "", grid
        return
    first, *others = grid.cut([0, *(start for start, _ in found)])
    yield "", first
    for part, (_, is_same) in zip(others, found, strict=True):
        words = _words_of(part)
        lines = next((n for n, row in enumerate(words) if row.others), 0)
        *_, rows = part.cut([0, lines]) if lines else [part]
        above = "\n".join(row.label for row in words[:lines])
        rows = replace(rows, continues=is_same, header_rows=0)
        yield above, rows if is_same else with_heads(rows)


def _words_of(grid: Grid) -> list[RowWords]:
    rows = [[""] * grid.columns for _ in range(grid.rows)]
    for placed in grid.cells:
        rows[placed.row][placed.column] = placed.cell.text
    return [RowWords(first, tuple(filter(None, others)), is_parted=True) for first, *others in rows]
