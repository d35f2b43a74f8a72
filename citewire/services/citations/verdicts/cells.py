"""Whether a figure of a claim is that of the row and the column that the claim's words name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from citewire.services.citations.verdicts.amounts import Amount, NumeralReading
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.fitting import SURE, FittedTable, period_fits
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.quantities import bounds
from citewire.services.citations.verdicts.table_scales import Scales
from citewire.services.citations.verdicts.units import PERCENT, POINTS, is_currency, same_kind

CLEARLY = 0.12
"""So much better does the row that a claim means fit than the one that its figure is from."""

FITS = 0.45
"""The score of a row from which on its figure is surely the one that is meant."""


class CellStanding(StrEnum):
    """How a figure of a claim stands in tables."""

    HELD = "held"
    OTHER = "other"
    SCALE = "scale"
    SIGN = "sign"
    """It is there, and is a change the other way."""
    UNSIGNED = "unsigned"
    """It is there, and is a change; nothing says whether it is the fall that a claim tells of."""
    PERIOD = "period"
    """It is there, of another period than the claim speaks of."""
    ROW = "row"
    """It is there, in a row that is likely another one than the claim speaks of."""
    LOOSE = "loose"
    """It is there, and nothing says whether it is the one that is meant."""


@dataclass(frozen=True, slots=True)
class CellTrace:
    """What cells say of an amount: where it stands, and which cell is meant instead."""

    standing: CellStanding
    table: FittedTable
    line: int
    figure: CellFigure
    meant: CellFigure | None = None
    meant_line: int = 0
    named: frozenset[str] = frozenset()
    """Words beside the amount that name the cell that is meant, where others name this one."""


@dataclass(frozen=True, slots=True)
class _Match:
    table: FittedTable
    line: int
    figure: CellFigure
    in_period: bool | None

    @property
    def score(self) -> float:
        return self.table.lines[self.line].score

    @property
    def head_score(self) -> float:
        return self.table.heads[self.figure.head].score

    @property
    def rank(self) -> tuple[bool, bool, float, float]:
        return (
            self.in_period is not False,
            self.in_period is True,
            round(self.score, 3),
            self.head_score,
        )


def trace_cell(
    amount: Amount,
    periods: Sequence[Period],
    tables: Sequence[FittedTable],
    told: Scales,
) -> CellTrace | None:
    """Where in tables an amount stands; None if it is in none.

    Args:
        amount: of a claim.
        periods: that the amount may be of.
        tables: those of the passages.
        told: the scales that other passages tell, for tables that tell none.
    """
    matches, unscaled = list[_Match](), list[_Match]()
    for table in tables:
        for line, figure in table.table.cells:
            if is_value(amount, figure, told):
                matches.append(_match(table, line, figure, periods))
            elif amount.factor >= 1e3 and _is_unscaled(amount, figure):
                unscaled.append(_match(table, line, figure, periods))
    if not matches:
        # Where nothing tells a scale, none is wrong.
        unscaled = [match for match in unscaled if _has_scale(match, told)]
        if not unscaled:
            return None
        best = max(unscaled, key=lambda match: match.rank)
        return CellTrace(CellStanding.SCALE, best.table, best.line, best.figure)
    ranked = sorted(matches, key=lambda match: match.rank, reverse=True)
    best = ranked[0]
    if meant := _meant_instead(best, periods):
        return CellTrace(CellStanding.OTHER, best.table, best.line, best.figure, meant[1], meant[0])
    standing = CellStanding.HELD if best.score >= FITS else CellStanding.LOOSE
    if best.in_period is False:
        standing = CellStanding.PERIOD
    elif best.figure.is_change and amount.is_negative and best.figure.value > 0:
        standing = CellStanding.SIGN
    return CellTrace(standing, best.table, best.line, best.figure)


def _has_scale(match: _Match, told: Scales) -> bool:
    """Whether it is told which scale a figure has."""
    return bool(match.figure.scales) or len(told.of(shares=match.figure.of_shares)) == 1


def _match(table: FittedTable, line: int, figure: CellFigure, periods: Sequence[Period]) -> _Match:
    return _Match(table, line, figure, period_fits(periods, figure.period))


def _meant_instead(best: _Match, periods: Sequence[Period]) -> tuple[int, CellFigure] | None:
    """The cell that the claim's words fit clearly better, and its line."""
    found: tuple[float, int, CellFigure] | None = None
    for line, figures in best.table.table.by_line.items():
        fit = best.table.lines[line]
        is_same = line == best.line or _is_same_label(best, line)
        if not is_same and (fit.precision < SURE or fit.score < best.score + CLEARLY):
            continue
        for figure in figures:
            is_alike = (figure.kind == PERCENT) == (best.figure.kind == PERCENT)
            if figure.value != best.figure.value and is_alike:
                weight = _better(best, line, figure, periods)
                if weight > 0 and (found is None or weight > found[0]):
                    found = (weight, line, figure)
    return None if found is None else found[1:]


