"""Pages and tables as Markdown, for people and models to read."""

import re
from collections.abc import Iterable

from citewire.content.report import Block, Page
from citewire.content.table import Table, rows_of, rows_span

_MARKS = re.compile(r"([\\|])")


def table_markdown(table: Table, text: str) -> str:
    """`table`, which stands in `text`, as a Markdown table.

    Markdown knows one row of heads, so that what else is a head stands in the rows below it. A
    table without heads has an empty row of them.
    """
    rows = [_row(cells) for cells in rows_of(table, text)]
    rule = f"|{'---|' * table.columns}"
    if not table.header_rows:
        rows.insert(0, _row([""] * table.columns))
    return "\n".join([rows[0], rule, *rows[1:]])


def page_markdown(page: Page) -> str:
    """The text of `page` without what is withheld, its headings and tables marked as such."""
    parts = []
    for block in page.blocks or (Block("text", 0, len(page.text)),):
        if block.table is None:
            text = _without_withheld(page, block.start, block.end).strip("\n")
            is_heading = block.kind == "heading" and text
            parts.append(f"## {' '.join(text.split())}" if is_heading else text)
        else:
            first, end = rows_span(block.table, block.start)
            parts.append(_without_withheld(page, block.start, first).strip())
            parts.append(table_markdown(block.table, page.text))
            parts.append(_without_withheld(page, end, block.end).strip())
    return "\n\n".join(part for part in parts if part)


def _without_withheld(page: Page, start: int, end: int) -> str:
    pieces: list[str] = []
    position = start
    for stretch in page.withheld:
        if stretch.end > start and stretch.start < end:
            pieces.append(page.text[position : max(stretch.start, position)])
            position = max(position, stretch.end)
    return "".join([*pieces, page.text[position:end]])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_MARKS.sub(r"\\\1", cell) for cell in cells) + " |"
