"""The table of a source as it crosses the wire, and which of its cells some words stand in."""

import json
from dataclasses import dataclass
from typing import Any

from citewire.content.table import Cell, Span, Table
from citewire.content.table_record import table_from_json
from citewire.text.offsets import utf16_length


@dataclass(frozen=True)
class SourceTable:
    """The grid of a source that is a table; offsets and lengths count UTF-16 in its text.

    Its rows stand in the text from `start` on, one a line, with ` | ` between places; `lengths`
    has the length of each place, row by row. `merged` has row, column, and how many rows and
    columns a merged cell covers. `caption` and `unit` are [start, end]. Of a workbook, `sheet` is
    named, and `row_numbers` and `column_numbers` are those in the sheet, from 0.
    """

    columns: int
    header_rows: int
    header_columns: int
    start: int
    lengths: list[int]
    merged: list[list[int]]
    caption: list[int] | None
    unit: list[int] | None
    sheet: str
    row_numbers: list[int]
    column_numbers: list[int]

    @classmethod
    def from_json(cls, stored: str, text: str) -> "SourceTable":
        """The table that is stored with a passage of this text."""
        told = json.loads(stored)
        header_rows, header_columns = told.get("heads", (0, 0))
        start, lengths = told["start"], told["lengths"]
        caption, unit = told.get("caption"), told.get("unit")
        if utf16_length(text) != len(text):
            begins, at = [], start
            for number, length in enumerate(lengths, start=1):
                begins.append(at)
                at += length + (3 if number % told["columns"] else 1)
            lengths = [
                utf16_length(text[begin : begin + length])
                for begin, length in zip(begins, lengths, strict=True)
            ]
            start = utf16_length(text[:start])
            caption, unit = _utf16(caption, text), _utf16(unit, text)
        return cls(
            columns=told["columns"],
            header_rows=header_rows,
            header_columns=header_columns,
            start=start,
            lengths=lengths,
            merged=told.get("merged", []),
            caption=caption,
            unit=unit,
            sheet=told.get("sheet", ""),
            row_numbers=told.get("rows", []),
            column_numbers=told.get("letters", []),
        )

    def to_json(self, text: str) -> str:
        """As it is stored with a passage of this text."""
        units = None if utf16_length(text) == len(text) else text.encode("utf-16-le")
        lengths, at = [], self.start
        for number, length in enumerate(self.lengths, start=1):
            lengths.append(_points(units, at + length) - _points(units, at))
            at += length + (3 if number % self.columns else 1)
        stored: dict[str, Any] = {"columns": self.columns}
        if self.header_rows or self.header_columns:
            stored["heads"] = [self.header_rows, self.header_columns]
        stored |= {"start": _points(units, self.start), "lengths": lengths}
        facts = {
            "merged": self.merged,
            "caption": self.caption and [_points(units, place) for place in self.caption],
            "unit": self.unit and [_points(units, place) for place in self.unit],
            "sheet": self.sheet,
            "rows": self.row_numbers,
            "letters": self.column_numbers,
        }
        return json.dumps(stored | {name: fact for name, fact in facts.items() if fact})

    def in_text(self, text: str) -> Table:
        """The table by its places in the text of the source, in characters."""
        return table_from_json(self.to_json(text))


def touched_cells(table: Table, start: int, end: int) -> list[Cell]:
    """The cells of which some words stand between two places of the text."""
    return [
        cell
        for cell in table.cells
        if any(max(begin, start) < min(last, end) for begin, last in cell.spans)
    ]


def address_of(table: Table, start: int, end: int) -> str:
    """The cells that some words of a sheet stand in: the one, or the first and the last."""
    cells = touched_cells(table, start, end)
    if not cells or not table.sheet:
        return ""
    first, last = table.address(cells[0]), table.address(cells[-1])
    return first if first == last else f"{first}:{last.removeprefix(f'{table.sheet}!')}"


def _utf16(span: Span | None, text: str) -> list[int] | None:
    return None if span is None else [utf16_length(text[:place]) for place in span]


def _points(units: bytes | None, place: int) -> int:
    return place if units is None else len(units[: 2 * place].decode("utf-16-le"))
