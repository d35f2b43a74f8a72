"""Islands of cells as grids: their rows and columns, merged cells, heads, lines above and below."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from citewire.content.table import Grid, GridCell, PlacedCell
from citewire.services.reading.heads import MAX_HEADER_ROWS, is_figure, with_heads
from citewire.services.reading.sheets.model import Area, SheetCell

MAX_SPARSE = 50
"""Places of a grid for each cell with something in it; what is sparser is no table."""

SMALL = 10_000
"""Places; a grid of fewer may be as sparse as it likes."""

LONG_LINE = 60
"""Characters from which a line below a table is a note and no row of it."""

_NOTE = re.compile(
    r"\(?(?:\d{1,2}|[a-z])\)\s|[*†‡§¹²³]|(?:sources?|notes?|fuentes?|notas?|quellen?|"
    r"anmerkung(?:en)?|fontes?|remarques?)\s?[:.]",
    re.IGNORECASE,
)
_EMPTY = GridCell("")


@dataclass(slots=True)
class TableArea:
    """An area of a sheet that is a table, and the lines of text that belong to it.

    Args:
        cells: row by row.
        caption: lines above.
        notes: lines below.
    """

    cells: list[SheetCell]
    caption: list[str]
    notes: list[str]

    @property
    def top(self) -> int:
        """Its first row."""
        return self.cells[0].row

    @property
    def bottom(self) -> int:
        """Its last row."""
        return self.cells[-1].row


def table_area(cells: Sequence[SheetCell], merged: dict[tuple[int, int], Area]) -> TableArea:
    """The table in an island; lines of text above its heads and below its rows are no rows."""
    starts = [n for n, cell in enumerate(cells) if not n or cells[n - 1].row != cell.row]
    starts.append(len(cells))
    rows = [(starts[n], starts[n + 1]) for n in range(len(starts) - 1)]
    left = min(cell.column for cell in cells)
    right = max(_right(cell, merged) for cell in cells)
    first, end = 0, len(rows)
    while end - first > 2 and right > left and _is_line(cells, rows[first], left):
        cell, below = cells[rows[first][0]], cells[rows[first + 1][0]]
        if below.column > left and _right(cell, merged) < right:
            break  # it stands beside heads, or above them as their corner
        first += 1
    while end - first > 2 and right > left and _is_line(cells, rows[end - 1], left):
        text = cells[rows[end - 1][0]].text
        if len(text) < LONG_LINE and not is_note(text):
            break
        end -= 1
    return TableArea(
        list(cells[rows[first][0] : rows[end - 1][1]]),
        [cells[row[0]].text for row in rows[:first]],
        [cells[row[0]].text for row in rows[end:]],
    )


def _right(cell: SheetCell, merged: dict[tuple[int, int], Area]) -> int:
    area = merged.get((cell.row, cell.column))
    return area.right if area else cell.column


def is_note(text: str) -> bool:
    """Whether a line tells of the table above it: its source, a note."""
    return _NOTE.match(text) is not None


def _is_line(cells: Sequence[SheetCell], row: tuple[int, int], left: int) -> bool:
    """Whether a row is a single text at the left."""
    cell = cells[row[0]]
    return row[1] - row[0] == 1 and cell.column == left and not is_figure(cell.text)


def grid_of_cells(
    cells: Sequence[SheetCell], merged: dict[tuple[int, int], Area]
) -> tuple[Grid, list[str]] | None:
    """The grid of cells that stand row by row, without rows and columns that have nothing.

    With it goes what stands under merged cells, which no reader sees. None if so little of the
    area has something in it that it is no table.
    """
    areas = [merged[at] for at in ((cell.row, cell.column) for cell in cells) if at in merged]
    rows = sorted({cell.row for cell in cells} | _inside((a.top, a.bottom) for a in areas))
    columns = sorted({cell.column for cell in cells} | _inside((a.left, a.right) for a in areas))
    places = len(rows) * len(columns)
    if places > SMALL and places > MAX_SPARSE * len(cells):
        return None
    row_of = {row: number for number, row in enumerate(rows)}
    column_of = {column: number for number, column in enumerate(columns)}
    taken: set[tuple[int, int]] = set()
    placed: list[list[PlacedCell]] = [[] for _ in rows]
    filled: list[set[int]] = [set() for _ in rows]
    covered: list[str] = []
    for cell in cells:
        row, column = row_of[cell.row], column_of[cell.column]
        if (row, column) in taken:
            covered.append(cell.text)
            continue
        area = merged.get((cell.row, cell.column))
        height = width = 1
        if area:
            height = bisect_right(rows, area.bottom) - row
            width = bisect_right(columns, area.right) - column
            own = {(row + down, column + side) for down in range(height) for side in range(width)}
            if own & taken or any(column in filled[below] for below in range(row, row + height)):
                height = width = 1
            else:
                taken |= own
                for below in range(row, row + height):
                    filled[below].update(range(column, column + width))
        filled[row].add(column)
        placed[row].append(PlacedCell(row, column, GridCell(cell.text, height, width)))
    everything = range(len(columns))
    for row, own_columns in enumerate(filled):
        if len(own_columns) < len(columns):
            empty = (column for column in everything if column not in own_columns)
            placed[row] += [PlacedCell(row, column, _EMPTY) for column in empty]
            placed[row].sort(key=lambda one: one.column)
    everything_placed = tuple(one for row_cells in placed for one in row_cells)
    grid = Grid(len(rows), len(columns), everything_placed)
    return replace(grid, row_numbers=tuple(rows), column_numbers=tuple(columns)), covered


def _inside(stretches: Iterable[tuple[int, int]]) -> set[int]:
    return {number for first, last in stretches for number in range(first, last + 1)}


def with_sheet_heads(
    grid: Grid,
    cells: Sequence[SheetCell],
    tables: Sequence[tuple[Area, int]],
    frozen: int,
) -> Grid:
    """`grid` with its heads: what the workbook says, what the text looks like, what is bold.

    Args:
        grid: its rows and columns by their places in the sheet.
        cells: of it, row by row.
        tables: areas that the workbook calls tables, each with how many of its rows are heads.
        frozen: how many rows stay when the sheet is scrolled.
    """
    guessed = with_heads(grid)
    said = 0
    for area, heads in tables:
        if area.top in grid.row_numbers[:MAX_HEADER_ROWS] and heads:
            said = bisect_left(grid.row_numbers, area.top + heads)
    if not said and grid.row_numbers[0] < frozen <= grid.row_numbers[-1]:
        said = bisect_left(grid.row_numbers, frozen)
    if not said and not guessed.header_rows:
        said = _bold_rows(cells)
    if not 0 < said <= MAX_HEADER_ROWS or said >= grid.rows:
        return guessed
    return with_heads(replace(grid, header_rows=said))


def _bold_rows(cells: Sequence[SheetCell]) -> int:
    """How many rows at the top are bold as a whole, if the one below is not."""
    count, row, all_bold = 0, cells[0].row, True
    for cell in cells:
        if cell.row != row:
            if not all_bold:
                return count
            count, row, all_bold = count + 1, cell.row, True
        all_bold = all_bold and cell.is_bold
        if count > MAX_HEADER_ROWS:
            return 0
    return 0 if all_bold else count


def has_heads(cells: Sequence[SheetCell], merged: dict[tuple[int, int], Area]) -> bool:
    """Whether the first rows of cells look like heads."""
    made = grid_of_cells(cells, merged)
    return made is not None and with_heads(made[0]).header_rows > 0


def has_figures(cells: Iterable[SheetCell]) -> bool:
    """Whether one of the cells is a figure."""
    return any(is_figure(cell.text) for cell in cells)
