"""The figures of a table: each with the words of its row and column, its period, unit and scale."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from citewire.content.table import Span, Table, span_at
from citewire.services.citations.verdicts.numerals import plain_readings
from citewire.services.citations.verdicts.periods import Period, PlacedPeriod, find_periods, joined
from citewire.services.citations.verdicts.table_scales import Scales, scales_of_heads
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.trade_words import named_flat, words_of
from citewire.services.citations.verdicts.units import CURRENCIES, PERCENT, measures_in

MOST_FIGURES = 2000
"""Of one passage; further ones are not looked at as cells."""

_NUMBER = re.compile(
    r"(?P<open>[(\-−–]?)\s?(?P<money>(?:us|hk|nt|ca|au|[ars])?[$€£¥₹]|eur|usd|gbp|rmb|rs\.?)?\s?"
    r"(?P<sign>[(\-−–]?)\s?"
    r"(?P<digits>\d{1,3}(?:[ ']\d{3}){1,6}(?:[.,]\d{1,4})?|\d[\d.,]{0,24}|\.\d{1,9})\s?\)?\s?"
    r"(?P<unit>%|pp|bps|x|[$€£¥]|pts)?\s?\)?(?:\s?\[\d{1,2}\])*"
)
MOST_HEADS = 4
"""Rows of heads at the top of a table."""

MOST_OF_HEAD = 60
"""Characters of a head of a column in a row that was not taken for one."""

_FOOTNOTE = re.compile(r"\s?[(\[](?:\d{1,2}|[a-z*])[)\]]|\*+")
_NOTHING = re.compile(r"(?:[$€£¥]\s?)?[-—–−]{1,3}(?:\s?%)?|nil")
_PERCENT = re.compile(
    r"(?<!\d)(?<!\d )%|\bper\s?cent\b|\bpercentages?\b|\bprozent\b|\bporcentaje\b"
)
"""That per cent are told; `6.50% Senior Notes` are in dollars."""
_OF_PERIODS = frozenset("fiscal year years quarter month months ended ende period".split())
"""Stems beside the years of rows that are periods."""
_FORMS = frozenset("inc ltd corp plc llc gmbh holding compani limited".split())
"""Stems that end the names of companies."""
BARE_HEADS = frozenset("other others own all both otros andere sonstige autres".split())
"""Words that say nothing in a sentence, but may be all that a head says."""
_QUARTERS = {"first": "Q1", "second": "Q2", "third": "Q3", "fourth": "Q4"}
"""Heads of columns that say no more."""
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}([.,])\d{3}(?!\d)")
_MONEY = re.compile(r"[$€£¥]")
_IN_BRACKETS = re.compile(r"\([^()]{0,200}\)")
_SCALE_WORDS = re.compile(r"(?:[a-z$€£¥]{0,4}['’]\s?)?\b(?:millions?|thousands?|billions?)\b")
_COUNTED = re.compile(
    r"^(?:total |average |approximate )?(?:number of )?(?:full-time |part-time |our )?"
    r"(?:employees|headcount|workforce|stores|shops|outlets|warehouses|branches|restaurants|vessels"
    r"|aircraft|ships|mitarbeiter\w{0,6}|filialen|empleados|tiendas|sucursales|effectifs?|magasins)\b"
    r"(?! (?:costs?|expenses?|benefits?|salar\w*|compensation|contributions?|sales|revenues?))"
)
"""People and places: so many, in a table of millions as well."""
_MILLIONS = re.compile(r"\b(?:thousand|million|tausend|mil|mille|mio)")
_ROW_SCALE = re.compile(r"\((?:in )?(?:(?P<scale>thousands|millions|billions)|dollars)\)")
_EXCEPT = re.compile(r",?\s?\bexcept\b[^()|]{0,80}")
_CHANGE = re.compile(
    r"\bchanges?\b|\bvs\b|\bversus\b|\bvariance\b|\bvariation\b|\bgrowth\b|\bincrease\b|\bdecrease\b"
    r"|\bveranderung\b|\bvariacion\b|\bcambio\b|[△Δ]"
)
_COST = re.compile(
    r"\b(?:expenses?|costs?|allowances?|provisions?|depreciation|amorti[sz]ation|reductions?"
    r"|taxes|gastos|costes|aufwand|aufwendungen|kosten|charges)\b"
)
_BEFORE = re.compile(
    r"\b(?:without|before|excluding|prior to|previously reported|as originally reported|ohne|vor"
    r"|sans|avant|sin|antes)\b(?!\s(?:tax|interest|income))"
)
_SPREAD_YEAR = re.compile(r"\b([12]) (\d) (\d) (\d)\b")
_CALLED = re.compile(r"\(\s?[\"“]([^\"”()]{2,40})[\"”]\s?\)")
"""What something is called for short: `Huawei Technologies Co., Ltd. (“Huawei”)`."""
_PER_UNIT = re.compile(r"\bper\s(?!cent)|\bshares?\b|\bpor accion\b|\bje aktie\b|\bpar action\b")


@dataclass(frozen=True, slots=True, eq=False)
class CellFigure:
    """A cell with a number.

    Args:
        value: as it is written, with its sign.
        step: the distance of neighbouring numbers of the same precision.
        kind: `%`, a currency or nothing.
        line: of the words that say what it is, by its number.
        head: of the words across them, by its number.
        period: that its heads name.
        is_change: whether its heads say that it is a change.
        scales: what its value may be multiplied by.
        span: where it stands in the passage.
        place: its row and column in the table; None in a text.
        text: as it is written.
    """

    value: float
    step: float
    kind: str
    line: int
    head: int
    period: Period | None
    is_change: bool
    scales: tuple[float, ...]
    span: Span
    place: tuple[int, int] | None
    text: str
    of_shares: bool
    """Whether its heads speak of shares."""
    money: str
    """The currency that its table states for its figures; empty if none or several."""
    grouping: str
    """The sign that divides thousands in its table; empty if none is seen."""
    units: tuple[tuple[str, float], ...] = ()
    """Kinds and factors of the units that its own heads name, or else those of its table."""


@dataclass(frozen=True, slots=True, eq=False)
class TableHead:
    """What stands at the side of a row or above a column.

    Args:
        label: its words.
        words: their stems, without those of periods.
        group: those of the subhead above it, and those in brackets.
        period: that it names, or its subhead does.
        is_change: whether it says that what is told is a change.
        is_percent: whether it says that per cent are told.
        is_per_unit: whether it tells of shares or of something per share.
    """

    label: str
    words: frozenset[str]
    group: frozenset[str]
    period: Period | None
    is_change: bool
    is_percent: bool
    is_per_unit: bool
    is_period: bool
    """Whether its own label names the period, not the subhead."""
    is_cost: bool
    """Whether it says that costs are told, or what is set aside for them."""
    is_before: bool
    """Whether it says that what is told is without a change, or from before it."""
    is_counted: bool
    """Whether it names what is never counted in millions, whatever a table says of its money."""
    tells_scale: bool
    """Whether it has the word of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """The figures of a table with their heads; where rows are periods, columns are the lines."""

    lines: tuple[TableHead, ...]
    heads: tuple[TableHead, ...]
    cells: tuple[CellFigure, ...]
    key: tuple[str, ...]
    """The heads of its columns: passages of one table have the same."""


