"""The cells of a sheet (XLSX) as it shows them, read one row at a time."""

from collections.abc import Sequence
from typing import IO, Any

from lxml import etree

from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.number_formats import shown
from citewire.services.reading.office_xml import local_name
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.sheets.model import Room, Sheet, SheetCell, area_of, place_of
from citewire.services.reading.sheets.styles import (
    PARSING,
    PLAIN_CELL,
    CellStyle,
    forget,
    rich_text,
)

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Of a sheet, as its programs have it."""

MAX_MERGED = 200_000

_TAGS = [f"{{*}}{name}" for name in ("row", "c", "col", "pane", "mergeCell")]


class RowReader:
    """Reads sheets of one workbook.

    Args:
        texts: that the workbook keeps once, by number.
        styles: of cells, by number.
        room: how much more is read.
        from_1904: whether days are counted from 1904 on.
    """

    def __init__(
        self, texts: Sequence[str], styles: Sequence[CellStyle], room: Room, *, from_1904: bool
    ) -> None:
        self._texts = texts
        self._styles = styles
        self._room = room
        self._from_1904 = from_1904
        self._shown: dict[tuple[str, str], str] = {}

    def fill(self, sheet: Sheet, package: OfficePackage, name: str) -> bool:
        """Put into `sheet` what its part shows; whether that could be read to its end."""
        with package.stream(name) as part:
            if part is None:
                return False
            try:
                self._fill(sheet, part)
            except (etree.LxmlError, *package.unreadable):
                return False
        return True

    def _fill(self, sheet: Sheet, part: IO[bytes]) -> None:
        row, column, is_hidden = -1, -1, False
        names: dict[str, str] = {}  # by tags, of which there are few
        events = etree.iterparse(part, events=("start", "end"), tag=_TAGS, **PARSING)
        for event, element in events:
            name = names.get(element.tag) or names.setdefault(element.tag, local_name(element))
            if name == "c":
                if event == "end":
                    row, column = _place(element, row, column + 1)
                    if not self._add(sheet, element, row, column, is_hidden=is_hidden):
                        sheet.left_out_from = row
                        return
                    element.clear()
            elif name == "row":
                if event == "start":
                    row, column = _number(element.get("r"), row + 2) - 1, -1
                    is_hidden = _is_hidden(element, "ht")
                    if is_hidden and row < MAX_ROWS:
                        sheet.hidden_rows.add(row)
                else:
                    forget(element)
            elif event == "end":
                _note(sheet, element, name)

    def _add(self, sheet: Sheet, element: Any, row: int, column: int, *, is_hidden: bool) -> bool:
        """Read a cell; whether there was room for it."""
        if not len(element):
            return True
        style = PLAIN_CELL
        number = element.get("s")
        if number is not None:
            at = _number(number, -1)
            style = self._styles[at] if 0 <= at < len(self._styles) else PLAIN_CELL
        text = self._text(sheet, element, style)
        if text is None or row >= MAX_ROWS or column >= MAX_COLUMNS:
            return True
        if is_hidden or style.is_pale or column in sheet.hidden_columns:
            if self._room.hides(text):
                sheet.hidden.append(text)
            # A cell that is there but cannot be seen keeps what stands around it together.
            if is_hidden or column in sheet.hidden_columns:
                return True
            text = ""
        if not self._room.takes(text):
            return False
        sheet.cells.append(SheetCell(row, column, text, style.is_bold))
        return True

    def _text(self, sheet: Sheet, element: Any, style: CellStyle) -> str | None:
        """What a cell shows; empty text if only its formula is known, None if it has nothing."""
        value = inline = formula = None
        for child in element:
            tag = child.tag
            if tag.endswith("}v"):
                value = child.text
            elif tag.endswith("}is"):
                inline = rich_text(child, sheet.note_struck)
            elif tag.endswith("}f"):
                formula = child
        kind = element.get("t", "n")
        if kind == "inlineStr" or (value is None and inline is not None):
            text = inline or ""
        elif value is None:
            if formula is None or kind == "str":
                return None
            sheet.unreckoned += 1
            return ""
        else:
            text = self._value(value, kind, style)
        text = clean_line(text)
        if text and style.is_struck:
            sheet.note_struck()
            return None
        return text or None

    def _value(self, value: str, kind: str, style: CellStyle) -> str:
        if kind == "s":
            at = _number(value, -1)
            text = self._texts[at] if 0 <= at < len(self._texts) else ""
            return shown(text, style.code) if "@" in style.code and style.code != "@" else text
        if kind == "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        if kind == "n":
            return self._figure(value.strip(), style.code)
        if kind == "str" and "@" in style.code and style.code != "@":
            return shown(value, style.code)
        return value.replace("T00:00:00", "") if kind == "d" else value

    def _figure(self, value: str, code: str) -> str:
        if not code and value.isdecimal() and len(value) < 15:
            return value.lstrip("0") or "0"
        known = self._shown.get((value, code))
        if known is None:
            if len(self._shown) > 100_000:
                self._shown.clear()
            known = shown(value, code, from_1904=self._from_1904)
            self._shown[value, code] = known
        return known


def _note(sheet: Sheet, element: Any, name: str) -> None:
    """Keep what a sheet says of its columns, of merged cells and of what stays when scrolled."""
    if name == "col":
        first, last = _number(element.get("min"), 0), _number(element.get("max"), 0)
        if _is_hidden(element, "width") and 0 < first <= last:
            sheet.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))
    elif name == "mergeCell":
        area = area_of(element.get("ref", ""))
        if area is not None and len(sheet.merged) < MAX_MERGED:
            sheet.merged.append(area)
        forget(element)
    elif name == "pane" and element.get("state") in ("frozen", "frozenSplit"):
        split = element.get("ySplit", "0").partition(".")[0]
        sheet.frozen = max(_number(split, 0), 0)


def _is_hidden(element: Any, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or _is_zero(element.get(size))


def _is_zero(size: str | None) -> bool:
    try:
        return size is not None and float(size) == 0
    except ValueError:
        return False


def _place(element: Any, row: int, column: int) -> tuple[int, int]:
    """Row and column of a cell; one that does not say stands behind the one before."""
    place = place_of(element.get("r", ""))
    return place if place is not None else (max(row, 0), column)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else default
