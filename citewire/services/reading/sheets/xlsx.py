"""Excel files (XLSX, XLSM, templates): the sheets of a workbook, read one row at a time."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.graphics import related_id
from citewire.services.reading.notes import struck_note
from citewire.services.reading.office import office_properties
from citewire.services.reading.office_xml import at_path, children
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.sheets.attached import attach
from citewire.services.reading.sheets.blocks import sheet_blocks
from citewire.services.reading.sheets.model import MAX_CELLS, Room, Sheet
from citewire.services.reading.sheets.rows import RowReader
from citewire.services.reading.sheets.styles import cell_styles, shared_texts
from citewire.services.reading.sheets.titles import title_lines

MAX_SHEETS = 1000

MAX_TEXTS = 3 * MAX_CELLS
"""That a workbook keeps once, for cells that are read and others."""

_SHEETS = ("worksheet", "chartsheet")


def read_xlsx(path: Path) -> Report:
    """Read the Excel file at `path`: each sheet begins a page.

    Raises:
        UnreadableDocument: it is broken or has no text.
    """
    with OfficePackage.open(path) as package:
        root = package.xml(package.main)
        if root is None:
            raise UnreadableDocument("the file is broken: its structure cannot be read")
        notes: list[str] = []
        parts = list(_blocks(package, root, notes))
        told = office_properties(package)
    return flow_report(
        path,
        parts,
        title=told.title,
        date=told.date,
        notes=notes,
        top=title_lines(parts),
        properties=told.others,
    )


def _blocks(package: OfficePackage, root: Any, notes: list[str]) -> Iterator[FlowBlock]:
    reader = _row_reader(package, root, notes)
    relations = package.relations(package.main)
    rows = list(children(at_path(root, "sheets"), "sheet"))
    seen: set[str] = set()
    if len(rows) > MAX_SHEETS:
        notes.append(f"only the first {MAX_SHEETS:,} of {len(rows):,} sheets are read")
    for number, element in enumerate(rows[:MAX_SHEETS]):
        sheet = Sheet(
            element.get("name", ""),
            is_hidden=element.get("state", "visible") in ("hidden", "veryHidden"),
        )
        relation = relations.get(related_id(element))
        if relation is None or not relation.is_there:
            notes.append(f"sheet “{sheet.name}” is missing in the file")
        elif relation.kind in _SHEETS and relation.target not in seen:
            seen.add(relation.target)
            if not reader.fill(sheet, package, relation.target):
                notes.append(f"sheet “{sheet.name}” is damaged and not read to its end")
            attach(sheet, package, relation.target, seen)
        notes += sheet.notes()
        yield from sheet_blocks(sheet, is_first=number == 0)


def _row_reader(package: OfficePackage, root: Any, notes: list[str]) -> RowReader:
    texts: list[str] = []

    def on_struck() -> None:
        notes.extend(note for note in struck_note(is_struck=True) if note not in notes)

    name = package.related(package.main, "sharedStrings")
    with package.stream(name) as part:
        if part is not None:
            try:
                texts.extend(islice(shared_texts(part, on_struck), MAX_TEXTS))
            except (etree.LxmlError, *package.unreadable):
                notes.append("texts of cells are missing: a part of the file is damaged")
    if len(texts) == MAX_TEXTS:
        notes.append(f"texts of cells may be missing: only {MAX_TEXTS:,} different ones are read")
    properties = at_path(root, "workbookPr")
    from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    styles = cell_styles(package.xml(package.related(package.main, "styles")))
    return RowReader(texts, styles, Room(), from_1904=from_1904)
