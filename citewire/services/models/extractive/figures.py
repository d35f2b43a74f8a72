"""Which rows of the tables at hand a question asks for, and which of their figures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citewire.services.citations.verdicts.figures import (
    BARE_HEADS,
    CellFigure,
    TableHead,
)
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.models.extractive.bounds import are_others, bounds_in
from citewire.services.models.extractive.fiscal_columns import YEAR, months_of
from citewire.services.models.extractive.question import (
    Stems,
    Wanted,
    is_light,
    numbered_in,
    roots,
)
from citewire.services.models.extractive.table_sources import TableSource
from citewire.text.words import stem

MOST_TOLD = 4
"""So many figures of a row are told in its sentence; the others are in the table below it."""

_LIGHT, _HALF, _APART, _OTHERS = 0.4, 0.5, 0.85, 0.7
_NEAR = 0.05
_ALL_SAID = 0.9
"""The fit of the only row that may be, where all that is asked is said around its cell."""
_FEW_ROWS = 2
_DIGIT = re.compile(r"\d")
_QUALIFIED = re.compile(
    r"([^,]{1,80}), ?(?:excluding|including|net|less|gross|after|before|current|non-?current)\b",
    re.IGNORECASE,
)
"""`Long-term debt, excluding current portion`: what stands before the comma is what it is."""
_QUALIFIED_FIT = 0.92
_OWNED = re.compile(
    r"(?P<whole>[^,]{1,80}?) including (?:non-?controlling|minority) interests?\b"
    r"|(?P<own>[^,]{1,80}?) attributable to"
    r" (?!(?:the )?(?:non-?controlling|minority|redeemable|preferred|participating|discontinued)"
    r"\b)",
    re.IGNORECASE,
)
"""`Net income attributable to Acme`: of a group it is what net income is."""
_OWNED_FIT = 0.9
_NET_INCOME = roots(map(stem, ("net", "income")))
_OTHER_NET = re.compile(
    r"\bnet (?!income\b)[a-z]{1,30}(?: [a-z]{1,30})? income\b"
    r"|^[^|]{0,60}\bincome\b[^|]{0,60}, net\b",
    re.IGNORECASE,
)
"""`Net interest income`, `Interest income and other, net`: words of net income that say another."""
_LOSSES = roots(map(stem, ("loss", "losses")))
_FLOW = re.compile(
    r"(?:repayments?|proceeds|payments?|purchases?|changes? in|(?:increase|decrease)s? in"
    r"|issuances?|borrowings?|amorti[sz]ation|gains? on|loss(?:es)? on|write-?offs?"
    r"|adjustments?)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:beginning|start) of\b|\bopening balance\b", re.IGNORECASE)
_SUMS = roots(map(stem, ("total", "totals", "overall", "altogether", "insgesamt")))
_SEGMENTS = roots(map(stem, ("segment", "segments", "segmento", "segmentos", "Segment")))
_NUMBERS = re.compile(
    r"(?:number|count|quantity|no\.?|anzahl|n[uú]mero|cantidad|nombre)(?: of \w{1,20})?",
    re.IGNORECASE,
)
"""Above how many there are of what stands at the side."""
_PAGES = re.compile(r"(?:pages?|p\.|p[aá]ginas?|seiten?)(?: n\w*\.?)?", re.IGNORECASE)
"""Above the numbers of a table of contents."""


@dataclass(frozen=True, slots=True)
class FittingRow:
    """A row that may be meant: its line in the figures of its table, and the figures to tell."""

    source: TableSource
    line: int
    told: tuple[CellFigure, ...]
    fit: float
    in_period: bool | None
    is_part: bool = False
    """Whether it is only a part of what is asked, which would have to be calculated."""

    @property
    def head(self) -> TableHead:
        """What stands at its side."""
        return self.source.figures.lines[self.line]

    is_of_segment: bool = False
    """Whether its table is of a segment, which nobody asked for."""

    def says(self, subject: Stems) -> float:
        """The part of some words that its heads, and what stands above its table, say."""
        source, head = self.source, self.head
        columns = [source.figures.heads[cell.head] for cell in self.told]
        own = frozenset[str]().union(*(one.words | one.group for one in columns))
        return share_said(subject, head.words | head.group | own | source.above | source.corner)

    @property
    def rank(self) -> tuple[float, bool, bool, bool, int]:
        """By which rows for the same words are ordered, the best first."""
        at = self.source.passage
        is_other = self.in_period is not True
        return -round(self.fit, 2), is_other, self.is_of_segment, at.is_beside, at.number


def fitting_rows(
    subject: Stems, wanted: Wanted, sources: Sequence[TableSource], *, least: float
) -> list[FittingRow]:
    """The rows that fit the words of `subject` and the periods asked for, the best first."""
    found = [
        row
        for source in sources
        if source.is_outlook or not wanted.wants_outlook
        for row in _rows(subject, wanted, source, least)
    ]
    return sorted(found, key=lambda row: row.rank)


def _rows(
    subject: Stems, wanted: Wanted, source: TableSource, least: float
) -> Iterator[FittingRow]:
    lines, heads = source.figures.lines, source.figures.heads
    if not any(subject & (line.words | line.group) for line in (*lines, *heads)):
        return
    above = subject & source.above
    only = _only_row(subject, wanted, source, above)
    for number, cells in source.rows.items():
        if _is_another(lines[number].label, wanted):
            continue
        line, alias = lines[number], source.aliases[number]
        fits = [
            (
                max(
                    0.0 if source.entries else _fit(subject, line, heads[cell.head], above),
                    _APART * _score(subject, alias, line.words | line.group | above),
                    _covering(subject, line, heads[cell.head], above | source.corner)
                    if number in only
                    else 0.0,
                ),
                cell,
            )
            for cell in cells
            if not _PAGES.fullmatch(heads[cell.head].label)
            and not _is_another(heads[cell.head].label, wanted)
            and not _is_money(cell, line, heads[cell.head], wanted)
            and source.fits(wanted.periods, cell) is not False
            and not _is_of_other_length(heads[cell.head].label, wanted)
        ]
        best = max((fit for fit, _ in fits), default=0.0)
        if best < least:
            continue
        near = [cell for fit, cell in fits if fit >= best - _NEAR and _DIGIT.search(cell.text)]
        if not near:
            continue
        near = [cell for cell in near if _NUMBERS.fullmatch(heads[cell.head].label)] or near
        if wanted.is_of_year:
            near = [one for one in near if not _is_shorter(heads[one.head].label)] or near
        told = _of_period(near, wanted.periods, source)
        if len(told) > 1 and not all(heads[cell.head].label for cell in told):
            continue  # nobody could tell which is which
        in_period = source.fits(wanted.periods, told[0])
        if wanted.is_of_year and _is_shorter(heads[told[0].head].label):
            in_period = None
        if source.is_outlook != wanted.wants_outlook:
            in_period = None
        own = bool(_SEGMENTS & source.above) and not _SEGMENTS & wanted.stems
        yield FittingRow(source, number, told, best, in_period, is_of_segment=own)


def _is_money(cell: CellFigure, line: TableHead, head: TableHead, wanted: Wanted) -> bool:
    """Whether a figure is money or a share, where things are counted that its heads do not name."""
    if not wanted.counted or not (cell.kind or cell.money):
        return False
    return not wanted.counted & (line.words | line.group | head.words | head.group)


def _is_another(label: str, wanted: Wanted) -> bool:
    """Whether a head is of a thing with another number than the question's: line 1, not line 2.

    So is one with other bounds: 65-69, not 70-74.
    """
    return are_others(bounds_in(label), wanted.bounds) or any(
        thing in wanted.numbered and not numbers & wanted.numbered[thing]
        for thing, numbers in numbered_in(label).items()
    )


def _is_of_other_length(head: str, wanted: Wanted) -> bool:
    """Whether a column is of another length than the question says: a year, not a quarter."""
    return bool(wanted.months and (held := months_of(head)) and held != wanted.months)


def _is_shorter(head: str) -> bool:
    """Whether a column is of less than a year."""
    return (months_of(head) or YEAR) < YEAR


def _of_period(
    cells: Sequence[CellFigure], asked: Sequence[Period], source: TableSource
) -> tuple[CellFigure, ...]:
    """Of a row's figures those to be told: of the periods asked for, else of the latest."""
    plain = [cell for cell in cells if not cell.is_change] or cells
    if asked:
        inside = [cell for cell in plain if source.fits(asked, cell)]
        return tuple((inside or plain)[:MOST_TOLD])
    dated = [cell for cell in plain if cell.period is not None and cell.period.year]
    if not dated:
        return tuple(plain[:MOST_TOLD])
    latest = max(_date(cell.period) for cell in dated)
    return tuple(cell for cell in dated if _date(cell.period) == latest)[:MOST_TOLD]


