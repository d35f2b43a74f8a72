"""Heads of tables, guessed: which rows and columns of a grid name the others."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from citewire.content.table import Grid

MAX_HEADER_ROWS = 4

MOST_LETTERS = 3
"""Of a date or a code."""

LONGEST_FIGURE = 60
"""Characters, with spaces, signs and marks."""

# All are matched without spaces. Units that heads of columns have as well are none of a figure
# here: 12 months, 20 mg.
_CURRENCY = (
    r"(?:[A-Z]{0,3}[$€£¥₹]|USD|EUR|GBP|JPY|CHF|CNY|RMB|CAD|AUD|NZD|HKD|SGD|INR|KRW|TWD|SEK|NOK|DKK"
    r"|ISK|PLN|CZK|HUF|RON|TRY|ILS|ZAR|BRL|MXN|ARS|CLP|COP|PEN|AED|SAR|THB|MYR|IDR|PHP|VND|RUB|UAH)"
)
_SCALE = r"(?:[Tt]housand|(?:[MBTmbt]|[Tt]r)illions?|crore|lakh|[Mm]io\.?|[Mm]rd\.?|mn|bn|tn)"
_UNIT = (
    rf"(?:[%‰x]|[kKMmT]?{_CURRENCY}|[Kk]r\.?|zł|Kč|Ft|euros?|dollars?|pp|bps?|p?pts?|pct"
    r"|per ?cent|(?:percentage)?points?)"
)
_FIGURE = re.compile(
    # "£000" tells of what the figures below it are.
    rf"(?![A-Z]{{0,3}}[$€£¥]000$)[(\[]?[-+−–~<>≈±]?(?P<money>[kKmMT]?{_CURRENCY})?[-−–(]?\d[\d.,'’]*+(?<!,)"
    rf"(?:{_SCALE}|(?(money)[kKmMBbT]))?{_UNIT}?[)\]]?%?(?:[*†‡]|\(\w\)|\[\w{{1,3}}\])*"
)
_NOTHING = re.compile(r"[-–—.*]*|n/?[am]\.?|nil", re.IGNORECASE)
_DASH = re.compile(r"[$€£¥] ?[-–—]")
DASHES = ("-", "–", "—")
"""Each stands alone in place of a figure."""
_NUMBER = re.compile(r"\(\d{1,2}\)")
_PERIOD = re.compile(
    r"(?:FY|CY|Q[1-4]|H[12]|[0-3]?\d,)?[/’']*+(?:19|20)\d\d(?:[-–/](?:\d\d){1,2})?[AEF]?"
    rf"(?:[kmt]?{_CURRENCY}(?:m|['’]?000)?)?(?:[*†‡]|\(\w\)|\[\w{{1,3}}\])*",
    re.IGNORECASE,
)
"""A year or a part of one, also with the currency of the figures below it, or the day before it
whose month stands above, and with marks of notes."""


def with_heads(grid: Grid) -> Grid:
    """`grid` with its heads guessed as far as it has none yet.

    Rows at the top without figures, years apart, are heads of columns if there are figures below;
    columns at the left of words are heads of rows if figures stand beside them.
    """
    texts = [[""] * grid.columns for _ in range(grid.rows)]
    for placed in grid.cells:
        for row in texts[placed.row : placed.row + placed.cell.rows]:
            columns = slice(placed.column, placed.column + placed.cell.columns)
            row[columns] = [placed.cell.text] * placed.cell.columns
    header_rows = grid.header_rows or _header_rows(texts)
    header_columns = grid.header_columns or _header_columns(texts[header_rows:], grid.columns)
    return replace(grid, header_rows=header_rows, header_columns=header_columns)


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure and nothing else, which a year is not."""
    return len(text) <= LONGEST_FIGURE and _is_figure(text)


def is_value(text: str) -> bool:
    """Whether a cell holds a figure, or a currency sign and a dash for one."""
    return is_figure(text) or _DASH.fullmatch(text) is not None


def is_period(text: str) -> bool:
    """Whether a cell holds a year or a part of one, and nothing else."""
    return len(text) <= LONGEST_FIGURE and _PERIOD.fullmatch(_packed(text)) is not None


def are_numbers(texts: Sequence[str]) -> bool:
    """Whether texts number columns: (1), (2), (3)."""
    numbers = [int(text[1:-1]) for text in texts if _NUMBER.fullmatch(text)]
    return 1 < len(numbers) == len(texts) and numbers == [*range(1, len(texts) + 1)]


@lru_cache(maxsize=4096)
def _is_figure(text: str) -> bool:
    # The columns of a table are asked for again and again.
    packed = _packed(text)
    return _FIGURE.fullmatch(packed) is not None and _PERIOD.fullmatch(packed) is None


def _packed(text: str) -> str:
    return "".join(text.split())


def _header_rows(texts: list[list[str]]) -> int:
    first = next((n for n, row in enumerate(texts) if _has_values(row[1:])), None)
    if first is None:
        for number, row in enumerate(texts[:-1][:MAX_HEADER_ROWS]):
            heads = [text for text in row[1:] if text]
            if not row[0] and len(heads) > 1 and all(map(is_period, heads)):
                # Below them are ranges, or words.
                return number + 1
        # Words alone: the first row is taken for the heads of a table of more.
        return 1 if len(texts) > 1 and all(texts[0][1:]) else 0
    # A row of one cell at its left is a subhead of the body, not a head of columns.
    while first > 0 and not any(texts[first - 1][1:]):
        first -= 1
    return min(first, MAX_HEADER_ROWS)


def _has_values(texts: Sequence[str]) -> bool:
    return any(map(is_value, texts)) and not are_numbers([text for text in texts if text])


def _header_columns(body: list[list[str]], columns: int) -> int:
    if not body or columns < 2:
        return 0
    rows = [row for row in body if sum(map(bool, row)) > 1]
    for column in range(columns):
        cells = [row[column] for row in body if not _NOTHING.fullmatch(_packed(row[column]))]
        tells = is_figure if column == 0 else _is_entry
        # What few rows have names none of them.
        is_sparse = column == 1 and sum(bool(row[column]) for row in rows) * 2 < len(rows)
        if is_sparse or sum(map(tells, cells)) * 2 > len(cells):
            return min(column, 2)
    return 1


def _is_entry(text: str) -> bool:
    """Whether a cell holds a figure, a date, a time, a code or what a formula gives: no name."""
    if is_figure(text) or text in ("TRUE", "FALSE") or text.startswith("#"):
        return True
    return sum(map(str.isalpha, text)) <= MOST_LETTERS and any(map(str.isdigit, text))
