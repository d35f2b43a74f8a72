"""Workbooks in binary form: old Excel files (XLS) and XLSB. Values are told, number formats not."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.number_formats import general
from citewire.services.reading.raw import read_head
from citewire.services.reading.sheets.binary_size import is_packed
from citewire.services.reading.sheets.blocks import sheet_blocks
from citewire.services.reading.sheets.model import Area, Room, Sheet, SheetCell
from citewire.services.reading.sheets.titles import title_lines

_WITH_CELLS = (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)


def read_binary(path: Path) -> Report:
    """Read the XLS or XLSB file at `path`: each sheet begins a page.

    Raises:
        UnreadableDocument: it is encrypted, broken or has no text.
    """
    notes: list[str] = []
    if read_head(path, 2) == b"PK" and not is_packed(path):
        raise UnreadableDocument("too large: its cells are too far apart; save it as .xlsx")
    try:
        with load_workbook(str(path)) as workbook:
            parts = list(_blocks(workbook, notes))
    except PasswordError as error:
        raise UnreadableDocument("encrypted: it needs a password to be opened") from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableDocument("the file is broken: its structure cannot be read") from error
    except BaseException as error:
        # A panic of the library, which is no `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableDocument("the file is broken: its structure cannot be read") from error
    return flow_report(path, parts, notes=notes, top=title_lines(parts))


def _blocks(workbook: CalamineWorkbook, notes: list[str]) -> Iterator[FlowBlock]:
    room = Room()
    for number, told in enumerate(workbook.sheets_metadata):
        sheet = Sheet(told.name, is_hidden=told.visible != SheetVisibleEnum.Visible)
        if told.typ in _WITH_CELLS:
            try:
                _fill(sheet, workbook.get_sheet_by_index(number), room)
            except CalamineError:
                notes.append(f"sheet “{sheet.name}” is damaged and not read")
        else:
            notes.append(f"sheet “{sheet.name}” is no table: not read in this format")
        notes += sheet.notes()
        yield from sheet_blocks(sheet, is_first=number == 0)


def _fill(sheet: Sheet, told: Any, room: Room) -> None:
    # Rows come from the first of the sheet on, columns from the first with something in it.
    _, left = told.start or (0, 0)
    for row, values in enumerate(told.iter_rows()):
        for column, value in enumerate(values, left):
            text = "" if value == "" else clean_line(value_text(value))
            if text:
                if not room.takes(text):
                    sheet.left_out_from = row
                    return
                sheet.cells.append(SheetCell(row, column, text))
    for (first_row, first_column), (last_row, last_column) in told.merged_cell_ranges or ():
        sheet.merged.append(Area(first_row, first_column, last_row, last_column))


def value_text(value: object) -> str:
    """A value of a cell as text; days as ISO dates, figures with all their digits."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return general(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return str(value)
