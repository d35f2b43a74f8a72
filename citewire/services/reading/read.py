"""Any report read: the format is told by the content first, then by the file name's ending."""

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from citewire.content.report import Report
from citewire.services.reading.formats import FORMATS, Format
from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.services.reading.stated_dates import with_stated_date
from citewire.services.reading.table_heads import with_table_heads
from citewire.services.reading.told_format import format_of

# Loaded here and now: the processes that read are forked of one that has imported this module.
_READERS: dict[Format, Callable[..., Report]] = {row: resolve_name(row.reader) for row in FORMATS}


_LOOKS: dict[Format, Callable[..., None]] = {
    row: resolve_name(row.look) for row in FORMATS if row.look
}


def look_at(path: Path, *, ocr: OcrMode = "auto", engine: OcrChoice = DEFAULT) -> None:
    """Look whether the file at `path` can be read, without reading pictures; blocks.

    Args:
        path: of the file.
        ocr: as `read_report` will be told.
        engine: which OCR will read it.

    Raises:
        UnreadableDocument: as `read_report` would, unless OCR is what finds nothing.
    """
    row = format_of(path)
    if row in _LOOKS:
        _LOOKS[row](path, ocr=ocr, engine=engine)
    else:
        _READERS[row](path)


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
