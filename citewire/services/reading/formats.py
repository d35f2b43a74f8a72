"""The formats of reports, one row each: whoever needs to know of a format asks this table.

A new format takes its module and a row here. The web client's list (`npm run types`) and the table
in the docs (`python -m tests.docs_blocks`) are made from it; tests say when they are not current.

The readers are named and not imported, since the libraries that they need are heavy and most
processes only look at names. `read.py` loads them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One format.

    Args:
        label: its name for people.
        media_types: by the endings of its files, which are in lower case.
        reader: module and function that read a file of it, as `pkgutil.resolve_name` takes them.
        begins: what only files of it begin with, whatever they are called.
        archive_type: if its files are zip archives, the media type of what is in them, as
            `OfficePackage.kind` tells it.
        look: module and function that tell without OCR whether a file of it can be read, of a
            format whose reader can read pages from their image.
        states_date: whether the date that its reader tells was written for people to read.
    """

    label: str
    media_types: Mapping[str, str]
    reader: str
    begins: re.Pattern[bytes] | None = None
    archive_type: str = ""
    look: str = ""
    states_date: bool = False

    @property
    def takes_ocr(self) -> bool:
        """Whether its reader can read pages from their image."""
        return bool(self.look)


PDF: Final = Format(
    "PDF",
    {".pdf": "application/pdf"},
    "citewire.services.reading.pdf.read:read_pdf",
    begins=re.compile(rb".{0,3}%PDF-", re.DOTALL),
    look="citewire.services.reading.pdf.read:look_at_pdf",
)
PICTURE: Final = Format(
    "pictures",
    {
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".tif": "image/tiff",
        ".tiff": "image/tiff",
        ".webp": "image/webp",
        ".bmp": "image/bmp",
        ".gif": "image/gif",
    },
    "citewire.services.reading.image:read_image",
    begins=re.compile(
        rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\x00|MM\x00\*|GIF8[79]a"
        rb"|RIFF.{4}WEBPVP8|BM.{4}\x00{4}",
        re.DOTALL,
    ),
    look="citewire.services.reading.image:look_at_image",
)
POWERPOINT: Final = Format(
    "PowerPoint",
    {
        ".pptx": f"{_OFFICE}presentationml.presentation",
        ".pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        ".ppsx": f"{_OFFICE}presentationml.slideshow",
        ".ppsm": "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
        ".potx": f"{_OFFICE}presentationml.template",
        ".potm": "application/vnd.ms-powerpoint.template.macroEnabled.12",
    },
    "citewire.services.reading.pptx:read_pptx",
    archive_type=f"{_OFFICE}presentationml.presentation",
)
PLAIN: Final = Format(
    "text",
    {".txt": "text/plain", ".text": "text/plain"},
    "citewire.services.reading.plain:read_plain",
)
OLD_EXCEL: Final = Format(
    "old Excel",
    {".xls": "application/vnd.ms-excel"},
    "citewire.services.reading.sheets.binary:read_binary",
)
DELIMITED: Final = Format(
    "CSV",
    {".csv": "text/csv", ".tsv": "text/tab-separated-values"},
    "citewire.services.reading.sheets.delimited:read_delimited",
)

FORMATS: Final = (
    PDF,
    Format(
        "Word",
        {
            ".docx": f"{_OFFICE}wordprocessingml.document",
            ".docm": "application/vnd.ms-word.document.macroEnabled.12",
            ".dotx": f"{_OFFICE}wordprocessingml.template",
            ".dotm": "application/vnd.ms-word.template.macroEnabled.12",
        },
        "citewire.services.reading.word.read:read_docx",
        archive_type=f"{_OFFICE}wordprocessingml.document",
    ),
    POWERPOINT,
    Format(
        "Excel",
        {
            ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
            ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
            ".xltx": f"{_OFFICE}spreadsheetml.template",
            ".xltm": "application/vnd.ms-excel.template.macroEnabled.12",
        },
        "citewire.services.reading.sheets.xlsx:read_xlsx",
        archive_type=f"{_OFFICE}spreadsheetml.sheet",
    ),
    Format(
        "binary Excel",
        {".xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12"},
        "citewire.services.reading.sheets.binary:read_binary",
        archive_type="application/vnd.ms-excel.sheet.binary.macroenabled.12",
    ),
    OLD_EXCEL,
    Format(
        "OpenDocument sheet",
        {".ods": f"{_OPEN}spreadsheet"},
        "citewire.services.reading.sheets.ods:read_ods",
        archive_type=f"{_OPEN}spreadsheet",
    ),
    DELIMITED,
    Format(
        "HTML",
        {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml"},
        "citewire.services.reading.html:read_html",
        begins=re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", re.IGNORECASE),
        states_date=True,
    ),
    Format(
        "Markdown",
        {".md": "text/markdown", ".markdown": "text/markdown"},
        "citewire.services.reading.markdown:read_markdown",
        states_date=True,
    ),
    PLAIN,
    PICTURE,
)
"""All of them, in the order in which they are named to people."""

_INSTEAD: Final = {
    ".doc .dot .wps .wpd .rtf .odt .ott .fodt .pages .docm .dotx .dotm": "save it as .docx or PDF",
    ".ppt .pps .pot .odp .otp .key": "save it as .pptx or PDF",
    ".xlt .ots .fods .numbers": "save it as .xlsx or PDF",
    ".eml .msg .mht .mhtml .epub .mobi .azw .azw3 .djvu .ps .xps .oxps .tex .vsd .vsdx": (
        "print it to PDF"
    ),
    ".heic .heif .avif .jp2 .svg": "a picture: save it as PNG or JPEG",
    ".zip .7z .rar .tar .gz .tgz .bz2 .xz": "an archive: unpack it",
    ".json .jsonl .ndjson .xml .yaml .yml .log .rst .adoc .asc .ini .srt .vtt": (
        "if people read it as text, name it .txt"
    ),
}
_OLD: Final = {".doc": "Word", ".dot": "Word", ".ppt": "PowerPoint", ".pps": "PowerPoint"}
_ADVICE: Final = {ending: said for endings, said in _INSTEAD.items() for ending in endings.split()}

_BY_SUFFIX: Final = {suffix: row for row in FORMATS for suffix in row.media_types}

SUFFIXES: Final = tuple(_BY_SUFFIX)
"""Endings of the names of files that are ingested, in lower case."""


def named_format(path: PurePath) -> Format | None:
    """Tell the format of the file at `path` by its name alone."""
    return _BY_SUFFIX.get(path.suffix.lower())


def why_not_read(ending: str) -> str:
    """Tell why files with `ending` (in small letters, with its dot) are not read, and a remedy.

    Advice is given only for what can be saved in a format of the table.
    """
    if not ending:
        return "its name has no ending that tells its format: give it one, as .pdf or .txt"
    old = f"the old format of {_OLD[ending]} (before 2007)" if ending in _OLD else ""
    advice = _ADVICE.get(ending, "")
    if (wanted := re.search(r"\.\w+", advice)) and wanted[0] not in _BY_SUFFIX:
        advice = "save it as PDF"
    return ": ".join(filter(None, (old or "its format is not read", advice)))


def media_type(path: PurePath) -> str:
    """Tell the media type of the file at `path` by its name alone."""
    row = named_format(path)
    if row is None:
        return "application/octet-stream"
    return row.media_types[path.suffix.lower()]
