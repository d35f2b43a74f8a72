"""Files that a Word file takes in as they are (`altChunk`): pages of HTML, texts, Word files."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from pkgutil import resolve_name
from tempfile import TemporaryDirectory
from typing import Any

from citewire.content.report import Block, Page, Report
from citewire.content.table import Grid, GridCell, PlacedCell, Table, rows_of, rows_span
from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.formats import named_format
from citewire.services.reading.word.file import WordFile
from citewire.services.reading.word.names import RELATION

_ENDINGS = (
    ("xhtml", ".xhtml"), ("html", ".html"), ("text/plain", ".txt"), ("wordprocessingml", ".docx"),
    ("ms-word", ".docx"), ("rfc822", ".mht"), ("multipart/related", ".mht"),
)  # fmt: skip
"""By what stands in the media type."""

_READ = (".html", ".htm", ".xhtml", ".txt", ".text", ".docx", ".docm", ".dotx", ".dotm")


def included_parts(element: Any, file: WordFile, part: str) -> Iterator[FlowBlock]:
    """The blocks of the file that `element`, in the part `part`, takes in."""
    relation = file.package.relations(part).get(element.get(f"{RELATION}id") or "")
    data = file.package.data(relation.target) if relation and relation.is_there else None
    blocks = None
    if relation and not file.first_time(relation.target):
        return
    if relation is not None and data is not None:
        media_type = file.package.media_type(relation.target).lower()
        ending = next((end for word, end in _ENDINGS if word in media_type), "")
        blocks = file.include(data, ending or Path(relation.target).suffix)
    if blocks is None:
        file.unread.included += 1
    yield from blocks or ()


def read_included(data: bytes, ending: str) -> list[FlowBlock] | None:
    """The blocks of a file, Word files apart; None if it cannot be read.

    Args:
        data: its bytes.
        ending: of its name.
    """
    if ending in (".mht", ".mhtml"):
        data, ending = _page_of_mail(data), ".html"
    row = named_format(Path(f"included{ending}"))
    if row is None or ending not in _READ:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"included{ending}"
        path.write_bytes(data)
        try:
            report: Report = resolve_name(row.reader)(path)
        except UnreadableDocument:
            return None
    return [block for page in report.pages for block in _blocks(page)]


def _page_of_mail(data: bytes) -> bytes:
    """The page of an archive of a web page, as browsers save them."""
    for part in message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else b""
    return b""


def _blocks(page: Page) -> Iterable[FlowBlock]:
    withheld = {(stretch.start, stretch.end) for stretch in page.withheld}
    for block in page.blocks:
        text = page.text[block.start : block.end]
        if block.table is None:
            hidden = (block.start, block.end) in withheld
            yield FlowBlock(block.kind, text, hidden=hidden)
        else:
            yield _table(block, block.table, page)


def _table(block: Block, table: Table, page: Page) -> FlowBlock:
    rows = list(rows_of(table, page.text))
    cells = (
        PlacedCell(
            cell.row,
            cell.column,
            GridCell(rows[cell.row][cell.column], cell.rows, cell.columns),
        )
        for cell in table.cells
    )
    grid = Grid(table.rows, table.columns, tuple(cells), table.header_rows, table.header_columns)
    caption = page.text[block.start : rows_span(table, block.start)[0]]
    return FlowBlock("table", caption.strip(), grid=replace(grid, continues=table.continues))
