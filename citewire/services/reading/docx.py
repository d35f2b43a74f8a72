"""Word files: paragraphs, headings and tables in order, on the pages that Word last laid out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import Part, flow_report, table_part
from citewire.services.reading.office import broken_if_refused, office_suffix, property_date
from citewire.services.reading.report import Kind, Report

_TEXT, _TAB, _BREAK = qn("w:t"), qn("w:tab"), qn("w:br")
_RENDERED_BREAK, _RUN, _DELETED = qn("w:lastRenderedPageBreak"), qn("w:r"), qn("w:del")
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_CONTENT, _CONTROL, _TYPE = qn("w:sdtContent"), qn("w:sdt"), qn("w:type")
_VANISH, _FALLBACK = (
    qn("w:vanish"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
)
_HEADING = re.compile(r"^(heading \d|title)", re.IGNORECASE)


def read_docx(path: Path) -> Report:
    """Read the Word file at `path`.

    Its pages are those of Word's last layout, or begin at page breaks that its author set; a file
    without either is put on pages of about 3,000 characters.

    Raises:
        UnreadableDocument: it is broken, encrypted, too large when unpacked or has no text.
    """
    office_suffix(path)
    with broken_if_refused():
        try:
            document = Document(str(path))
        except OpcError as error:
            raise UnreadableDocument("the file is broken: a part of it is missing") from error
        properties = document.core_properties
        date = property_date(properties.created, properties.modified)
        title = properties.title or ""
        parts = list(_parts(document))
    return flow_report(path, parts, title=title, date=date)


def _parts(document: DocxDocument) -> Iterator[Part]:
    body = document.element.body
    # Word's own layout knows all breaks; the author's are a part of it.
    page_break = _RENDERED_BREAK if next(body.iter(_RENDERED_BREAK), None) is not None else _BREAK
    for element in _elements(body):
        if element.tag == _TABLE:
            yield table_part(_rows(element), page_break=_has_break(element, page_break))
            continue
        kind = _kind(Paragraph(element, document._body))
        pieces = _text(element, page_break).split("\f")
        for number, piece in enumerate(pieces):
            yield Part(kind, piece, page_break=number > 0)


def _elements(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, those in content controls too."""
    for element in parent:
        if element.tag in (_PARAGRAPH, _TABLE):
            yield element
        elif element.tag == _CONTROL:
            for content in element.iterchildren(_CONTENT):
                yield from _elements(content)


def _kind(paragraph: Paragraph) -> Kind:
    style = paragraph.style
    return "heading" if style is not None and _HEADING.match(style.name or "") else "text"


def _text(element: Any, page_break: str) -> str:
    """The text of a paragraph with a form feed where a page begins."""
    parts = []
    for run in element.iter(_RUN):
        if run.find(f"{qn('w:rPr')}/{_VANISH}") is not None or _is_copy(run, element):
            continue
        for child in run:
            if child.tag == _TEXT:
                parts.append(child.text or "")
            elif child.tag == _TAB:
                parts.append("\t")
            elif _is_break(child, page_break):
                parts.append("\f")
            elif child.tag == _BREAK:
                parts.append("\n")
    return "".join(parts)


def _is_copy(run: Any, paragraph: Any) -> bool:
    """Whether a run is of a text box's second form for old programs, or was deleted."""
    for above in run.iterancestors():
        if above is paragraph:
            return False
        if above.tag in (_FALLBACK, _DELETED):
            return True
    return False


def _is_break(element: Any, page_break: str) -> bool:
    return element.tag == page_break and (
        page_break == _RENDERED_BREAK or element.get(_TYPE) == "page"
    )


def _has_break(table: Any, page_break: str) -> bool:
    return any(_is_break(element, page_break) for element in table.iter(page_break))


def _rows(table: Any) -> Iterator[Iterator[str]]:
    # Not through the library's cells, which take time by the square of the table's length.
    for row in table.iterchildren(_ROW):
        yield (_cell(cell) for cell in row.iterchildren(_CELL))


def _cell(cell: Any) -> str:
    return " ".join(
        _text(paragraph, _RENDERED_BREAK).replace("\f", " ") for paragraph in cell.iter(_PARAGRAPH)
    )
