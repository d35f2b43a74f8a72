"""Where in rows of words another table begins: its caption, its unit line, its own heads.

Tables that stand directly below each other are often one grid in a file, or look like one on a
page. What stands over the first tells nothing of the second: read as one they would be figures
under a wrong head and in a wrong unit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from citewire.services.reading.heads import MAX_HEADER_ROWS, are_numbers, is_period, is_value
from citewire.services.reading.table_heads import is_caption, is_measure, is_unit_line

MAX_LINES = 3
"""Lines of one text each that may stand over the heads of a table: its title, a unit line."""

MAX_LOOK = MAX_LINES + MAX_HEADER_ROWS + 1
"""Rows below one in which the figures of a table begin."""

MIN_WORDS = 5
"""Of a sentence that says what follows; fewer are a subhead."""

MAX_HEAD = 80
SHORT = 20
"""Characters of a head, and of one that may end like a sentence."""

_OF_UNIT = re.compile(r"[(\[$€£¥]|(?:in|en|em|units?)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OF_PERIODS = re.compile(
    r"(?:for|as (?:of|at)|at|the|and|fiscal|financial|calendar|years?|months?|quarters?|weeks?"
    r"|days?|one|two|three|six|nine|twelve|thirteen|first|second|third|fourth|ended|ending|january"
    r"|february|march|april|may|june|july|august|september|october|november"
    r"|december|[\d\s,.:])++",
    re.IGNORECASE,
)
_TELLS_COLUMN = re.compile(
    r"(?:units?(?: of measure(?:ment)?)?|measures?|notes?(?: no\.?)?|ref(?:erence)?s?\.?|gri|change"
    r"|variation|var\.?|[%Δ+/±–-]{1,3}(?: change)?|change,? %|target|baseline|total|einheit|anhang"
    r"|unidad(?:es)?|unités?|notas?|unidade|unità)(?: \(%\))?",
    re.IGNORECASE,
)
_CONTINUED = re.compile(r"\b(?:continued|cont[.'’]?d|fortsetzung|suite|continuación)\b", re.I)
_BRACKETED = re.compile(r"\([^()]*\)")
_NOTE = re.compile(r"\(?(?:\d{1,2}|[a-z])\)\s|[*†‡§]|(?:sources?|notes?)\s?[:.]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowWords:
    """A row of a table, or a line of one text.

    Args:
        label: what stands at its left, over the labels of the rows; or its one text.
        others: what stands in other columns, without empty cells.
        is_parted: whether more space than between others is above it.
    """

    label: str
    others: tuple[str, ...] = ()
    is_parted: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """All that stands in it."""
        return (self.label, *self.others)

    @property
    def has_figures(self) -> bool:
        """Whether a figure stands in one of its columns."""
        return self.figures > 0

    @property
    def figures(self) -> int:
        """In how many of its columns one stands."""
        return 0 if are_numbers(self.others) else sum(map(is_value, self.others))


def find_starts(rows: Sequence[RowWords]) -> Iterator[tuple[int, bool]]:
    """Where other tables than the first begin, and whether their columns are those of the first.

    Before and after each of these rows are figures. The columns are the same if nothing but a unit
    line stands there: it tells of the figures below it, and the heads above hold for them unless
    these tell the unit, too.
    """
    if sum(bool(row.others) and is_caption(row.label) for row in rows) > 1:
        # A list of tables.
        return
    has_figures = tells_unit = False
    heads: set[tuple[str, ...]] = set()
    for number, row in enumerate(rows):
        if has_figures and _follow_figures(rows, number):
            is_unit = _is_unit(rows, number)
            if is_unit or _begins(rows, number, heads):
                yield number, is_unit and not tells_unit
                has_figures, heads = is_unit, heads if is_unit else set()
        has_figures = has_figures or row.has_figures
        if not has_figures:
            # A title among the heads may tell the unit of the first table, too.
            is_title = not row.others and ("(" in row.label or is_caption(row.label))
            tells_unit = tells_unit or is_title or any(map(is_unit_line, row.texts))
            heads |= {row.others} if row.others else set()


def _follow_figures(rows: Sequence[RowWords], number: int) -> bool:
    return any(row.has_figures for row in rows[number : number + MAX_LOOK])


def _begins(rows: Sequence[RowWords], number: int, heads: set[tuple[str, ...]]) -> bool:
    """Whether another table begins with a row, `heads` being those of the one above."""
    row, above = rows[number], rows[number - 1]
    if row.others:
        return above.has_figures and _are_heads(rows, number, heads, is_parted=row.is_parted)
    if is_caption(row.label):
        return _CONTINUED.search(row.label) is None
    if not above.has_figures or _NOTE.match(row.label):
        return False
    # A title over heads, or a sentence that says what follows.
    under = number
    while under < len(rows) and under - number < MAX_LINES and not rows[under].others:
        under += 1
    if under == len(rows) or not rows[under].others:
        return False
    is_told = any(_introduces(line.label) for line in rows[number:under])
    return (is_told and _may_be_heads(rows[under], any_label=True)) or _are_heads(
        rows, under, heads, is_parted=True
    )


def _introduces(line: str) -> bool:
    return line.endswith(":") and len(line.split()) >= MIN_WORDS


def _is_unit(rows: Sequence[RowWords], number: int) -> bool:
    """Whether a row is a unit line alone, right between figures."""
    row = rows[number]
    between = rows[number - 1].has_figures and rows[number + 1 : number + 2]
    return (
        bool(between)
        and not row.others
        and row.is_parted
        and rows[number + 1].has_figures
        # "Percent of sales:" is a label.
        and _OF_UNIT.match(row.label) is not None
        and is_unit_line(row.label)
    )


def _are_heads(
    rows: Sequence[RowWords], number: int, heads: set[tuple[str, ...]], *, is_parted: bool
) -> bool:
    """Whether rows from one on are heads of columns: periods, or words apart from what is above."""
    following = rows[number : number + MAX_LOOK]
    columns = next((row.figures for row in following if row.has_figures), 0)
    for row in rows[number : number + MAX_HEADER_ROWS]:
        if len(set(row.others)) > 1 and row.others in heads:
            return True
        if not _may_be_heads(row):
            return False
        if (is_parted or _tell_units(row)) and len(row.others) >= max(columns, 2):
            return True
        if any(map(_tells_period, row.others)):
            if len(row.others) > 1 or tells_period(row.others[0]):
                return (
                    not row.label
                    or is_unit_line(row.label)
                    or _are_years(row.others)
                    or _tell_columns(row)
                )
            # A period among other words is over heads.
            is_parted, columns = True, 0
    return False


def _may_be_heads(row: RowWords, *, any_label: bool = False) -> bool:
    if not row.others or row.has_figures or not all(map(_may_be_head, row.others)):
        return False
    is_label = not row.label or is_unit_line(row.label)
    return any_label or is_label or _is_of_periods(row.label) or _tell_columns(row)


def _tell_columns(row: RowWords) -> bool:
    """Whether words that only heads have stand beside periods: "Unit", "Note", "Change"."""
    are_periods = [_tells_period(text) for text in row.others]
    words = [text for text, is_one in zip(row.others, are_periods, strict=True) if not is_one]
    return any(are_periods) and bool(words) and all(map(_TELLS_COLUMN.fullmatch, words))


def _tell_units(row: RowWords) -> bool:
    """Whether units stand over columns, another in each."""
    are_units = all(map(is_measure, row.others))
    return are_units and len(set(row.others)) == len(row.others)


def _is_of_periods(text: str) -> bool:
    """Whether a text is of words of which dates are made, but for a unit in brackets."""
    bare = _BRACKETED.sub("", text[:MAX_HEAD]).strip()
    return bool(bare) and _OF_PERIODS.fullmatch(bare) is not None


def _may_be_head(text: str) -> bool:
    is_sentence = len(text) > SHORT and text.endswith((".", ";"))
    return len(text) <= MAX_HEAD and not is_sentence and any(map(str.isalnum, text))


def _are_years(texts: Sequence[str]) -> bool:
    """Whether texts are years one after the other."""
    years = [int(text) for text in texts if _YEAR.fullmatch(text)]
    steps = {after - before for before, after in pairwise(years)}
    return len(years) == len(texts) and steps in ({1}, {-1})


def _tells_period(text: str) -> bool:
    return _YEAR.search(text) is not None or is_period(text)


def tells_period(text: str) -> bool:
    """Whether `text` is a period and nothing else: a year, or a date with one."""
    return is_period(text) or (_YEAR.search(text) is not None and _is_of_periods(text))
