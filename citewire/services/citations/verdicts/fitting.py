"""How well the words of a claim fit the rows and columns of a table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log

from citewire.services.citations.verdicts.claim import ClaimReading
from citewire.services.citations.verdicts.figures import CellFigure, Figures, TableHead
from citewire.services.citations.verdicts.periods import Period, agrees
from citewire.services.citations.verdicts.trade_words import ALIKE

SURE = 0.7
"""The part of a head's words from which on a claim surely names it."""


@dataclass(frozen=True, slots=True, eq=False)
class FigureTable:
    """The figures of a table that several passages may hold, and how much each word tells.

    Each figure's `line` and `head` count through all passages.
    """

    lines: tuple[TableHead, ...]
    heads: tuple[TableHead, ...]
    cells: tuple[tuple[int, CellFigure], ...]
    """Each with the number of its line."""
    by_line: dict[int, list[CellFigure]]
    full_heads: frozenset[int]
    weights: dict[str, float]
    of_heads: frozenset[str]
    of_lines: frozenset[str]
    sources: tuple[int, ...]
    """Of each line, which passage it is from."""


@lru_cache(maxsize=128)
def joined_tables(parts: tuple[tuple[int, Figures], ...]) -> tuple[FigureTable, ...]:
    """The tables of the passages, those with the same heads as one."""
    by_key: dict[object, list[tuple[int, Figures]]] = {}
    for number, part in parts:
        is_headless = not any(part.key)
        by_key.setdefault(id(part) if is_headless else part.key, []).append((number, part))
    return tuple(_joined(several) for several in by_key.values())


def _joined(parts: Sequence[tuple[int, Figures]]) -> FigureTable:
    lines: list[TableHead] = []
    cells: list[tuple[int, CellFigure]] = []
    sources: list[int] = []
    for number, part in parts:
        cells += [(cell.line + len(lines), cell) for cell in part.cells]
        lines += part.lines
        sources += [number] * len(part.lines)
    heads = parts[0][1].heads
    full: dict[int, list[CellFigure]] = {}
    for number, cell in cells:
        full.setdefault(number, []).append(cell)
    counts = Counter(word for number in full for word in lines[number].words)
    weights = {word: log(1 + len(full) / count) for word, count in counts.items()}
    of_heads = frozenset(word for head in heads for word in head.words)
    groups = frozenset(word for line in lines for word in line.group)
    for word in of_heads | groups:
        weights.setdefault(word, 0.7)
    return FigureTable(
        tuple(lines),
        heads,
        tuple(cells),
        full,
        frozenset(cell.head for _, cell in cells),
        weights,
        of_heads,
        frozenset(counts) | groups,
        tuple(sources),
    )


def label_of(table: FigureTable, line: int, figure: CellFigure) -> str:
    """What the heads of a cell say: those of its row and its column."""
    labels = [table.lines[line].label, table.heads[figure.head].label]
    return ", ".join(" ".join(label.split()) for label in labels if label)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a claim fits a line or a head: of its words, of the claim's, and both together."""

    precision: float
    recall: float
    score: float


NO_FIT = Fit(0.0, 0.0, 0.0)


NAMED_PERIOD = Fit(1.0, 1.0, 0.6)
"""Of a line that is a period, which the claim names."""

NAMED_MONTH = Fit(1.0, 1.0, 0.9)
"""Of one that is a month or a day."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedTable:
    """A table as a claim speaks of it."""

    table: FigureTable
    lines: Sequence[Fit]
    heads: Sequence[Fit]
    best: float
    """The best score of a line."""
    words: frozenset[str]
    """Those of the claim that may name lines and heads."""


def fitted(
    table: FigureTable, words: frozenset[str], periods: Sequence[Period] = ()
) -> FittedTable:
    """How well the words and periods of a claim fit each line and head."""
    words = words | _others_called(words, table)
    of_lines, of_heads = words & table.of_lines, words & table.of_heads
    lines = [
        _of_period(line, periods) or _fit(table, words, of_lines, line) for line in table.lines
    ]
    heads = [_fit(table, words, of_heads, head) for head in table.heads]
    return FittedTable(table, lines, heads, max((one.score for one in lines), default=0.0), words)


def _others_called(words: frozenset[str], table: FigureTable) -> frozenset[str]:
    """What a table calls the things that a claim calls by words that the table has not."""
    known = table.of_lines | table.of_heads
    return frozenset(
        other for word in words - known for other in ALIKE.get(word, ()) if other in known
    )


def _of_period(line: TableHead, periods: Sequence[Period]) -> Fit | None:
    """How well a claim fits a line that is nothing but a period that it names."""
    held = line.period
    if held is None or line.words or not line.is_period or not period_fits(periods, held):
        return None
    is_month = any(one.month and one.year for one in periods if agrees(one, held))
    return NAMED_MONTH if held.month and is_month else NAMED_PERIOD


def _fit(table: FigureTable, words: frozenset[str], told: frozenset[str], head: TableHead) -> Fit:
    if not told:
        return NO_FIT
    if not head.words:
        # A row of a subhead without words of its own.
        own = words & head.group
        if not own:
            return NO_FIT
        precision = _weight(table, own) / _weight(table, head.group)
        recall = _weight(table, own) / _weight(table, told)
        return Fit(precision, recall, 2 * precision * recall / (precision + recall))
    common = head.words & words
    if not common:
        return NO_FIT
    precision = _weight(table, common) / _weight(table, head.words)
    recall = _weight(table, common | (words & head.group)) / max(_weight(table, told), 1e-9)
    recall = min(recall, 1.0)
    return Fit(precision, recall, 2 * precision * recall / (precision + recall))


def _weight(table: FigureTable, words: Iterable[str]) -> float:
    # Whatever order a set has: of two rows that fit alike the first is meant, in every process.
    return fsum([table.weights.get(word, 0.7) for word in words])


_NOTHING = (None, None, None, None)


def period_fits(asked: Sequence[Period], held: Period | None) -> bool | None:
    """Whether a figure is of a period that is asked for; None if one of them says nothing."""
    if held is None:
        return None
    # `The first six months` says nothing of a column that tells no length.
    asked = [one for one in asked if one[:4] != _NOTHING or held.length]
    if not asked:
        return None
    return any(agrees(one, held) for one in asked)


def claim_words(claim: ClaimReading) -> frozenset[str]:
    """What a claim's words may name a row or a column by."""
    return frozenset(claim.stems)
