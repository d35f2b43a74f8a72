"""Any report read: the format is told by the content first, then by the file name's ending."""

import re
from collections.abc import Callable
from pathlib import Path

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.docx import read_docx
from citewire.services.reading.head import read_head
from citewire.services.reading.html import read_html
from citewire.services.reading.markdown import read_markdown
from citewire.services.reading.office import office_suffix
from citewire.services.reading.pdf.ocr import OcrMode
from citewire.services.reading.pdf.read import read_pdf
from citewire.services.reading.plain import read_plain
from citewire.services.reading.pptx import read_pptx

_READERS: dict[str, Callable[[Path], Report]] = {
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
}
_OFFICE = {".docx": "Word", ".pptx": "PowerPoint"}
_ZIP = b"PK\x03\x04"
_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"
"""Old Word and PowerPoint files, and new ones that are encrypted."""


def read_report(
    path: Path, *, ocr: OcrMode = "auto", on_ocr: Callable[[], None] = lambda: None
) -> Report:
    """Read the file at `path`; blocks, so call it off the event loop.

    Args:
        path: of the file.
        ocr: whether pages of a PDF without text (`auto`), all pages (`force`) or none (`off`)
            are read from their image with tesseract, where that is installed.
        on_ocr: called after each page that was, which may take a minute.

    Raises:
        UnreadableDocument: the file is encrypted, broken, empty, too large when unpacked, has no
            text or is of no known format; the message says which.
    """
    head = read_head(path)
    suffix = path.suffix.lower()
    # A PDF may begin with other bytes, but its name then says that it is one.
    if b"%PDF-" in (head if suffix == ".pdf" else head[:8]) or suffix == ".pdf":
        return read_pdf(path, ocr=ocr, on_ocr=on_ocr)
    if head.startswith(_OLE):
        raise UnreadableDocument(
            "encrypted, or in the old format of Word or PowerPoint (before 2007): "
            "save it as .docx, .pptx or PDF without a password"
        )
    if head.startswith(_ZIP):
        return _READERS[office_suffix(path)](path)
    if suffix in _OFFICE:
        raise UnreadableDocument(f"not a {_OFFICE[suffix]} file: it does not begin like one")
    if _HTML.match(head):
        return read_html(path)
    return _READERS.get(suffix, read_plain)(path)
