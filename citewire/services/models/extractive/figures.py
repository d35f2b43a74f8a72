"""Which rows of the tables at hand a question asks for, and which of their figures."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.figures import (
    BARE_HEADS,
    CellFigure,
    Figures,
    TableHead,
)
from citewire.services.citations.verdicts.fitting import period_fits
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.models.extractive.passages import Passage
from citewire.services.models.extractive.question import (
    Stems,
    Wanted,
    is_light,
    numbered_in,
    roots,
)

MOST_TOLD = 4
"""So many figures of a row are told in its sentence; the others are in the table below it."""

_LIGHT, _HALF, _APART, _OTHERS = 0.4, 0.5, 0.85, 0.7
_NEAR = 0.05
_PAGES = re.compile(r"(?:pages?|p\.|p[aá]ginas?|seiten?)(?: n\w*\.?)?", re.IGNORECASE)
"""Above the numbers of a table of contents."""


@dataclass(frozen=True)
class TableSource:
    """A source that is a table, with its figures."""

    passage: Passage
    figures: Figures
    borrowed: tuple[str, ...] = ()
    """The heads of its columns, where they stand above the part of it before."""

    @cached_property
    def rows(self) -> dict[int, list[CellFigure]]:
        """The figures of each line."""
        found: dict[int, list[CellFigure]] = {}
        for cell in self.figures.cells:
            found.setdefault(cell.line, []).append(cell)
        return found

    @cached_property
    def above(self) -> Stems:
        """What its caption, unit line and section speak of."""
        table, passage = self.passage.table, self.passage
        assert table is not None
        spans = [span for span in (table.caption, table.unit) if span]
        lines = [passage.section, *(passage.text[slice(*span)] for span in spans)]
        return roots(words_of(flatten(" ".join(lines))))


@dataclass(frozen=True, slots=True)
class FittingRow:
    """A row that may be meant: its line in the figures of its table, and the figures to tell."""

    source: TableSource
    line: int
    told: tuple[CellFigure, ...]
    fit: float
    in_period: bool | None

    @property
    def head(self) -> TableHead:
        """What stands at its side."""
        return self.source.figures.lines[self.line]

    @property
    def rank(self) -> tuple[float, bool, bool, int]:
        """By which rows for the same words are ordered, the best first."""
        passage = self.source.passage
        return -round(self.fit, 2), self.in_period is not True, passage.is_beside, passage.number


def table_sources(passages: Iterable[Passage]) -> list[TableSource]:
    """Those of the sources that are tables with figures."""
    found = []
    for passage in passages:
        if passage.table is not None:
            figures = Digest(passage.text, passage.table).figures
            if figures is not None and any(cell.place for cell in figures.cells):
                found.append(TableSource(passage, _with_roots(figures)))
    return [source if any(source.figures.key) else _with_heads(source, found) for source in found]


def _with_roots(figures: Figures) -> Figures:
    lines, heads = (
        tuple(replace(one, words=roots(one.words), group=roots(one.group)) for one in several)
        for several in (figures.lines, figures.heads)
    )
    return replace(figures, lines=lines, heads=heads)


def _with_heads(source: TableSource, others: Sequence[TableSource]) -> TableSource:
    """A table without heads, with those of the table above it on its page that has its columns."""
    own = source.passage
    above = [
        other
        for other in others
        if (other.passage.document, other.passage.page) == (own.document, own.page)
        and other.passage.end <= own.start
        and len(other.figures.key) == len(source.figures.key)
        and any(head.period for head in other.figures.heads)
    ]
    if not above:
        return source
    nearest = max(above, key=lambda other: other.passage.start).figures
    cells = tuple(
        replace(cell, period=nearest.heads[cell.head].period) for cell in source.figures.cells
    )
    figures = replace(source.figures, heads=nearest.heads, cells=cells)
    return TableSource(own, figures, borrowed=nearest.key)


def fitting_rows(
    subject: Stems, wanted: Wanted, sources: Sequence[TableSource], *, least: float
) -> list[FittingRow]:
    """The rows that fit the words of `subject` and the periods asked for, the best first."""
    found = [row for source in sources for row in _rows(subject, wanted, source, least)]
    return sorted(found, key=lambda row: row.rank)


def _rows(
    subject: Stems, wanted: Wanted, source: TableSource, least: float
) -> Iterator[FittingRow]:
    lines, heads = source.figures.lines, source.figures.heads
    if not any(subject & (line.words | line.group) for line in (*lines, *heads)):
        return
    above = subject & source.above
    for number, cells in source.rows.items():
        if _is_another(lines[number].label, wanted):
            continue
        fits = [
            (_fit(subject, lines[number], heads[cell.head], above), cell)
            for cell in cells
            if not _PAGES.fullmatch(heads[cell.head].label)
            and not _is_another(heads[cell.head].label, wanted)
            and period_fits(wanted.periods, cell.period) is not False
        ]
        best = max((fit for fit, _ in fits), default=0.0)
        if best < least:
            continue
        near = [cell for fit, cell in fits if fit >= best - _NEAR]
        told = _of_period(near, wanted.periods)
        if len(told) > 1 and not all(heads[cell.head].label for cell in told):
            continue  # nobody could tell which is which
        in_period = period_fits(wanted.periods, told[0].period)
        yield FittingRow(source, number, told, best, in_period)


def _is_another(label: str, wanted: Wanted) -> bool:
    """Whether a head is of a thing with another number than the question's: line 1, not line 2."""
    return any(
        thing in wanted.numbered and not numbers & wanted.numbered[thing]
        for thing, numbers in numbered_in(label).items()
    )


def _of_period(cells: Sequence[CellFigure], asked: Sequence[Period]) -> tuple[CellFigure, ...]:
    """Of a row's figures those to be told: of the periods asked for, else of the latest."""
    plain = [cell for cell in cells if not cell.is_change] or cells
    if asked:
        inside = [cell for cell in plain if period_fits(asked, cell.period)]
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
    # Other liabilities are not the liabilities.
    rest = _OTHERS if _is_rest(line) and not subject & BARE_HEADS else 1.0
    best = rest * _score(subject, own, line.group | above)
    if head.words & subject:
        best = max(best, rest * _score(subject, own | head.words, line.group | above))
        if line.period is not None:
            # A row of a day, in a statement of changes say: the column says what it is.
            best = max(best, _APART * _score(subject, head.words, line.group | above | own))
    return best


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
