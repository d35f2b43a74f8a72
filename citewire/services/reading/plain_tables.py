"""Tables in plain text, where it is certain that they are: lines that all have the same columns.

Cells are told apart by bars, tabs or semicolons, or stand below each other with spaces between.
"""

import re

from citewire.services.reading.flow import FlowBlock, table_part
from citewire.services.reading.heads import is_figure

MIN_LINES = 3
"""Of a table whose cells nothing but spaces, tabs or semicolons tell apart."""

LONGEST_CELL = 120
"""Characters; what is longer is a sentence."""

WIDEST = 400
"""Characters of a line whose columns are told apart by spaces."""

_RULE = re.compile(r"[\s|+:=_*.-]+")
_GAP = re.compile(r" {2,}")
_LIST_MARK = re.compile(r"(?:[-*•‣◦]|\(?\w{1,3}[.)])(?:\s|$)|$")


def table_of(paragraph: str) -> FlowBlock | None:
    """The table that `paragraph` is; None if it is not certain to be one."""
    lines = [line for line in paragraph.split("\n") if line.strip() and not _RULE.fullmatch(line)]
    for rows_of in (_by_bars, _by_tabs, _by_semicolons, _by_spaces):
        rows = rows_of(lines)
        if rows and max(len(cell) for row in rows for cell in row) <= LONGEST_CELL:
            return table_part(rows)
    return None


def _by_bars(lines: list[str]) -> list[list[str]]:
    rows = [line.strip().removeprefix("|").removesuffix("|").split("|") for line in lines]
    # A bar without spaces is a sign of a formula.
    is_spaced = all(" | " in line or line.lstrip().startswith("|") for line in lines)
    return _same(rows, 2) if is_spaced else []


def _by_tabs(lines: list[str]) -> list[list[str]]:
    rows = _same([line.split("\t") for line in lines], MIN_LINES)
    return rows if _is_data(rows) else []


def _by_semicolons(lines: list[str]) -> list[list[str]]:
    rows = _same([line.split(";") for line in lines], MIN_LINES)
    return rows if rows and len(rows[0]) > 2 and _is_data(rows) else []


def _by_spaces(lines: list[str]) -> list[list[str]]:
    """Rows whose cells are apart by a stretch that is empty in all lines."""
    lines = [line.expandtabs() for line in lines]
    if len(lines) < MIN_LINES or max(map(len, lines)) > WIDEST:
        return []
    borders = _gutters(lines)
    columns = list(zip([0, *borders], [*borders, None], strict=True))
    rows = [[line[start:end].strip() for start, end in columns] for line in lines]
    # A gap within a column is one of another table, or of prose.
    is_whole = not any(_GAP.search(cell) for row in rows for cell in row)
    return rows if borders and is_whole and _is_data(rows) else []


def _gutters(lines: list[str]) -> list[int]:
    """Where columns begin: behind two or more characters that are empty in all lines."""
    width = max(map(len, lines))
    filled = [False] * width
    for line in lines:
        for place, character in enumerate(line):
            if character != " ":
                filled[place] = True
    first = filled.index(True)
    return [
        place
        for place in range(first + 2, width)
        if filled[place] and not filled[place - 1] and not filled[place - 2]
    ]


def _same(rows: list[list[str]], least: int) -> list[list[str]]:
    """`rows` if there are enough, all with the same number of cells, two or more."""
    widths = {len(row) for row in rows}
    if len(rows) < least or len(widths) != 1 or widths == {1}:
        return []
    return [[cell.strip() for cell in row] for row in rows]


def _is_data(rows: list[list[str]]) -> bool:
    """Whether there is a column of figures beside one of words that are no marks of a list."""
    if not rows:
        return False
    columns = list(zip(*rows, strict=True))
    if all(_LIST_MARK.match(cell) for cell in columns[0]):
        return False
    return any(_is_of_figures(column) for column in columns[1:])


def _is_of_figures(column: tuple[str, ...]) -> bool:
    body = [cell for cell in column[1:] if cell]
    return len(body) * 2 >= len(column) - 1 and sum(map(is_figure, body)) * 3 >= 2 * len(body) > 0
