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


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One format.

    Args:
        label: its name for people.
        media_types: by the endings of its files, which are in lower case.
        reader: module and function that read a file of it, as `pkgutil.resolve_name` takes them.
        begins: what only files of it begin with, whatever they are called.
        archive_part: if its files are zip archives, the part that others do not have.
        takes_ocr: whether its reader can read pages from their image.
        states_date: whether the date that its reader tells was written for people to read.
    """

    label: str
    media_types: Mapping[str, str]
    reader: str
    begins: re.Pattern[bytes] | None = None
    archive_part: str = ""
    takes_ocr: bool = False
    states_date: bool = False


PDF: Final = Format(
    "PDF",
    {".pdf": "application/pdf"},
    "citewire.services.reading.pdf.read:read_pdf",
    begins=re.compile(rb".{0,3}%PDF-", re.DOTALL),
    takes_ocr=True,
)
PLAIN: Final = Format(
    "text",
    {".txt": "text/plain", ".text": "text/plain"},
    "citewire.services.reading.plain:read_plain",
)

FORMATS: Final = (
    PDF,
    Format(
        "Word",
        {".docx": f"{_OFFICE}wordprocessingml.document"},
        "citewire.services.reading.docx:read_docx",
        archive_part="word/document.xml",
    ),
    Format(
        "PowerPoint",
        {".pptx": f"{_OFFICE}presentationml.presentation"},
        "citewire.services.reading.pptx:read_pptx",
        archive_part="ppt/presentation.xml",
    ),
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
)
"""All of them, in the order in which they are named to people."""

_BY_SUFFIX: Final = {suffix: row for row in FORMATS for suffix in row.media_types}

SUFFIXES: Final = tuple(_BY_SUFFIX)
"""Endings of the names of files that are ingested, in lower case."""


def named_format(path: PurePath) -> Format | None:
    """Tell the format of the file at `path` by its name alone."""
    return _BY_SUFFIX.get(path.suffix.lower())


def media_type(path: PurePath) -> str:
    """Tell the media type of the file at `path` by its name alone."""
    row = named_format(path)
    if row is None:
        return "application/octet-stream"
    return row.media_types[path.suffix.lower()]
