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

from citewire.content.report import Kind, Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import FlowBlock, flow_report, table_part
from citewire.services.reading.office import broken_if_refused, property_date
from citewire.services.reading.package import OfficePackage

_TEXT, _TAB, _BREAK = qn("w:t"), qn("w:tab"), qn("w:br")
_RENDERED_BREAK, _RUN, _DELETED = qn("w:lastRenderedPageBreak"), qn("w:r"), qn("w:del")
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_CONTENT, _CONTROL, _TYPE = qn("w:sdtContent"), qn("w:sdt"), qn("w:type")
_LOOK, _VANISH, _SIZE, _COLOR = qn("w:rPr"), qn("w:vanish"), qn("w:sz"), qn("w:color")
_VALUE, _HIGHLIGHT, _STYLE = qn("w:val"), qn("w:highlight"), qn("w:pStyle")
_LOOKS = (_LOOK, qn("w:pPr"), qn("w:tcPr"), qn("w:trPr"), qn("w:tblPr"))
_DRAWN = (qn("w:txbxContent"), qn("w:drawing"), qn("w:pict"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SHADING, _FILL = qn("w:shd"), qn("w:fill")
_STYLED = f"{qn('w:tblPr')}/{qn('w:tblStyle')}"
_NEAR_WHITE = re.compile(r"(?:[ef][0-9a-f]){3}", re.IGNORECASE)
_PLAIN_FILLS = (None, "auto", "FFFFFF", "ffffff")

SMALLEST = 3
"""Half points; letters of a point and a half and less are for programs."""

_HEADING = re.compile(r"^(heading \d|title)", re.IGNORECASE)


def read_docx(path: Path) -> Report:
    """Read the Word file at `path`.

    Its pages are those of Word's last layout, or begin at page breaks that its author set; a file
    without either is put on pages of about 3,000 characters.

    Raises:
        UnreadableDocument: it is broken or has no text.
    """
    with (
        OfficePackage.open(path) as package,
        broken_if_refused(),
        package.mended(f"{package.kind}.main+xml") as copy,
    ):
        try:
            document = Document(copy)
        except OpcError as error:
            raise UnreadableDocument("the file is broken: a part of it is missing") from error
        properties = document.core_properties
        date = property_date(properties.created, properties.modified)
        title = properties.title or ""
        parts = list(_parts(document))
    return flow_report(path, parts, title=title, date=date)


def _parts(document: DocxDocument) -> Iterator[FlowBlock]:
    body = document.element.body
    # Word's own layout knows all breaks; the author's are a part of it.
    page_break = _RENDERED_BREAK if next(body.iter(_RENDERED_BREAK), None) is not None else _BREAK
    for element in _elements(body):
        if element.tag == _TABLE:
            yield table_part(_rows(element), page_break=_has_break(element, page_break))
            yield from _hidden(element)
            continue
        kind = _kind(Paragraph(element, document))
        pieces = _text(element, page_break).split("\f")
        for number, piece in enumerate(pieces):
            yield FlowBlock(kind, piece, page_break=number > 0)
        yield from _hidden(element)


def _hidden(element: Any) -> Iterator[FlowBlock]:
    """What a paragraph or table holds that Word does not show, or shows in white or as dots."""
    texts = [_own_text(run) for run in element.iter(_RUN) if _is_hidden(run)]
    text = "".join(texts)
    if text.strip():
        yield FlowBlock("text", text, hidden=True)


def _own_text(run: Any) -> str:
    return "".join(child.text or "" for child in run if child.tag == _TEXT)


def _is_hidden(run: Any) -> bool:
    look = run.find(_LOOK)
    if look is None:
        return False
    vanish, size, color = (look.find(tag) for tag in (_VANISH, _SIZE, _COLOR))
    if vanish is not None and vanish.get(_VALUE) not in ("0", "false", "off"):
        return True
    if size is not None and _number(size.get(_VALUE)) <= SMALLEST:
        return True
    white = color is not None and _NEAR_WHITE.fullmatch(color.get(_VALUE) or "")
    return bool(white) and not _is_shaded(run)


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return float("inf")


def _is_shaded(run: Any) -> bool:
    """Whether something darker than paper may be behind a run: a shade, a style, a picture."""
    for above in (run, *run.iterancestors()):
        if above.tag in _DRAWN or above.find(_STYLED) is not None:
            return True
        looks = (child for child in above if child.tag in _LOOKS)
        for look in looks:
            if look.find(_HIGHLIGHT) is not None or look.find(_STYLE) is not None:
                return True
            shade = look.find(_SHADING)
            if shade is not None and shade.get(_FILL) not in _PLAIN_FILLS:
                return True
    return False


def _elements(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, those in content controls too, which `iter_inner_content` omits."""
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
        if _is_hidden(run) or _is_copy(run, element):
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
