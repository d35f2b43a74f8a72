"""Plain text: paragraphs and tables between empty lines; a form feed begins a page."""

import re
from collections.abc import Iterator
from pathlib import Path

from citewire.content.report import Report
from citewire.services.reading.encoding import read_text
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.plain_tables import table_of

_EMPTY_LINE = re.compile(r"\n[ \t]*\n")


def read_plain(path: Path) -> Report:
    """Read the text at `path`, put on pages of about 3,000 characters if it has no form feeds.

    Raises:
        UnreadableDocument: it cannot be opened, is too large, empty or no text.
    """
    read = read_text(path)
    return flow_report(path, _parts(read.text), notes=read.notes)


def _parts(text: str) -> Iterator[FlowBlock]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, page in enumerate(text.split("\f")):
        if number:
            yield FlowBlock("text", "", page_break=True)
        for paragraph in _EMPTY_LINE.split(page):
            text = paragraph.strip("\n")
            yield table_of(text) or FlowBlock("text", text)
