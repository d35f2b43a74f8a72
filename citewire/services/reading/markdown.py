"""Markdown: headings, paragraphs, lists, code and tables, without the marks."""

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from citewire.content.report import Report
from citewire.services.reading.dates import iso_date
from citewire.services.reading.encoding import read_text
from citewire.services.reading.flow import FlowBlock, flow_report, table_part

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(---|\.\.\.)[ \t]*(\n|\Z)", re.DOTALL)


def read_markdown(path: Path) -> Report:
    """Read the Markdown file at `path`, put on pages of about 3,000 characters.

    Title and date are taken from its front matter where it has one.

    Raises:
        UnreadableDocument: it cannot be opened, is too large, empty or no text.
    """
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT_MATTER.match(text)
    entries = _entries(front[1]) if front else {}
    tokens = MarkdownIt("commonmark").enable("table").parse(text[front.end() :] if front else text)
    return flow_report(
        path,
        _parts(tokens),
        title=entries.get("title", ""),
        date=iso_date(entries.get("date", "")),
    )


def _entries(front_matter: str) -> dict[str, str]:
    """The plain entries of front matter; what is nested is of no use here."""
    lines = (line.partition(":") for line in front_matter.split("\n"))
    return {key: value.strip().strip("\"'") for key, _, value in lines}


def _parts(tokens: list[Token]) -> Iterator[FlowBlock]:
    heading, item = False, False
    rows: list[list[str]] = []
    in_table = False
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            heading = token.nesting > 0
        elif token.type == "list_item_open":
            item = True
        elif token.type == "table_open":
            in_table, rows = True, []
        elif token.type == "table_close":
            in_table = False
            yield table_part(rows)
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and in_table:
            rows[-1].append(_plain(token))
        elif token.type == "inline":
            yield FlowBlock("heading" if heading else "text", "• " * item + _plain(token))
            item = False
        elif token.type in ("fence", "code_block"):
            yield FlowBlock("text", token.content)


def _plain(inline: Token) -> str:
    parts = []
    for token in inline.children or []:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "image":
            parts.append(_plain(token))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)
