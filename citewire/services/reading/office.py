"""Office files are zip archives of XML: what is in one is checked before anything is unpacked."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from lxml import etree

from citewire.errors import UnreadableDocument
from citewire.services.reading.dates import iso_date
from citewire.services.reading.formats import FORMATS, Format

MAX_UNPACKED = 500_000_000
"""Bytes of all parts; the libraries hold them all, images too."""

MAX_XML = 60_000_000
"""Bytes of one XML part, which takes some ten times as much when parsed."""

MAX_PARTS = 20_000

_TEMPLATES = (date(2013, 1, 27), date(2013, 12, 23))
"""Of widely used libraries: what they write bears these days, whenever it was written."""

_MAIN_PARTS = {row.archive_part: row for row in FORMATS if row.archive_part}


def archive_format(path: Path) -> Format:
    """Tell the format of the archive at `path` by what it holds; nothing is unpacked.

    Raises:
        UnreadableDocument: it is of none, encrypted, broken or too large when unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocument("the file is broken: it cannot be unpacked") from error
    found = {_MAIN_PARTS[part.filename] for part in parts if part.filename in _MAIN_PARTS}
    if not found:
        known = " or ".join(row.label for row in _MAIN_PARTS.values())
        raise UnreadableDocument(f"not a report: a zip archive, but no {known} file")
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableDocument("encrypted: it needs a password to be opened")
    if (
        len(parts) > MAX_PARTS
        or sum(part.file_size for part in parts) > MAX_UNPACKED
        or any(part.file_size > MAX_XML for part in parts if _is_xml(part.filename))
    ):
        raise UnreadableDocument("too large when unpacked: it may be a zip bomb")
    return found.pop()


@contextmanager
def broken_if_refused() -> Iterator[None]:
    """What the libraries raise on broken files, as our own error.

    They check little, so that a missing part shows as any of these.
    """
    try:
        yield
    except (
        zipfile.BadZipFile,
        etree.LxmlError,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        IndexError,
        NotImplementedError,
        OSError,
        EOFError,
    ) as error:
        raise UnreadableDocument("the file is broken: its structure cannot be read") from error


def property_date(*moments: datetime | None) -> str | None:
    """The first of the moments in an office file's properties that makes sense, as a date."""
    for moment in moments:
        if moment is not None and moment.date() not in _TEMPLATES:
            return iso_date(moment.date().isoformat())
    return None


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))
