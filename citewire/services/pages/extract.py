"""Single pages of stored PDFs and pictures, each a PDF of its own: it opens at once."""

import io
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import anyio
import pypdfium2

from citewire.errors import PageNotFound, UnreadableDocument
from citewire.services.pages.contents import FileContents, read_file_contents
from citewire.services.pages.original import find_file
from citewire.services.reading.formats import PDF, PICTURE, Format, named_format
from citewire.services.reading.pdf.file import PDFIUM, open_pdf
from citewire.storage.library.documents import DocumentRecord

MAX_PAGE_BYTES = 24 * 2**20
"""A larger page is not made; scans at 600 dpi stay below."""

KEPT_BYTES = 32 * 2**20
"""Of the pages that were asked for last; who reads on and back gets them from here."""

MOST_CONTENTS = 20
"""Documents of which it is kept what their files say of their pages."""


class PageFiles:
    """Makes pages, one at a time, and keeps the latest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._size = 0
        self._contents: OrderedDict[str, FileContents] = OrderedDict()
        # pdfium does one thing at a time: who waits for it shall not hold a thread.
        self._turn = anyio.Lock()

    async def page(self, record: DocumentRecord, number: int) -> bytes:
        """Page `number`, from 1, of a document as a PDF.

        Raises:
            PageNotFound: the document has no pages to be seen, or no such page, is not there any
                more, or the page cannot be read or is too large; the message says which.
        """
        if number > record.pages:
            raise PageNotFound(f"the document has {record.pages} pages, there is no page {number}")
        async with self._turn:
            key = record.doc_id, number
            if key not in self._kept:
                self._keep(key, await _cut_out(record, number))
            self._kept.move_to_end(key)
            return self._kept[key]

    async def contents(self, record: DocumentRecord) -> FileContents:
        """What the file of a document says of its pages; nothing if it is no PDF, or not there."""
        path = await find_file(record)
        if path is None or named_format(path) is not PDF:
            return FileContents()
        async with self._turn:
            if record.doc_id not in self._contents:
                try:
                    found = await anyio.to_thread.run_sync(read_file_contents, path)
                except (pypdfium2.PdfiumError, UnreadableDocument):
                    found = FileContents()
                self._contents[record.doc_id] = found
                if len(self._contents) > MOST_CONTENTS:
                    self._contents.popitem(last=False)
            return self._contents[record.doc_id]

    def _keep(self, key: tuple[str, int], content: bytes) -> None:
        self._kept[key] = content
        self._size += len(content)
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)


async def _cut_out(record: DocumentRecord, number: int) -> bytes:
    path = await find_file(record)
    if path is None:
        raise PageNotFound(f"the file of document {record.doc_id} is not there any more")
    make = _MAKERS.get(named_format(path))
    if make is None:
        raise PageNotFound("only PDFs and pictures have pages that can be shown one by one")
    try:
        content = await anyio.to_thread.run_sync(make, path, number)
    except (pypdfium2.PdfiumError, UnreadableDocument) as error:
        raise PageNotFound(f"page {number} cannot be read") from error
    if len(content) > MAX_PAGE_BYTES:
        raise PageNotFound(f"page {number} is too large to be shown alone: open the whole file")
    return content


def _picture_page(path: Path, number: int) -> bytes:
    # Loaded when the first is asked for: it brings a library of its own.
    from citewire.services.reading.image import picture_pdf

    return picture_pdf(path, number)


def _page_of(path: Path, number: int) -> bytes:
    made = io.BytesIO()
    with PDFIUM, open_pdf(path) as document, pypdfium2.PdfDocument.new() as single:
        single.import_pages(document, [number - 1])
        single.save(made)
    return made.getvalue()


_MAKERS: Mapping[Format | None, Callable[[Path, int], bytes]] = {
    PDF: _page_of,
    PICTURE: _picture_page,
}


def has_pages(path: Path) -> bool:
    """Whether the file at `path` is of a format whose pages can be shown one by one."""
    return named_format(path) in _MAKERS
