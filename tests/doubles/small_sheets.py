"""Small workbooks made of XML, for what no library writes."""

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
