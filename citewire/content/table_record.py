"""A table as it is kept with its passage: as JSON, small, and without rectangles.

    {"columns": 3, "heads": [1, 1], "start": 40, "lengths": [5, 4, 4, 12, 6, 6, ...]}

Its rows stand in the text as `content.table` writes them, so that where the first one begins and
how long each place is tells where all of them are. If they stand otherwise, `spans` has them
instead: start and end of each place by turns. Left out is what is nothing or none:

    "merged": [[row, column, rows, columns], ...], "caption": [0, 20], "unit": [21, 32],
    "sheet": "Q1", "rows": [0, 7, 8, ...], "letters": [0, 1, 5]

`rows` and `letters` are the rows and columns of the sheet, from 0.
"""

import json
from collections.abc import Sequence
from typing import Any

from citewire.content.table import BAR, Cell, Span, Table, span_at

TABLE = "table"
"""The key of a passage's metadata under which its table is; absent where it is none."""


def table_to_json(table: Table) -> str:
    """`table` as it is kept; whether it continues another one is not."""
    places = [
        span_at(cell, row, column)
        for row, cells in enumerate(table.grid())
        for column, cell in enumerate(cells)
    ]
    stored: dict[str, Any] = {"columns": table.columns}
    if table.header_rows or table.header_columns:
        stored["heads"] = [table.header_rows, table.header_columns]
    start = places[0][0] if places else 0
    lengths = [end - begin for begin, end in places]
    if places == _written(start, lengths, table.columns):
        stored |= {"start": start, "lengths": lengths}
    else:
        stored["spans"] = [edge for span in places for edge in span]
    merged = [
        [cell.row, cell.column, cell.rows, cell.columns]
        for cell in table.cells
        if cell.rows > 1 or cell.columns > 1
    ]
    facts = {"merged": merged, "caption": table.caption, "unit": table.unit, "sheet": table.sheet}
    stored |= {name: fact for name, fact in facts.items() if fact}
    if table.sheet:
        stored["rows"] = [table.row_number(row) for row in range(table.rows)]
        stored["letters"] = [table.column_number(column) for column in range(table.columns)]
    return json.dumps(stored, separators=(",", ":"), ensure_ascii=False)


def table_from_json(stored: str) -> Table:
    """What `table_to_json` wrote."""
    told = json.loads(stored)
    columns: int = told["columns"]
    if "spans" in told:
        edges = told["spans"]
        places = list(zip(edges[::2], edges[1::2], strict=True))
    else:
        places = _written(told["start"], told["lengths"], columns)
    merged = {(row, column): (rows, wide) for row, column, rows, wide in told.get("merged", ())}
    header_rows, header_columns = told.get("heads", (0, 0))
    return Table(
        rows=len(places) // max(columns, 1),
        columns=columns,
        cells=tuple(_cells(places, columns, merged)),
        header_rows=header_rows,
        header_columns=header_columns,
        caption=_span(told.get("caption")),
        unit=_span(told.get("unit")),
        sheet=told.get("sheet", ""),
        row_numbers=tuple(told.get("rows", ())),
        column_numbers=tuple(told.get("letters", ())),
    )


def _written(start: int, lengths: Sequence[int], columns: int) -> list[Span]:
    """The places of a table that is written from `start` on."""
    places = []
    for number, length in enumerate(lengths, start=1):
        places.append((start, start + length))
        start += length + (len(BAR) if number % columns else 1)
    return places


def _cells(
    places: Sequence[Span], columns: int, merged: dict[tuple[int, int], tuple[int, int]]
) -> list[Cell]:
    cells, taken = [], set[tuple[int, int]]()
    for number in range(len(places)):
        row, column = divmod(number, columns)
        if (row, column) in taken:
            continue
        rows, wide = merged.get((row, column), (1, 1))
        covered = [(row + down, column + right) for down in range(rows) for right in range(wide)]
        if len(covered) > 1:
            taken.update(covered)
        spans = tuple(places[below * columns + beside] for below, beside in covered)
        cells.append(Cell(row, column, spans, rows, wide))
    return cells


def _span(stored: Sequence[int] | None) -> Span | None:
    return (stored[0], stored[1]) if stored else None
