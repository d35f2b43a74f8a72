"""PDF reports read with pdfium: the text of each page, its label, the title, the language.

pdfium is not thread-safe, so that one thread reads at a time; call `read_pdf` off the event loop.
"""

import re
import threading
from contextlib import closing
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from citewire.errors import UnreadableDocument
from citewire.services.reading.report import Page, Report
from citewire.services.reading.text import clean, clean_line, language_of, mend_hyphens
from citewire.services.reading.title import Line, title_of

_PDFIUM = threading.Lock()

HEADER_REACH = 1024
"""`%PDF-` must stand within so many bytes, as in other readers."""

_EMPTY = "the PDF has no pages"
_BROKEN = "the PDF is broken: its structure cannot be read"
_NO_PAGES = re.compile(rb"/Kids\s*\[\s*\]")

TITLE_CHARS = 4000
"""So much of the first page is searched for the title."""


def read_pdf(path: Path) -> Report:
    """Read the PDF at `path`; blocks, and waits while another thread reads.

    Raises:
        UnreadableDocument: the file needs a password, is broken or not a PDF, has no pages or
            no text; the message says which.
    """
    _refuse_other_formats(path)
    with _PDFIUM, _open(path) as document:
        try:
            labels, texts = _read_pages(document)
            title = title_of(path, _metadata_title(document), _lines(document))
        except (pypdfium2.PdfiumError, ValueError, AssertionError) as error:
            raise UnreadableDocument(_BROKEN) from error
    pages = tuple(
        Page(number, label, text)
        for number, (label, text) in enumerate(zip(labels, texts, strict=True), start=1)
    )
    return Report(title=title, language=language_of(texts), pages=pages)


def _read_pages(document: pypdfium2.PdfDocument) -> tuple[list[str], list[str]]:
    count = len(document)
    if count == 0:
        raise UnreadableDocument(_EMPTY)
    labels = [_label(document, index) for index in range(count)]
    texts = mend_hyphens([_text(document, index) for index in range(count)])
    if not any(text.strip() for text in texts):
        raise UnreadableDocument(
            f"no text on any of its {count} pages: it seems to be scanned and would need OCR"
        )
    return labels, texts


def _refuse_other_formats(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_REACH)
    except OSError as error:
        raise UnreadableDocument(f"cannot be opened: {error.strerror}") from error
    if not head:
        raise UnreadableDocument("the file is empty")
    if b"%PDF-" not in head:
        raise UnreadableDocument("not a PDF: the file does not begin like one")


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(_why_not(path, error.err_code)) from error


def _why_not(path: Path, code: int | None) -> str:
    content = path.read_bytes()
    # pdfium keeps its last error code, so that a broken file may get that of the one before.
    if code == pdfium.FPDF_ERR_PASSWORD and b"/Encrypt" in content:
        return "encrypted: it needs a password to be opened"
    if code == pdfium.FPDF_ERR_SECURITY and b"/Encrypt" in content:
        return "encrypted in a way that is not supported"
    if _NO_PAGES.search(content):
        return _EMPTY
    return _BROKEN


def _text(document: pypdfium2.PdfDocument, index: int) -> str:
    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as text_page:
            return clean(text_page.get_text_range())
    except pypdfium2.PdfiumError:
        # A broken page counts as one without text: the others can still be cited.
        return ""


def _label(document: pypdfium2.PdfDocument, index: int) -> str:
    try:
        label = clean_line(document.get_page_label(index))
    except UnicodeDecodeError:
        label = ""
    return label or str(index + 1)


def _metadata_title(document: pypdfium2.PdfDocument) -> str:
    try:
        return clean_line(document.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return ""


def _lines(document: pypdfium2.PdfDocument) -> list[Line]:
    try:
        with closing(document[0]) as page, closing(page.get_textpage()) as text_page:
            return _lines_of(text_page)
    except pypdfium2.PdfiumError:
        return []


def _lines_of(text_page: pypdfium2.PdfTextPage) -> list[Line]:
    lines: list[Line] = []
    letters, height = "", 0.0
    for index in range(min(text_page.count_chars(), TITLE_CHARS)):
        letter = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        if letter == "\n":
            lines.append(Line(clean_line(letters), height))
            letters, height = "", 0.0
        elif letter != "\r":
            letters += letter
            if letter.isalnum():
                height = max(height, _height(text_page, index))
    lines.append(Line(clean_line(letters), height))
    return [line for line in lines if line.text]


def _height(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    # The box and not the font size, which says nothing when the text matrix scales.
    _, bottom, _, top = text_page.get_charbox(index, loose=True)
    return float(top - bottom)