def _date(period: Period | None) -> tuple[int, int, int]:
    return (period.year or 0, period.month or 0, period.day or 0) if period else (0, 0, 0)


def _fit(subject: Stems, line: TableHead, head: TableHead, above: Stems) -> float:
    """How well a cell's heads fit some words, from 0 to 1."""
    own = line.words or line.group
    # Other liabilities are not the liabilities, and repayments of debt no debt.
    is_other = (
        (_is_rest(line) and not subject & BARE_HEADS)
        or _is_flow(line, subject)
        or _is_other_net(line, subject)
    )
    rest = _OTHERS if is_other else 1.0
    best = rest * _score(subject, own, line.group | above)
    if qualified := _QUALIFIED.match(line.label):
        bare = roots(words_of(flatten(qualified[1])))
        best = max(best, _QUALIFIED_FIT * rest * _score(subject, bare, line.group | above))
    if owned := _OWNED.match(line.label):
        bare = roots(words_of(flatten(owned["own"] or owned["whole"])))
        likely = _QUALIFIED_FIT if owned["own"] else _OWNED_FIT
        best = max(best, likely * rest * _score(subject, bare, line.group | above))
    if head.words & subject:
        best = max(best, rest * _score(subject, own | head.words, line.group | above))
        if line.period is not None:
            # A row of a day, in a statement of changes say: the column says what it is.
            best = max(best, _APART * _score(subject, head.words, line.group | above | own))
    return best


