"""Small workbooks made of XML, for what no library writes."""

import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"


def write_xlsx(
    path: Path,
    sheet: str,
    *,
    strings: str = "",
    styles: str = "",
    name: str = "Data",
    state: str = "visible",
    head: str = "",
) -> Path:
    """A workbook with one sheet.

    Args:
        path: where it is written.
        sheet: what stands in the sheet's part, `sheetData` and what is around it.
        strings: the shared ones, `si` by `si`.
        styles: what stands in the part of styles.
        name: of the sheet.
        state: whether it is shown.
        head: what stands before the root of the sheet.
    """
    rows = [("worksheet", "worksheets/sheet1.xml")]
    rows += [("sharedStrings", "sharedStrings.xml")] * bool(strings)
    rows += [("styles", "styles.xml")] * bool(styles)
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(rows, 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Override PartName="/xl/workbook.xml" '
            f'ContentType="{SHEET_TYPE}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{escape(name)}" '
            f'sheetId="1" state="{state}" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'{head}<worksheet xmlns="{MAIN}">{sheet}</worksheet>'
        )
        if strings:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        if styles:
            archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>')
    return path


def cell(name: str, value: str, kind: str = "n", style: int = 0) -> str:
    """A cell of a sheet's part."""
    return f'<c r="{name}" t="{kind}" s="{style}"><v>{escape(value)}</v></c>'


def inline(name: str, text: str, style: int = 0) -> str:
    """A cell that has its text in itself."""
    return f'<c r="{name}" t="inlineStr" s="{style}"><is><t>{escape(text)}</t></is></c>'


def write_ods(path: Path, tables: str, styles: str = "", manifest: str = "") -> Path:
    """An OpenDocument sheet with the tables of its content."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
            ("fo", "xsl-fo-compatible"),
        )
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", OPEN_SHEET)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def write_ole(path: Path, name: str, content: bytes) -> Path:
    """A compound file as old Office programs write them, with one stream."""
    content = content.ljust(4096, b"\0")  # smaller ones lie elsewhere
    content += b"\0" * (-len(content) % 512)
    sectors = len(content) // 512
    chain = [*range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{2 + sectors}I", 0xFFFFFFFD, 0xFFFFFFFE, *chain).ljust(512, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0),
    ).ljust(512, b"\xff")
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(name, 2, 2, len(content))
    path.write_bytes(header + fat + entries.ljust(512, b"\0") + content)
    return path


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    words = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII16sI16xIQ", words, len(words), kind, 1, none, none, child, b"", 0, start, size
    )


def write_xls(path: Path, sheet: str, values: dict[tuple[int, int], str | float]) -> Path:
    """An old Excel file (BIFF8) with one sheet of texts and figures by row and column."""
    beginning = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode("latin-1")
    length = len(beginning) + 4 + 6 + len(name) + 4
    bound = _record(0x85, struct.pack("<IBB", length, 0, 0) + name)
    cells = [_record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))]
    for (row, column), value in sorted(values.items()):
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 0) + value.encode("latin-1")
            cells.append(_record(0x204, place + text))
        else:
            cells.append(_record(0x203, place + struct.pack("<d", value)))
    end = _record(0xA, b"")
    return write_ole(path, "Workbook", beginning + bound + end + b"".join(cells) + end)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def write_xlsb(path: Path, sheet: str, values: dict[tuple[int, int], str | float]) -> Path:
    """A workbook in binary form (XLSB) with one sheet of texts and figures by row and column."""
    book = _binary(131) + _binary(143)
    book += _binary(156, struct.pack("<II", 0, 1) + _wide("r1") + _wide(sheet))
    book += _binary(144) + _binary(132)
    rows = [row for row, _ in values]
    columns = [column for _, column in values]
    size = struct.pack("<IIII", min(rows), max(rows), min(columns), max(columns))
    cells = _binary(129) + _binary(148, size) + _binary(145)
    for (row, column), value in sorted(values.items()):
        cells += _binary(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        place = struct.pack("<II", column, 0)
        if isinstance(value, str):
            cells += _binary(6, place + _wide(value))
        else:
            cells += _binary(5, place + struct.pack("<d", value))
    cells += _binary(146) + _binary(130)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Override PartName="/xl/workbook.bin" ContentType="'
            'application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
            f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.bin", cells)
    return path


def _binary(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(content) & 0x7F | 0x80, len(content) >> 7]) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