def read_figures(text: str, table: Table, point: str) -> Figures:
    """Read the figures of a table in a passage, of this decimal sign; linear in its cells."""
    grid = table.grid()
    places = [
        [text[slice(*span_at(cell, number, at))] for at, cell in enumerate(row)]
        for number, row in enumerate(grid)
    ]
    side = _side(places[table.header_rows :], max(table.header_columns, 1), point)
    tops = _tops(places, table.header_rows, side, point)
    above = " ".join(text[slice(*span)] for span in (table.caption, table.unit) if span)
    above_columns = _spread(places[:tops], side)
    heads = [
        "\n".join(dict.fromkeys(row[at] for row in above_columns)) for at in range(table.columns)
    ]
    columns = [head_of(head, "") for head in heads]
    rows, subheads = _row_heads(places[tops:], side)
    stated = flatten(" \n".join([above, *dict.fromkeys(heads), *subheads]))
    scales, money = scales_of_heads(stated), money_of(stated)
    of_columns = [scales_of_heads(flatten(head)) for head in heads]
    of_rows_told = _scales_of_rows(rows, is_told=bool(scales.plain))
    named = sum(head.period is not None and bool(head.period.year) for head in columns[side:])
    of_rows = sum(head.is_period and not head.words - _OF_PERIODS for head in rows)
    is_turned = not named and of_rows * 2 >= len(rows)
    grouping = grouping_of(text)
    of_row, of_column = (
        [measures_in(flatten(one.label)) for one in all_] for all_ in (rows, columns)
    )
    of_table = measures_in(stated)
    figures: list[CellFigure] = []
    for number, row in enumerate(places[tops:]):
        for at in range(side, table.columns):
            read = number_of(row[at], point) if grid[tops + number][at].column == at else None
            if read is None or len(figures) >= MOST_FIGURES:
                continue
            value, step, kind = read
            line, head = rows[number], columns[at]
            own = of_columns[at] if any(of_columns[at]) else of_rows_told[number] or scales
            if kind == "" and (line.is_percent or head.is_percent):
                kind = PERCENT
            figures.append(
                CellFigure(
                    value,
                    step,
                    kind,
                    at if is_turned else number,
                    number if is_turned else at,
                    joined(one.period for one in (head, line) if one.period),
                    head.is_change or _compares_years(heads[at]),
                    figure_scales(own, kind, line, head),
                    span_at(grid[tops + number][at], tops + number, at),
                    (tops + number, at),
                    row[at],
                    line.is_per_unit or head.is_per_unit,
                    money,
                    grouping,
                    (*of_row[number], *of_column[at]) or of_table,
                )
            )
    lines, across = (columns, rows) if is_turned else (rows, columns)
    return Figures(tuple(lines), tuple(across), tuple(figures), tuple(heads))