def _only_row(subject: Stems, wanted: Wanted, source: TableSource, above: Stems) -> frozenset[int]:
    """The lines of a list that alone have the words of a subject, few at most.

    In a list, of sites or entries say, a row has more words than a question for it: what tells
    it apart is that no other has them. So does the sum of a table that is all about the subject.
    """
    lines = source.figures.lines
    if source.is_list and len(_telling(subject)) > 1:
        said = {
            number: _telling(subject & lines[number].words)
            for number, cells in source.rows.items()
            if any(source.fits(wanted.periods, cell) is not False for cell in cells)
        }
        most = max(map(_weight, said.values()), default=0.0)
        own = [number for number, words in said.items() if words and _weight(words) == most]
        if len(own) <= _FEW_ROWS:
            return frozenset(own)
    if not subject & _SUMS:
        return frozenset()
    return frozenset(
        number
        for number in source.rows
        if lines[number].words & _SUMS and not _telling(lines[number].words) and _telling(above)
    )


def _telling(words: Stems) -> Stems:
    return frozenset(word for word in words if not is_light(word))


def _covering(subject: Stems, line: TableHead, head: TableHead, above: Stems) -> float:
    """How much of a subject is said around a cell, where its row is the only one that may be."""
    said = line.words | line.group | head.words | head.group | above
    return _ALL_SAID * share_said(subject, said)


def _is_flow(line: TableHead, subject: Stems) -> bool:
    """Whether a row is of what was paid, changed or there before, and that was not asked for."""
    flow = _FLOW.match(line.label) or _BEFORE.search(line.label)
    return flow is not None and not roots(words_of(flatten(flow[0]))) & subject


def _is_other_net(line: TableHead, subject: Stems) -> bool:
    """Whether net income was asked for and a row is of another income that is net."""
    if not subject >= _NET_INCOME or not (other := _OTHER_NET.search(line.label)):
        return False
    return not roots(words_of(flatten(other[0]))) - _LOSSES <= subject


def _is_rest(line: TableHead) -> bool:
    return not BARE_HEADS.isdisjoint(flatten(line.label).split()[:1])


def _score(subject: Stems, label: Stems, beside: Stems) -> float:
    common = subject & label
    if not any(not is_light(word) for word in common):
        return 0.0
    precision = _weight(common) / _weight(label)
    recall = (_weight(common) + _HALF * _weight((subject & beside) - common)) / _weight(subject)
    return 2 * precision * recall / (precision + recall)


def share_said(subject: Stems, said: Stems) -> float:
    """The part of some words that is said, those that say little counting less."""
    return _weight(subject & said) / _weight(subject) if subject else 0.0


def _weight(words: Stems) -> float:
    return sum(_LIGHT if is_light(word) else 1.0 for word in words)
