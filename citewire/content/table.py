"""Tables: a grid of cells with its heads, caption and unit line, and where each stands in a text.

In a text a table is one line per row, its cells with a bar between them. Each row has all columns:
an empty cell is empty text between two bars, and a merged cell is told again in each of the places
that it covers, so that no row needs another one to be understood. Caption and unit line may stand
on lines of their own above the rows.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

BAR = " | "
"""Stands between the cells of a row."""

Span = tuple[int, int]
"""Where something stands in a text: first character, and end, exclusive."""

MAX_PLACES = 1_000_000
"""Of a grid: a few letters of HTML could ask for any number of them."""

MAX_REPEATED = 300
"""Characters; a longer text is not repeated in the places that its merged cell covers."""

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares (0..1) of the displayed page, origin top left."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Args:
        row: the first row that it covers, from 0.
        column: the first column that it covers, from 0.
        spans: where its words stand, once for each place that it covers, row by row; all of a
            cell without words are empty.
        rows: how many rows it covers.
        columns: how many columns it covers.
        box: its rectangle on the page; None where a format has no layout.
    """

    row: int
    column: int
    spans: tuple[Span, ...]
    rows: int = 1
    columns: int = 1
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a text. All places are characters of that text: of a page's, or of a passage's.

    Args:
        rows: how many there are.
        columns: how many there are.
        cells: each once, by row and column; together they cover every place of the grid once.
        header_rows: how many rows at the top are the heads of the columns.
        header_columns: how many columns at the left are the heads of the rows.
        caption: where its caption stands, which may be outside its rows; None if it has none.
        unit: where the unit and scale of its figures stand ("in millions"), likewise: in the
            caption, in a head, on a line above; None if nothing tells.
        continues: whether it goes on from the table before, whose heads hold: over pages, or with
            another unit.
        sheet: name of the sheet of a workbook; empty for tables of other files.
        origin: row and column, from 0, in the sheet at which the grid begins.
        row_numbers: of each row its place in the sheet, from 0, if they do not follow one another
            from `origin` on.
        column_numbers: of each column, likewise.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    header_rows: int = 0
    header_columns: int = 0
    caption: Span | None = None
    unit: Span | None = None
    continues: bool = False
    sheet: str = ""
    origin: tuple[int, int] = (0, 0)
    row_numbers: tuple[int, ...] = ()
    column_numbers: tuple[int, ...] = ()

    def moved(self, by: int) -> "Table":
        """The same table with all its places `by` characters later."""
        return replace(
            self,
            cells=tuple(
                replace(cell, spans=tuple((start + by, end + by) for start, end in cell.spans))
                for cell in self.cells
            ),
            caption=_moved(self.caption, by),
            unit=_moved(self.unit, by),
        )

    def grid(self) -> list[list[Cell]]:
        """The cell at each place, row by row; a merged one is at all places that it covers."""
        places: list[list[Cell | None]] = [[None] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rows):
                places[row][cell.column : cell.column + cell.columns] = [cell] * cell.columns
        assert all(None not in row for row in places), "a place without a cell"
        return places  # type: ignore[return-value]

    def address(self, cell: Cell) -> str:
        """What a person calls the cell in its workbook (`Sheet!B7`); empty without a sheet."""
        if not self.sheet:
            return ""
        row, column = self.row_number(cell.row), self.column_number(cell.column)
        return f"{self.sheet}!{column_letters(column)}{row + 1}"

    def row_number(self, row: int) -> int:
        """Which row of its sheet a row is, from 0."""
        return self.row_numbers[row] if self.row_numbers else self.origin[0] + row

    def column_number(self, column: int) -> int:
        """Which column of its sheet a column is, from 0."""
        return self.column_numbers[column] if self.column_numbers else self.origin[1] + column


