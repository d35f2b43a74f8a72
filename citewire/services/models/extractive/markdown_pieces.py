"""Some rows of a table as Markdown, each with the marker of the source in a column of its own."""

import re
from collections.abc import Iterable, Sequence

from citewire.content.table import Table

MOST_COLUMNS, MOST_CHARS = 6, 120
"""Of a piece of a table: columns, and characters of a cell."""

_HARMLESS = str.maketrans("|[]", "/⟨⟩")
"""A footnote in square brackets would read as a marker of ours."""
_AFTER_SIGN = re.compile(r"(?<=[$€£¥₹])\s+(?=[\d(])|(?<=\d)\s+(?=%)")


def piece_of(heads: Sequence[str], rows: Sequence[Sequence[str]], number: int) -> str:
    """Rows below their heads as Markdown, each with the marker of source `number`."""
    lines = [[*map(_cell, heads), ""], ["---"] * (len(heads) + 1)]
    lines += [[*map(_cell, row), f"[{number}]"] for row in rows if any(row)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def heads_of(table: Table, grid: Sequence[Sequence[str]]) -> list[str]:
    """What stands above each column of a table."""
    return [
        _joined(grid[row][at] for row in range(table.header_rows)) for at in range(table.columns)
    ]


def figure_plain(text: str) -> str:
    """A figure as it is written, without the space behind its sign."""
    return _AFTER_SIGN.sub("", " ".join(text.split()))


def _joined(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, (" ".join(one.split()) for one in words))))


def _cell(text: str) -> str:
    plain = figure_plain(text).translate(_HARMLESS)
    return plain if len(plain) <= MOST_CHARS else f"{plain[:MOST_CHARS]} …"