def _is_same_label(best: _Match, line: int) -> bool:
    """Whether a line is the same for another period: `Revenue` below 2021, and below 2022."""
    one, other = best.table.table.lines[best.line], best.table.table.lines[line]
    return bool(one.words) and one.words == other.words and one.group == other.group


def _better(best: _Match, line: int, figure: CellFigure, periods: Sequence[Period]) -> float:
    """By how much a cell fits better than the best that holds the amount; 0 if it hardly does."""
    fit, own = best.table.lines[line], best.table.lines[best.line]
    in_period = period_fits(periods, figure.period)
    if in_period is False or figure.is_change > best.figure.is_change:
        return 0.0
    head, own_head = best.table.heads[figure.head], best.table.heads[best.figure.head]
    by_head = head.score - own_head.score
    if line == best.line or _is_same_label(best, line):
        if best.in_period is False and in_period:
            return 1.0 + by_head
        if best.in_period is None and in_period and not own_head.score:
            return 1.0
        heads = best.table.table.heads
        own_words = best.table.words & heads[figure.head].words - heads[best.figure.head].words
        is_named = bool(own_words) and head.precision >= SURE and by_head >= CLEARLY
        is_named &= not best.figure.is_change  # `32 above budget` names what it differs from
        return by_head if is_named and (in_period or best.in_period is not True) else 0.0
    by_line = fit.score - own.score
    if by_head > -CLEARLY:
        return by_line + by_head + (in_period is True)
    return 0.0


def is_value(amount: Amount, figure: CellFigure, told: Scales) -> bool:
    """Whether a figure is the amount, as its table tells it, and at least as precise."""
    return any(
        _is_reading(reading, amount.hedge, figure, scale)
        for reading in readings_beside(amount, figure)
        if kinds_agree(reading.kind, figure)
        for scale in scales_for(amount, reading, figure, told)
    )


def readings_beside(amount: Amount, figure: CellFigure) -> Sequence[NumeralReading]:
    """What an amount may mean where figures are written as this one is.

    23,363 million are not the 23,363 of a table in thousands.
    """
    if amount.sign and amount.sign == figure.grouping:
        return amount.readings[::2]
    return amount.readings


def scales_for(
    amount: Amount, reading: NumeralReading, figure: CellFigure, told: Scales
) -> Iterator[float]:
    """What the figure may be multiplied by to be compared with an amount."""
    if reading.kind in (PERCENT, POINTS) or figure.kind == PERCENT:
        yield 1.0
        return
    if units := [factor for kind, factor in figure.units if kind == reading.kind]:
        # `41 thousand tonnes` beside a table in thousands of tonnes, and not `41 tonnes`.
        for scale in figure.scales or (1.0,):
            yield from (scale * factor for factor in units)
        return
    others = told.of(shares=figure.of_shares)
    yield from figure.scales or (others if len(others) == 1 else ())
    if amount.factor == 1 or 1.0 in figure.scales:
        yield 1.0


def kinds_agree(kind: str, figure: CellFigure) -> bool:
    """Whether a figure may count what an amount counts."""
    if figure.kind == PERCENT:
        return kind in (PERCENT, POINTS)
    if kind in (PERCENT, POINTS):
        return not figure.kind
    money = figure.kind or figure.money
    if is_currency(kind) and is_currency(money):
        return same_kind(kind, money)
    return True


def _is_reading(reading: NumeralReading, hedge: str, figure: CellFigure, scale: float) -> bool:
    low, high, step = bounds(reading, hedge)
    value = abs(figure.value) * scale
    if abs(value - reading.value) <= abs(reading.value) * 1e-9:
        return True
    return low <= value <= high and figure.step * scale <= step * 1.001


def _is_unscaled(amount: Amount, figure: CellFigure) -> bool:
    """Whether the digits are there, of another scale."""
    value = amount.readings[0].value / amount.factor
    return value > 0 and abs(abs(figure.value) - value) <= value * 1e-9 and figure.kind != PERCENT
