"""Tables of slides: merged cells, and the rows and columns that their file calls heads."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from citewire.content.table import GridCell, grid_of
from citewire.services.reading.drawing_text import body_text
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.heads import with_heads
from citewire.services.reading.office_xml import at_path, children

_YES = ("1", "true")
MOST_ROWS = 10_000
"""That a cell is merged over."""


def slide_table(table: Any) -> FlowBlock:
    """A table of a slide (`a:tbl`)."""
    grid = with_heads(grid_of(_rows(table)))
    look = at_path(table, "tblPr")
    said = {
        name for name in ("firstRow", "firstCol") if look is not None and look.get(name) in _YES
    }
    # Nearly every table says that its first row is special; it is, unless it is the only one.
    rows = grid.header_rows or int("firstRow" in said and grid.rows > 1)
    columns = grid.header_columns or int("firstCol" in said and grid.columns > 1)
    return FlowBlock("table", "", grid=replace(grid, header_rows=rows, header_columns=columns))


def _rows(table: Any) -> Iterator[list[GridCell]]:
    """The cells of each row where they begin; those that a merged one covers are left out."""
    below: dict[int, int] = {}  # by columns, how many more rows are covered
    for row in children(table, "tr"):
        cells = list(children(row, "tc"))
        told: list[GridCell] = []
        beside = 0
        for column, cell in enumerate(cells):
            if beside > 0:
                beside -= 1
                continue
            if below.get(column, 0) > 0:
                below[column] -= 1
                continue
            is_covered = cell.get("hMerge") in _YES or cell.get("vMerge") in _YES
            columns = min(_span(cell, "gridSpan"), len(cells) - column)
            rows = min(_span(cell, "rowSpan"), MOST_ROWS)
            beside = columns - 1
            for covered in range(column, column + columns if rows > 1 else column):
                below[covered] = rows - 1
            told.append(GridCell("") if is_covered else GridCell(_text(cell), rows, columns))
        yield told


def _text(cell: Any) -> str:
    body = at_path(cell, "txBody")
    return "" if body is None else " ".join(body_text(body).split())


def _span(cell: Any, name: str) -> int:
    text = cell.get(name, "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 9 else 1