def _scales_of_rows(rows: Sequence[TableHead], *, is_told: bool) -> list[Scales | None]:
    """The scale that a row's head tells in brackets, and the rows below it if no table's is told.

    `Cards (millions)` stands below `Volumes (billions)`, and `Basic cards` counts as the first.
    """
    found: list[Scales | None] = []
    last: Scales | None = None
    for row in rows:
        match = _ROW_SCALE.search(flatten(row.label))
        own = None
        if match is not None:
            own = scales_of_heads(match[0]) if match["scale"] else Scales((1.0,))
            last = own
        found.append(own or (None if is_told else last))
    return found


def _spread(rows: Sequence[Sequence[str]], side: int) -> list[list[str]]:
    """Rows of heads, each head over several columns told of all of them.

    `2019` stands once above `Carrying amount` and `Fair value`, and `2018` once above the same.
    """
    spread = [list(row) for row in rows]
    for row, below in pairwise(spread):
        repeated = {text for text in below[side:] if text and below[side:].count(text) > 1}
        for at in range(side + 1, len(row)):
            if not row[at] and row[at - 1] and below[at] in repeated and below[at] != below[at - 1]:
                row[at] = row[at - 1]
    return spread


def _side(rows: Sequence[Sequence[str]], side: int, point: str) -> int:
    """How many columns are heads: one of figures is none, whatever stands in it besides."""
    for at in range(1, side):
        full = [row[at] for row in rows if row[at]]
        if 2 * sum(number_of(text, point) is not None for text in full) > len(full):
            return at
    return side


def _tops(places: Sequence[Sequence[str]], tops: int, side: int, point: str) -> int:
    """How many rows are heads: one that holds amounts of money beside its label is none."""
    while tops:
        row = places[tops - 1]
        money = [text for text in row[side:] if _MONEY.search(text) and number_of(text, point)]
        if not money or not any(row[:side]):
            break
        tops -= 1
    while tops < min(len(places) - 1, MOST_HEADS) and _is_head(places[tops], side, point):
        tops += 1
    return tops


def _is_head(row: Sequence[str], side: int, point: str) -> bool:
    """Whether a row that was not taken for one names periods or units, and has no figures."""
    cells = [text for text in row[side:] if text]
    if len(set(cells)) < 2 and not (cells and not any(row[:side])):
        return False
    return all(_names_column(text, point) for text in cells)


def _names_column(text: str, point: str) -> bool:
    flat = _FOOTNOTE.sub("", flatten(text)).strip()
    if number_of(text, point) is None and not _NUMBER.fullmatch(flat):
        return not _NOTHING.fullmatch(flat) and len(flat) <= MOST_OF_HEAD
    return any(len(flat) - (one.end - one.start) <= 1 for one in find_periods(flat))


def figure_scales(stated: Scales, kind: str, line: TableHead, head: TableHead) -> tuple[float, ...]:
    """What a figure of this kind and heads may be multiplied by, where these scales are stated."""
    if kind == PERCENT:
        return (1.0,)
    if max(stated.plain, default=0) >= 1e6 and line.is_counted and not head.tells_scale:
        return (1.0,)
    if line.is_per_unit or head.is_per_unit:
        own = stated.of(shares=True)
        return (own if stated.of_shares else (1.0, *own)) if own else ()
    return stated.plain


