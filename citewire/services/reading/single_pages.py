"""Single pages of a PDF, each as a PDF of its own."""

import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2

from citewire.errors import UnreadableDocument
from citewire.services.reading.pdf_file import open_pdf

_PDFIUM = threading.Lock()
"""pdfium may be in use by one thread of a process at a time."""


def single_pages(path: Path, numbers: Sequence[int]) -> dict[int, bytes]:
    """The pages of these numbers, from 1; those that the file does not have are left out.

    Each keeps its size, crop box and rotation. Blocks, also while other pages are made.

    Raises:
        UnreadableDocument: the file or a page cannot be read.
        OSError: the disk does not give the file.
    """
    if not numbers:
        return {}
    with _PDFIUM, open_pdf(path) as document:
        there = [number for number in numbers if 1 <= number <= len(document)]
        return {number: _single(document, number) for number in there}


def _single(document: pypdfium2.PdfDocument, number: int) -> bytes:
    content = BytesIO()
    try:
        with pypdfium2.PdfDocument.new() as page:
            page.import_pages(document, [number - 1])
            page.save(content)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(f"page {number} cannot be copied") from error
    return content.getvalue()