def column_letters(column: int) -> str:
    """What a workbook calls a column, from 0: A to Z, AA and so on."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters = chr(ord("A") + rest) + letters
        column -= 1
    return letters


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell as a file has it, before its table is written into a text.

    Args:
        text: its words, on one line.
        rows: how many rows it covers.
        columns: how many columns it covers.
        box: its rectangle on the page; None where a format has no layout.
        head: what the file calls it the head of, `any` if it only calls it one; empty if it
            does not say that it is one.
    """

    text: str
    rows: int = 1
    columns: int = 1
    box: Box | None = None
    head: Literal["", "column", "row", "any"] = ""


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell at the first of its places."""

    row: int
    column: int
    cell: GridCell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a file has it: see `Table`, which it becomes where it is written.

    Args:
        rows: how many there are.
        columns: how many there are.
        cells: by row and column; together they cover every place of the grid once.
        header_rows: how many rows at the top are the heads of the columns.
        header_columns: how many columns at the left are the heads of the rows.
        continues: whether it goes on from the table before.
        sheet: name of the sheet of a workbook.
        origin: row and column, from 0, in the sheet at which it begins.
        row_numbers: of each row its place in the sheet, as `Table` has them.
        column_numbers: of each column, likewise.
    """

    rows: int
    columns: int
    cells: tuple[PlacedCell, ...]
    header_rows: int = 0
    header_columns: int = 0
    continues: bool = False
    sheet: str = ""
    origin: tuple[int, int] = (0, 0)
    row_numbers: tuple[int, ...] = ()
    column_numbers: tuple[int, ...] = ()

    def written(self, start: int = 0) -> tuple[str, Table]:
        """The text of the table, and the table as it is if the text stands at `start`."""
        texts = [[""] * self.columns for _ in range(self.rows)]
        for placed in self.cells:
            columns = slice(placed.column, placed.column + placed.cell.columns)
            if len(placed.cell.text) > MAX_REPEATED:
                texts[placed.row][placed.column] = placed.cell.text
                continue
            for row in texts[placed.row : placed.row + placed.cell.rows]:
                row[columns] = [placed.cell.text] * placed.cell.columns
        spans: list[list[Span]] = []
        position = start
        for row in texts:
            spans.append([])
            for text in row:
                spans[-1].append((position, position + len(text)))
                position += len(text) + len(BAR)
            position += 1 - len(BAR)  # the line's end instead of a bar
        cells = tuple(_written(placed, spans) for placed in self.cells)
        table = Table(
            self.rows,
            self.columns,
            cells,
            self.header_rows,
            self.header_columns,
            continues=self.continues,
            sheet=self.sheet,
            origin=self.origin,
            row_numbers=self.row_numbers,
            column_numbers=self.column_numbers,
        )
        return "\n".join(map(BAR.join, texts)), table

    def with_texts(self, change: Callable[[str], str]) -> "Grid":
        """The same grid with the text of each cell changed, without what then is empty."""
        cells = []
        for placed in self.cells:
            text = change(placed.cell.text)
            if text != placed.cell.text:
                placed = replace(placed, cell=replace(placed.cell, text=text))  # noqa: PLW2901
            cells.append(placed)
        return without_empty(replace(self, cells=tuple(cells)))

    def cut(self, starts: Sequence[int]) -> Iterator["Grid"]:
        """Its parts that begin at each of `starts`, of which the first is 0, in their order.

        A merged cell that is cut is in all of its parts.
        """
        ends = [*starts[1:], self.rows]
        cells: list[list[PlacedCell]] = [[] for _ in starts]
        for placed in self.cells:
            number, below = bisect_right(starts, placed.row) - 1, placed.row + placed.cell.rows
            if placed.cell.rows == 1:
                own = PlacedCell(placed.row - starts[number], placed.column, placed.cell)
                cells[number].append(own if number else placed)
                continue
            while number < len(starts) and starts[number] < below:
                top, end = max(placed.row, starts[number]), min(below, ends[number])
                cell = placed.cell
                cell = cell if cell.rows == end - top else replace(cell, rows=end - top)
                cells[number].append(PlacedCell(top - starts[number], placed.column, cell))
                number += 1
        for first, end, part in zip(starts, ends, cells, strict=True):
            yield replace(
                self,
                rows=end - first,
                cells=tuple(part),
                header_rows=min(max(self.header_rows - first, 0), end - first),
                continues=self.continues or first > 0,
                origin=(self.origin[0] + first, self.origin[1]),
                row_numbers=self.row_numbers[first:end],
            )


def grid_of(
    rows: Iterable[Iterable[GridCell | str]], *, header_rows: int = 0, header_columns: int = 0
) -> Grid:
    """The grid of rows that tell each cell once, where it begins, as HTML does.

    Cells take the first free places of their row. Rows that are shorter than others are filled
    with empty cells; columns and rows without any words are left out.
    """
    given = [[_as_cell(cell) for cell in row] for row in rows]
    widest = max(map(len, given), default=0)
    if widest * len(given) > MAX_PLACES:
        # Nobody's table: its words are kept, one cell a row.
        given = [[GridCell(" ".join(cell.text for cell in row))] for row in given]
    placed: list[PlacedCell] = []
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(given):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            # Never over a cell that is there already, nor past the last row.
            height, width = min(cell.rows, len(given) - number), min(cell.columns, MAX_PLACES)
            if (
                len(taken) + height * width > MAX_PLACES
                or (column + width) * len(given) > MAX_PLACES
            ):
                height = width = 1
            width = next((n for n in range(1, width) if (number, column + n) in taken), width)
            placed.append(PlacedCell(number, column, replace(cell, rows=height, columns=width)))
            taken.update(
                (number + down, column + right) for down in range(height) for right in range(width)
            )
            column += width
    columns = max((column + 1 for _, column in taken), default=0)
    placed += [
        PlacedCell(row, column, GridCell(""))
        for row in range(len(given))
        for column in range(columns)
        if (row, column) not in taken
    ]
    cells = tuple(sorted(placed, key=lambda one: (one.row, one.column)))
    return without_empty(Grid(len(given), columns, cells, header_rows, header_columns))


