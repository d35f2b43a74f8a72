"""The format of a file: named by its ending, told by its content; no reader is loaded for that."""

from pathlib import Path
from pkgutil import resolve_name

from citewire.errors import UnreadableDocument
from citewire.services.reading.formats import (
    DELIMITED,
    FORMATS,
    OLD_EXCEL,
    PDF,
    Format,
    named_format,
    why_not_read,
)
from citewire.services.reading.ole import SIGNATURE, ole_format
from citewire.services.reading.raw import read_head

_ZIP = b"PK\x03\x04"
_WORKBOOK_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_ARCHIVES = "citewire.services.reading.office:archive_format"
"""Loaded for an archive only, with what parses XML: who watches a folder needs neither."""


def format_of(path: Path) -> Format:
    """Tell the format of the file at `path`; little of it is read.

    The ending of its name decides whether it is read at all, as for folders that are ingested, its
    content how: many a file is called what it is not.

    Raises:
        UnreadableDocument: it cannot be opened, is empty, no file of what it is called, or of a
            format that is not read; the message says which.
    """
    named = named_format(path)
    if named is None:
        raise UnreadableDocument(why_not_read(path.suffix.lower()))
    head = read_head(path)
    if named is PDF:  # it may begin with other bytes
        return PDF
    if head.startswith(SIGNATURE):
        return ole_format(path)
    if head.startswith(_ZIP):
        row: Format = resolve_name(_ARCHIVES)(path)
        return row
    told = next((row for row in FORMATS if row.begins and row.begins.match(head)), named)
    if _WORKBOOK_2003 in head:
        raise UnreadableDocument("in the XML format of Excel 2003: save it as .xlsx")
    if told is OLD_EXCEL:
        # Many programs call the tables that they export so; one in bytes it cannot be.
        return DELIMITED
    if named.archive_type and told is not PDF:
        article = "an" if named.label[0] in "AEIO" else "a"
        raise UnreadableDocument(f"not {article} {named.label} file: it does not begin like one")
    return told
