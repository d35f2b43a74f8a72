"""Random tables for round trips: what is written as a file and read again is the same grid.

`grids()` draws them; what a format cannot express is left out by its arguments. The text of a cell
stands on one line: whoever writes it as a file may break it at any space (`broken`). A footnote
mark is told as it is read, apart (`12.5 [1]`); whoever writes may set it higher (`marked`).
"""

import re

from hypothesis import strategies as st

from citewire.content.table import Grid, GridCell, PlacedCell, Table, rows_of

WORDS = [
    "Steel", "Glass", "Paper", "Harbour", "Northern", "Sales", "Costs", "Income", "Cash", "Other",
    "assets", "of ships", "and grain", "before tax", "per share", "held for sale", "year-end",
]  # fmt: skip

_MARK = re.compile(r"(.*) \[(\d+)\]")


@st.composite
def figures(draw: st.DrawFn, *, marks: bool = True) -> str:
    """A figure as reports print them: with thousands, negative, in brackets, with a sign."""
    number = draw(st.integers(0, 99_999))
    form = draw(st.sampled_from(["{:,}", "({:,})", "-{:,}", "{:,}%", "$ {:,}", "{:,}.5"]))
    mark = " [1]" if marks and draw(st.integers(0, 9)) == 0 else ""
    return str(form.format(number)) + mark


def labels(most: int = 4) -> st.SearchStrategy[str]:
    """Some words, of which each may stand on a line of its own."""
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=most).map(" ".join)


@st.composite
def grids(
    draw: st.DrawFn,
    *,
    max_rows: int = 7,
    max_columns: int = 5,
    spans: bool = True,
    marks: bool = True,
) -> Grid:
    """A table with one or two rows of heads, a column of labels, and figures.

    Some places are empty; with `spans`, heads may stand over several columns, and labels of the
    first column over two rows, beside a second column of labels. No row and no column is empty.
    """
    columns = draw(st.integers(2, max_columns))
    body = draw(st.integers(2, max_rows - 2))
    two_labels = spans and columns > 2 and draw(st.booleans())
    head_columns = 2 if two_labels else 1
    cells: list[PlacedCell] = []
    header_rows = 1
    if spans and columns - head_columns >= 2 and draw(st.booleans()):
        header_rows = 2
        cells += draw(_spanning_heads(head_columns, columns))
    last = header_rows - 1
    heads = [PlacedCell(last, n, GridCell(f"{draw(labels(2))} {n}")) for n in range(columns)]
    above = {cell.column for cell in cells if cell.cell.rows > 1}
    cells += [head for head in heads if head.column not in above]
    row = header_rows
    while row < header_rows + body:
        height = 2 if two_labels and row + 2 <= header_rows + body and draw(st.booleans()) else 1
        cells.append(PlacedCell(row, 0, GridCell(draw(labels()), rows=height)))
        for line in range(row, row + height):
            if two_labels:
                cells.append(PlacedCell(line, 1, GridCell(draw(labels(2)))))
            for column in range(head_columns, columns):
                # The first and the last row are full: a column without figures is none, and
                # without lines nothing tells that a row of a label alone belongs to the table.
                is_inner = header_rows < line < header_rows + body - 1
                is_empty = is_inner and draw(st.integers(0, 4)) == 0
                text = "" if is_empty else draw(figures(marks=marks))
                cells.append(PlacedCell(line, column, GridCell(text)))
        row += height
    placed = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    return Grid(header_rows + body, columns, placed, header_rows, head_columns)


@st.composite
def _spanning_heads(draw: st.DrawFn, first: int, columns: int) -> list[PlacedCell]:
    """The first of two rows of heads: over two or three columns each, the others over two rows."""
    cells = [PlacedCell(0, n, GridCell(f"{draw(labels(1))} {n}", rows=2)) for n in range(first)]
    column = first
    while column < columns:
        width = min(draw(st.integers(2, 3)), columns - column)
        if width == 1:
            cells.append(PlacedCell(0, column, GridCell(f"Head {column}", rows=2)))
        else:
            cells.append(PlacedCell(0, column, GridCell(f"20{20 + column}", columns=width)))
        column += width
    return cells


def broken(text: str, letters: int) -> list[str]:
    """The lines of a cell that is so many letters wide; a footnote mark stays with its figure."""
    lines: list[str] = []
    for word in text.split():
        if lines and (
            word.startswith("[") or lines[-1] == "$" or len(lines[-1]) + len(word) < letters
        ):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def marked(text: str) -> tuple[str, str]:
    """The text of a cell without its footnote mark, and the mark, empty if there is none."""
    found = _MARK.fullmatch(text)
    return (found[1], found[2]) if found else (text, "")


def rows_of_grid(grid: Grid) -> list[list[str]]:
    """What stands at each place of a grid, merged cells at each that they cover."""
    text, table = grid.written()
    return list(rows_of(table, text))


def shape(grid: Grid | Table) -> list[tuple[int, int, int, int]]:
    """Row, column, and how many rows and columns each cell covers."""
    if isinstance(grid, Table):
        return [(cell.row, cell.column, cell.rows, cell.columns) for cell in grid.cells]
    return [(one.row, one.column, one.cell.rows, one.cell.columns) for one in grid.cells]
