"""Opening PDFs with pdfium: why one cannot be, and what a file says about itself."""

import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.dates import iso_date
from citewire.services.reading.notes import pages
from citewire.services.reading.pdf.annotations import (
    MAX_ANNOTATIONS,
    MAX_NAMES,
    Annotations,
    attached_files,
)
from citewire.services.reading.pdf.damage import is_cut_off
from citewire.services.reading.pdf.fallback_font import provide_fallback_font
from citewire.services.reading.raw import read_head

PDFIUM = threading.Lock()
"""Held by whoever uses pdfium, which is not thread-safe."""

EMPTY = "the PDF has no pages"
BROKEN = "the PDF is broken: its structure cannot be read"

CUT_OFF = "the PDF is cut off: its end is missing, and pages or parts of them with it"

MAX_PROPERTY = 300
"""So much of each property is kept, in characters."""

MAX_PAGES = 50_000
"""The count is what the file claims."""

_NO_PAGES = re.compile(rb"/Kids\s*\[\s*\]")
_CATALOG = re.compile(rb"/Type\s*/Catalog\b")
_OBJECT = re.compile(rb"\b(\d{1,10})\s+(\d{1,5})\s+obj\b")


@contextmanager
def open_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """Open the PDF at `path`.

    Raises:
        UnreadableDocument: it needs a password, is broken, cut off or not a PDF, or has no pages.
    """
    _refuse_other_formats(path)
    provide_fallback_font()
    with _open(path) as document:
        try:
            count = len(document)
        except pypdfium2.PdfiumError as error:
            raise UnreadableDocument(BROKEN) from error
        if count == 0:
            raise UnreadableDocument(EMPTY)
        if is_cut_off(path):
            raise UnreadableDocument(CUT_OFF)
        if count > MAX_PAGES:
            raise UnreadableDocument(f"the PDF claims to have {count:,} pages: too many")
        yield document


def page_label(document: pypdfium2.PdfDocument, index: int) -> str:
    """The label that the file gives to a page, empty if it gives none."""
    try:
        return clean_line(document.get_page_label(index))
    except UnicodeDecodeError:
        return ""


def container_notes(document: pypdfium2.PdfDocument, annotations: Annotations) -> Iterator[str]:
    """What a file holds besides its pages, which have been read with the `annotations`."""
    form = document.get_formtype()
    is_static = form == pdfium.FORMTYPE_XFA_FOREGROUND and annotations.widgets > 0
    if form in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND) and not is_static:
        yield "a form that only Adobe Reader shows (dynamic XFA): what it shows was not read"
    count, names = attached_files(document)
    count, names = count + annotations.pinned, [*names, *annotations.files][:MAX_NAMES]
    if count:
        listed = ", ".join(names) + ", …" * (count > len(names))
        many = "file that was" if count == 1 else "files that were"
        yield f"holds {count} attached {many} not read: {listed}"
    if annotations.commented:
        yield f"{pages(annotations.commented, 'has', 'have')} comments, left out"
    if annotations.crowded:
        more = f"more than {MAX_ANNOTATIONS:,} annotations, of which the rest was left out"
        yield f"{pages(annotations.crowded, 'has', 'have')} {more}"


def metadata_title(document: pypdfium2.PdfDocument) -> str:
    """The title in the metadata, empty if there is none."""
    return _metadata(document, "Title")


def metadata_properties(document: pypdfium2.PdfDocument) -> tuple[str, ...]:
    """What the metadata say besides: subject and author, and the title, which may be no title."""
    said = (_metadata(document, key) for key in ("Subject", "Author", "Title"))
    return tuple(one[:MAX_PROPERTY] for one in said if one)


def metadata_date(document: pypdfium2.PdfDocument) -> str | None:
    """When the file says that it was made, as an ISO date."""
    return iso_date(_metadata(document, "CreationDate"))


def _metadata(document: pypdfium2.PdfDocument, key: str) -> str:
    try:
        return clean_line(document.get_metadata_value(key))
    except UnicodeDecodeError:
        return ""


def _refuse_other_formats(path: Path) -> None:
    if b"%PDF-" not in read_head(path):
        raise UnreadableDocument("broken, or not a PDF: it does not begin like one")


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        content = path.read_bytes()
        reason = _why_not(content, error.err_code)
        if reason == BROKEN and (repaired := _repaired(content)) is not None:
            return repaired
        if reason == BROKEN and is_cut_off(path):
            reason = CUT_OFF
        raise UnreadableDocument(reason) from error


def _why_not(content: bytes, code: int | None) -> str:
    # pdfium keeps its last error code, so that a broken file may get that of the one before.
    if code == pdfium.FPDF_ERR_PASSWORD and b"/Encrypt" in content:
        return "encrypted: it needs a password to be opened"
    if code == pdfium.FPDF_ERR_SECURITY and b"/Encrypt" in content:
        return "encrypted in a way that is not supported"
    if _NO_PAGES.search(content):
        return EMPTY
    if b"/BrotliDecode" in content:
        return "compressed with Brotli, which is not supported in PDFs yet"
    return BROKEN


def _repaired(content: bytes) -> pypdfium2.PdfDocument | None:
    """The document with a new trailer, which is what pdfium cannot do without."""
    catalog = _CATALOG.search(content)
    if catalog is None:
        return None
    # The object that the catalog is in begins last before it.
    heads = deque(_OBJECT.finditer(content, 0, catalog.start()), maxlen=1)
    if not heads:
        return None
    trailer = b"\ntrailer\n<< /Root %s %s R >>\nstartxref\n0\n%%%%EOF\n" % heads[0].groups()
    try:
        return pypdfium2.PdfDocument(content + trailer)
    except pypdfium2.PdfiumError:
        return None
