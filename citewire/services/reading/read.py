"""Any report read: the format is told by the content first, then by the file name's ending."""

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from citewire.content.report import Report
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
from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.services.reading.office import archive_format
from citewire.services.reading.ole import SIGNATURE, ole_format
from citewire.services.reading.raw import read_head
from citewire.services.reading.stated_dates import with_stated_date
from citewire.services.reading.table_heads import with_table_heads

# Loaded here and now: the processes that read are forked of one that has imported this module.
_READERS: dict[Format, Callable[..., Report]] = {row: resolve_name(row.reader) for row in FORMATS}
_ZIP = b"PK\x03\x04"
_WORKBOOK_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"


def read_report(
    path: Path,
    *,
    ocr: OcrMode = "auto",
    engine: OcrChoice = DEFAULT,
    on_ocr: Callable[[], None] = lambda: None,
) -> Report:
    """Read the file at `path`; blocks, so call it off the event loop.

    Args:
        path: of the file.
        ocr: whether pages of a PDF without usable text (`auto`), all pages (`force`) or none
            (`off`) are read from their picture; files that are pictures are, unless `off`.
        engine: which OCR reads them.
        on_ocr: called after each page that was, which may take a minute.

    Raises:
        UnreadableDocument: the file is encrypted, broken, empty, too large when unpacked, has no
            text or a name of no known format; the message says which.
    """
    row = format_of(path)
    options: dict[str, Any] = {"ocr": ocr, "engine": engine, "on_ocr": on_ocr}
    read = _READERS[row](path, **(options if row.takes_ocr else {}))
    report = with_table_heads(read)
    # What a web page or a Markdown file says of itself was written for its readers.
    return report if row.states_date and report.date else with_stated_date(report)


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
        return archive_format(path)
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
