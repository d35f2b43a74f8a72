"""Office files: which format an archive is, what libraries raise, what properties tell."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from lxml import etree

from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.dates import iso_date
from citewire.services.reading.formats import FORMATS, Format
from citewire.services.reading.office_xml import local_name
from citewire.services.reading.package import OfficePackage

MAX_PROPERTY = 300
"""So many characters of a property are taken."""
_TEMPLATES = (date(2013, 1, 27), date(2013, 12, 23))
"""Of widely used libraries: what they write bears these days, whenever it was written."""

_BY_TYPE = {row.archive_type: row for row in FORMATS if row.archive_type}


def archive_format(path: Path) -> Format:
    """Tell the format of the archive at `path` by its main part; little is unpacked.

    Raises:
        UnreadableDocument: it is of none, encrypted, broken or too large when unpacked.
    """
    with OfficePackage.open(path) as package:
        row = _BY_TYPE.get(package.kind)
    if row is None:
        *known, last = (row.label for row in _BY_TYPE.values())
        raise UnreadableDocument(
            f"not a report: a zip archive, but no {', '.join(known)} or {last} file"
        )
    return row


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


@dataclass(frozen=True, slots=True)
class OfficeProperties:
    """What an Office file says of itself.

    Args:
        title: that it claims; empty if none.
        date: when it was made or changed, as an ISO date.
        others: subject, author, category, company, and the title, which may be no title.
    """

    title: str
    date: str | None
    others: tuple[str, ...]


def office_properties(package: OfficePackage) -> OfficeProperties:
    """Read the properties of an Office file."""
    said = _told(package, "core-properties")
    company = _told(package, "extended-properties").get("Company", "")
    moments = (_moment(said.get(name, "")) for name in ("created", "modified"))
    told = (said.get(name, "") for name in ("subject", "creator", "category", "title"))
    others = (clean_line(one[:MAX_PROPERTY]) for one in (*told, company))
    title = said.get("title", "")
    return OfficeProperties(title, property_date(*moments), tuple(filter(None, others)))


def _told(package: OfficePackage, kind: str) -> dict[str, str]:
    name = package.related("", kind)
    root = package.xml(name) if name else None
    return {local_name(element): element.text or "" for element in (() if root is None else root)}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None
