"""PDFs of which a part is lost: files that are cut off, and pages whose content cannot be read.

pdfium passes over what is missing without a word, so that a lost page looks like a blank one.
"""

import base64
import ctypes
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

END = b"%%EOF"

TAIL = 1024
"""Bytes at the end of a file, among which is its end mark."""

MOST_LOOKED = 50
"""So many pages without anything on them are looked at."""

MOST_COPIED = 4_000_000
"""Bytes of the copy of a page; its content stands near the beginning."""

_OBJECT = re.compile(rb"\b(\d{1,10})\s{1,9}\d{1,5}\s{1,9}obj\b")
_NEEDED = re.compile(rb"/(?:Contents|Kids)\s{0,9}\[?((?:\s{0,9}\d{1,10}\s{1,9}\d{1,5}\s{1,9}R\b)+)")
_REFERENCE = re.compile(rb"(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R")
_CONTENT = re.compile(rb"/Contents\s{0,9}\[?((?:\s{0,9}\d{1,10}\s{1,9}\d{1,5}\s{1,9}R\b)+)")
_FILTERS = re.compile(rb"/Filter\s{0,9}(?:\[([^\]]{0,200})\]|(/\w{1,40}))")
_LENGTH = re.compile(rb"/Length (\d{1,10})")


def is_cut_off(path: Path) -> bool:
    """Whether the PDF at `path` ends before all of it was written.

    One that lacks nothing but its table of objects or its end mark is whole.
    """
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        if END in file.read():
            return False
    content = path.read_bytes()
    last = max((found.start() for found in _OBJECT.finditer(content)), default=-1)
    if last > max(content.rfind(b"endobj"), content.rfind(END)):
        return True
    return misses_objects(content)


def misses_objects(content: bytes) -> bool:
    """Whether there are no pages, or no contents of pages, where a file says that there are."""
    if b"/ObjStm" in content:
        return False  # objects may be packed in others
    there = {int(found[1]) for found in _OBJECT.finditer(content)}
    needed = (
        int(reference[1])
        for found in _NEEDED.finditer(content)
        for reference in _REFERENCE.finditer(found[1])
    )
    return any(number not in there for number in needed)


class LostPages:
    """Tells pages that are blank from those whose content is lost."""

    def __init__(self, document: pypdfium2.PdfDocument, path: Path) -> None:
        self._document = document
        self._path = path
        self._misses: bool | None = None
        self._looked = 0

    def is_lost(self, index: int) -> bool:
        """Whether the page at `index`, on which pdfium finds nothing, had something on it."""
        if self._looked >= MOST_LOOKED:
            return False
        self._looked += 1
        copy = _copied(self._document, index)
        contents = _CONTENT.search(copy)
        if contents is None:
            # pdfium leaves out what leads nowhere.
            if self._misses is None:
                self._misses = misses_objects(self._path.read_bytes())
            return self._misses
        numbers = {int(found[1]) for found in _REFERENCE.finditer(contents[1])}
        return any(
            not _can_be_decoded(stream)
            for found in _OBJECT.finditer(copy)
            if int(found[1]) in numbers
            for stream in _stream_at(copy, found.end())
        )


def _stream_at(copy: bytes, start: int) -> Iterator[tuple[bytes, bytes]]:
    """The dictionary and the bytes of the stream that begins at `start`, if it is whole."""
    begin = copy.find(b"stream", start)
    length = _LENGTH.search(copy, start, max(begin, start))
    if begin < 0 or length is None:
        return
    data = copy[begin + 6 :].removeprefix(b"\r").removeprefix(b"\n")[: int(length[1])]
    if len(data) == int(length[1]):
        yield copy[start:begin], data


def _can_be_decoded(stream: tuple[bytes, bytes]) -> bool:
    entries, data = stream
    found = _FILTERS.search(entries)
    names = (found[1] or found[2]).split(b"/")[1:] if found else []
    try:
        for name in map(bytes.strip, names):
            if name == b"ASCII85Decode":
                data = base64.a85decode(data.split(b"~>")[0])
            elif name == b"FlateDecode":
                zlib.decompressobj().decompress(data, MOST_COPIED)
                return True
            else:
                return True
    except (ValueError, zlib.error):
        return False
    return True


def _copied(document: pypdfium2.PdfDocument, index: int) -> bytes:
    """The beginning of a PDF of one page, in which its content is written plainly."""
    parts: list[bytes] = []
    size = 0

    def write(_: Any, data: int, length: int) -> int:
        nonlocal size
        parts.append(ctypes.string_at(data, length))
        size += length
        return int(size < MOST_COPIED)

    writer = pdfium.FPDF_FILEWRITE(version=1)
    writer.WriteBlock = type(writer.WriteBlock)(write)
    with closing(pypdfium2.PdfDocument.new()) as copy:
        copy.import_pages(document, [index])
        pdfium.FPDF_SaveAsCopy(copy, writer, pdfium.FPDF_NO_INCREMENTAL)
    return b"".join(parts)
