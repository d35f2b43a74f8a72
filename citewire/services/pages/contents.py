"""What the file of a PDF says of its pages: how large they are, and its own table of contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pypdfium2

from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.pdf.file import PDFIUM, open_pdf

MOST_ENTRIES = 2000
MOST_SIZES = 10_000
MAX_DEPTH = 6
MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class FileEntry:
    """An entry of the table of contents of a file; `level` is 0 at the top."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class FileContents:
    """Width and height of each page as displayed, in points, and the table of contents."""

    sizes: Sequence[tuple[float, float]] = ()
    entries: Sequence[FileEntry] = ()


def read_file_contents(path: Path) -> FileContents:
    """Read what the PDF at `path` says of its pages.

    Raises:
        UnreadableDocument, pypdfium2.PdfiumError: it cannot be opened.
    """
    with PDFIUM, open_pdf(path) as document:
        sizes = [_size(document, at) for at in range(min(len(document), MOST_SIZES))]
        marks = islice(document.get_toc(max_depth=MAX_DEPTH), MOST_ENTRIES)
        entries = [entry for mark in marks if (entry := _entry(mark, len(document)))]
    return FileContents(sizes, entries)


def _size(document: pypdfium2.PdfDocument, at: int) -> tuple[float, float]:
    width, height = document.get_page_size(at)
    return round(width, 1), round(height, 1)


def _entry(mark: pypdfium2.PdfBookmark, pages: int) -> FileEntry | None:
    """None where it leads to no page, or says nothing."""
    place = mark.get_dest()
    at = None if place is None else place.get_index()
    title = clean_line(mark.get_title())[:MAX_TITLE]
    if at is None or not 0 <= at < pages or not title:
        return None
    return FileEntry(title, mark.level, at + 1)
