"""OpenDocument sheets (ODS): their cells hold the text that is shown, read one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lxml import etree

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.marks import in_line
from citewire.services.reading.number_formats import shown
from citewire.services.reading.office_xml import local_name
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.sheets.blocks import sheet_blocks
from citewire.services.reading.sheets.model import Area, Room, Sheet, SheetCell
from citewire.services.reading.sheets.rows import MAX_COLUMNS, MAX_MERGED, MAX_ROWS
from citewire.services.reading.sheets.styles import PARSING, forget
from citewire.services.reading.sheets.titles import title_lines

MAX_SPACES = 100

_TAGS = [
    f"{{*}}{name}"
    for name in ("style", "table", "table-column", "table-row", "table-cell", "covered-table-cell")
]
_ASIDE = ("annotation", "frame", "custom-shape", "table-cell", "covered-table-cell")


def read_ods(path: Path) -> Report:
    """Read the OpenDocument sheet at `path`: each sheet begins a page.

    Raises:
        UnreadableDocument: it is encrypted, broken or has no text.
    """
    notes: list[str] = []
    with OfficePackage.open(path) as package:
        if b"encryption-data" in (package.data("META-INF/manifest.xml") or b""):
            raise UnreadableDocument("encrypted: it needs a password to be opened")
        sheets = _OpenSheets()
        with package.stream("content.xml") as part:
            if part is None:
                raise UnreadableDocument("the file is broken: a part of it is missing")
            try:
                sheets.fill(part)
            except (etree.LxmlError, *package.unreadable):
                notes.append("the file is damaged and not read to its end")
    for sheet in sheets.sheets:
        notes += sheet.notes()
    parts = list(_blocks(sheets.sheets))
    return flow_report(path, parts, notes=notes, top=title_lines(parts))


def _blocks(sheets: list[Sheet]) -> Iterator[FlowBlock]:
    for number, sheet in enumerate(sheets):
        yield from sheet_blocks(sheet, is_first=number == 0)


@dataclass(slots=True)
class _OpenSheets:
    """The sheets of a file as they are met, and the names of the styles that matter."""

    sheets: list[Sheet] = field(default_factory=list)
    room: Room = field(default_factory=Room)
    bold: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)
    shifts: dict[str, int] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    depth: int = 0  # of tables in tables
    start: int = 0  # of the row's cells

    def fill(self, part: IO[bytes]) -> None:
        """Read the part of the content."""
        for event, element in etree.iterparse(part, events=("start", "end"), tag=_TAGS, **PARSING):
            name = local_name(element)
            if name == "table":
                self.depth += 1 if event == "start" else -1
                if event == "start" and self.depth == 1:
                    is_hidden = _own(element, "style-name") in self.hidden
                    self.sheets.append(Sheet(_own(element, "name"), is_hidden=is_hidden))
                    self.row = self.column = 0
            elif name == "style" and event == "end":
                self._learn(element)
            elif self.depth == 1 and self.sheets and self.sheets[-1].left_out_from is None:
                self._met(event, element, name, self.sheets[-1])
            if event == "end" and name == "table-row":
                forget(element)

    def _met(self, event: str, element: Any, name: str, sheet: Sheet) -> None:
        if name == "table-column" and event == "end":
            count = _count(element, "number-columns-repeated")
            if _own(element, "visibility") in ("collapse", "filter"):
                end = min(self.column + count, MAX_COLUMNS)
                sheet.hidden_columns.update(range(self.column, end))
            self.column = min(self.column + count, MAX_COLUMNS)
        elif name == "table-row" and event == "start":
            self.column, self.start = 0, len(sheet.cells)
            if _own(element, "visibility") in ("collapse", "filter"):
                count = _count(element, "number-rows-repeated")
                end = min(self.row + count, MAX_ROWS)
                sheet.hidden_rows.update(range(self.row, end))
        elif name == "table-row":
            self._repeat(sheet, _count(element, "number-rows-repeated"))
        elif event == "end":
            self._cell(sheet, element)

    def _cell(self, sheet: Sheet, element: Any) -> None:
        count = _count(element, "number-columns-repeated")
        text = self._text(element) if len(element) or element.attrib else ""
        style = _own(element, "style-name")
        is_bold = style in self.bold
        if text and style in self.struck:
            sheet.note_struck()
            text = ""
        for column in range(self.column, min(self.column + count, MAX_COLUMNS) if text else 0):
            if self.row in sheet.hidden_rows or column in sheet.hidden_columns:
                if self.room.hides(text):
                    sheet.hidden.append(text)
            elif not self.room.takes(text):
                sheet.left_out_from = self.row
                break
            else:
                sheet.cells.append(SheetCell(self.row, column, text, is_bold))
        rows, columns = (_count(element, f"number-{of}-spanned") for of in ("rows", "columns"))
        if rows * columns > 1 and len(sheet.merged) < MAX_MERGED:
            area = Area(self.row, self.column, self.row + rows - 1, self.column + columns - 1)
            sheet.merged.append(area)
        for child in element:
            if local_name(child) == "annotation":
                said = clean_line(" ".join(self._paragraphs(child)))
                sheet.comments.append((self.row, self.column, said))
        self.column = min(self.column + count, MAX_COLUMNS)
        element.clear()

    def _repeat(self, sheet: Sheet, count: int) -> None:
        """Tell the cells of a row again for each row that is like it."""
        cells = sheet.cells[self.start :]
        for row in range(self.row + 1, min(self.row + count, MAX_ROWS) if cells else 0):
            for cell in cells:
                if not self.room.takes(cell.text):
                    sheet.left_out_from = row
                    return
                sheet.cells.append(SheetCell(row, cell.column, cell.text, cell.is_bold))
        self.row = min(self.row + count, MAX_ROWS)

    def _text(self, cell: Any) -> str:
        """What a cell shows; its value if the file has it in no other form."""
        text = clean_line(" ".join(self._paragraphs(cell)))
        if text:
            return text
        value = _own(cell, "value")
        if value:
            return shown(value, "0.##########%" if _own(cell, "value-type") == "percentage" else "")
        return clean_line(
            _own(cell, "string-value") or _own(cell, "date-value") or _own(cell, "boolean-value")
        )

    def _paragraphs(self, holder: Any) -> Iterator[str]:
        for child in holder:
            if local_name(child) in ("p", "h"):
                yield self._paragraph(child)

    def _paragraph(self, paragraph: Any) -> str:
        """The words of a paragraph; those of what is drawn or noted in it are not its own."""
        return in_line(self._pieces(paragraph))

    def _pieces(self, paragraph: Any) -> Iterator[tuple[str, int]]:
        waiting: list[tuple[Any, str, int]] = [(paragraph, "start", 0)]
        while waiting:
            element, at, shift = waiting.pop()
            text = element.text if at == "start" else element.tail
            if at == "start":
                name = local_name(element)
                style = _own(element, "style-name")
                if name == "s":
                    text = " " * min(_count(element, "c"), MAX_SPACES)
                elif name in ("tab", "line-break"):
                    text = " "
                if style in self.struck:
                    self.sheets[-1].note_struck()
                if name in _ASIDE or style in self.struck:
                    continue
                inner = self.shifts.get(style, shift) if name == "span" else shift
                for child in reversed(element):
                    waiting += [(child, "tail", inner), (child, "start", inner)]
                shift = inner
            if text:
                yield text, shift

    def _learn(self, style: Any) -> None:
        name = _own(style, "name")
        for element in style:
            if local_name(element) == "text-properties":
                if _own(element, "font-weight") in ("bold", "600", "700", "800", "900"):
                    self.bold.add(name)
                lines = (
                    _own(element, "text-line-through-style"),
                    _own(element, "text-line-through-type"),
                )
                if any(line and line != "none" for line in lines):
                    self.struck.add(name)
                position = _own(element, "text-position").split(" ")[0]
                if position and position not in ("0%",):
                    self.shifts[name] = -1 if position.startswith(("sub", "-")) else 1
            elif local_name(element) == "table-properties" and _own(element, "display") == "false":
                self.hidden.add(name)


def _own(element: Any, name: str) -> str:
    """The attribute of an element, whatever its namespace."""
    return next((v for k, v in element.items() if k.rpartition("}")[2] == name), "")


def _count(element: Any, name: str) -> int:
    text = _own(element, name)
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1