def _row_heads(rows: Sequence[Sequence[str]], side: int) -> tuple[list[TableHead], list[str]]:
    """The heads of rows, each under the last row above without figures, and these."""
    heads, subheads, subhead = [], [], ""
    for row in rows:
        label = " ".join(dict.fromkeys(row[:side]))
        if label and not any(row[at] and row[at] not in row[:side] for at in range(side, len(row))):
            subhead = label
            subheads.append(label)
        # What is summed up without a word is a total, of what is below its subhead if it has one.
        heads.append(head_of(label or "total", subhead if subhead != label else ""))
    return heads, subheads


@lru_cache(maxsize=4096)
def head_of(label: str, subhead: str) -> TableHead:
    """Read what a head says, below a subhead or none."""
    flat = _SPREAD_YEAR.sub(r"\1\2\3\4", named_flat(label, flatten(label)))
    whole, tells_scale = flat, bool(_MILLIONS.search(flat))
    periods = find_periods(flat)
    if flat in _QUARTERS:
        periods = [PlacedPeriod(0, len(flat), Period(None, part=_QUARTERS[flat]))]
    flat = _EXCEPT.sub(lambda match: " " * len(match[0]), flat)
    bare = _without(flat, [(one.start, one.end) for one in periods])
    bare = _SCALE_WORDS.sub(lambda match: " " * len(match[0]), bare)
    outside = words_of(_IN_BRACKETS.sub(" ", bare))
    inside = words_of(bare) - outside
    if called := _CALLED.search(label):
        outside, inside = words_of(flatten(called[1])), outside
    outside -= _FORMS if len(outside - _FORMS) else frozenset()
    if not outside | inside:
        outside = frozenset(token for token in tokenise(bare) if token in BARE_HEADS)
    above = flatten(subhead)
    over = find_periods(above)
    return TableHead(
        label,
        outside or inside,
        words_of(_without(above, [(one.start, one.end) for one in over]))
        | (inside if outside else frozenset()),
        joined([one.period for one in periods] or [one.period for one in over]),
        bool(_CHANGE.search(flat)),
        bool(_PERCENT.search(flat)) or (not label and bool(_PERCENT.search(above))),
        bool(_PER_UNIT.search(flat)),
        bool(periods),
        bool(_COST.search(flat)),
        bool(_BEFORE.search(flat)),
        bool(_COUNTED.search(whole)) and not tells_scale,
        tells_scale,
    )


def money_of(flat: str) -> str:
    """The currency that heads, a caption or a unit line state; empty if none or several."""
    found = {CURRENCIES[token] for token in tokenise(flat) if token in CURRENCIES}
    return found.pop() if len(found) == 1 else ""


def _without(flat: str, spans: Sequence[Span]) -> str:
    for start, end in spans:
        flat = flat[:start] + " " * (end - start) + flat[end:]
    return flat


def _compares_years(head: str) -> bool:
    """Whether a head names a year and an earlier one: `2019 / 2018` is no span of time."""
    flat = flatten(head)
    years = [one.period.year for one in find_periods(flat) if one.period.year]
    return len(years) > 1 and years[0] > years[-1]


def grouping_of(text: str) -> str:
    """The sign that divides thousands in a text; empty if none is seen, or several are."""
    signs = {match[1] for match in _GROUPED.finditer(text)}
    return signs.pop() if len(signs) == 1 else ""


@lru_cache(maxsize=4096)
def number_of(text: str, point: str) -> tuple[float, float, str] | None:
    """Read the value, with its sign, the step and the kind of a cell that is a number."""
    flat = flatten(text.strip())
    if not flat or len(flat) > 40:
        return None
    if _NOTHING.fullmatch(flat):
        return 0.0, 1.0, ""
    match = _NUMBER.fullmatch(flat)
    if match is None:
        return None
    digits = match["digits"].rstrip(".,").replace(" ", "").replace("'", "")
    readings = plain_readings("0" + digits if digits[0] == "." else digits, point)
    if not readings:
        return None
    value, step = readings[0]
    kind = PERCENT if match["unit"] == "%" else CURRENCIES.get(match["money"] or "", "")
    is_negative = bool(match["open"] or match["sign"])
    return -value if is_negative else value, step, kind