def without_empty(grid: Grid) -> Grid:
    """`grid` without the rows and columns in which no cell with words begins or goes on."""
    full_rows: set[int] = set()
    full_columns: set[int] = set()
    for placed in grid.cells:
        if placed.cell.text:
            full_rows.update(range(placed.row, placed.row + placed.cell.rows))
            full_columns.update(range(placed.column, placed.column + placed.cell.columns))
    rows, columns = _numbers(grid.rows, full_rows), _numbers(grid.columns, full_columns)
    if len(full_rows) == grid.rows and len(full_columns) == grid.columns:
        return grid
    cells = []
    for placed in grid.cells:
        row, column = rows[placed.row], columns[placed.column]
        height = rows[placed.row + placed.cell.rows] - row
        width = columns[placed.column + placed.cell.columns] - column
        if height and width:
            cells.append(PlacedCell(row, column, replace(placed.cell, rows=height, columns=width)))
    # A cell that went on from a row which is gone now begins further down than it was listed.
    cells.sort(key=lambda placed: (placed.row, placed.column))
    smaller = replace(
        grid,
        rows=rows[-1],
        columns=columns[-1],
        cells=tuple(cells),
        header_rows=rows[min(grid.header_rows, grid.rows)],
        header_columns=columns[min(grid.header_columns, grid.columns)],
    )
    return _numbered(smaller, grid, full_rows, full_columns) if grid.sheet else smaller


def _numbered(smaller: Grid, grid: Grid, full_rows: set[int], full_columns: set[int]) -> Grid:
    """`smaller`, what is left of `grid`, with the places in the sheet of its rows and columns."""
    top, left = grid.origin
    down = tuple((grid.row_numbers or range(top, top + grid.rows))[n] for n in sorted(full_rows))
    across = tuple(
        (grid.column_numbers or range(left, left + grid.columns))[n] for n in sorted(full_columns)
    )
    return replace(
        smaller,
        origin=(down[0], across[0]) if down and across else grid.origin,
        row_numbers=down,
        column_numbers=across,
    )


def _numbers(count: int, kept: set[int]) -> list[int]:
    """For each of `count` lines and their end, how many kept ones are before it."""
    numbers = [0]
    for line in range(count):
        numbers.append(numbers[-1] + (line in kept))
    return numbers


def _as_cell(cell: GridCell | str) -> GridCell:
    return GridCell(cell) if isinstance(cell, str) else cell


def _written(placed: PlacedCell, spans: Sequence[Sequence[Span]]) -> Cell:
    cell = placed.cell
    if cell.rows == cell.columns == 1:
        own = (spans[placed.row][placed.column],)
        return Cell(placed.row, placed.column, own, 1, 1, cell.box)
    covered = tuple(
        span
        for row in spans[placed.row : placed.row + cell.rows]
        for span in row[placed.column : placed.column + cell.columns]
    )
    return Cell(placed.row, placed.column, covered, cell.rows, cell.columns, cell.box)


def _moved(span: Span | None, by: int) -> Span | None:
    return None if span is None else (span[0] + by, span[1] + by)


def rows_of(table: Table, text: str) -> Iterator[list[str]]:
    """The words of each place of `table`, row by row."""
    for number, row in enumerate(table.grid()):
        yield [text[slice(*span_at(cell, number, column))] for column, cell in enumerate(row)]


def span_at(cell: Cell, row: int, column: int) -> Span:
    """Where the words of `cell` stand at one of the places that it covers."""
    return cell.spans[(row - cell.row) * cell.columns + column - cell.column]


def rows_span(table: Table, start: int = 0) -> Span:
    """Where the rows of `table` stand, from the first to the last; at `start` if it has none."""
    spans = [span for cell in table.cells for span in cell.spans]
    return min((a for a, _ in spans), default=start), max((b for _, b in spans), default=start)
