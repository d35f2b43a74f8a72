"""Figures that a claim calculates: of which cells, and how.

Tried are only the calculations that the claim's words speak of, of the cells that they choose, so
that a wrong figure is seldom right by chance, and the work is linear in the cells.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.asked_figures import AskedFigures, Operation
from citewire.services.citations.verdicts.cells import readings_beside, scales_for
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.fitting import (
    SURE,
    Fit,
    FittedTable,
    fitted,
    period_fits,
)
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.table_scales import Scales
from citewire.services.citations.verdicts.units import PERCENT, POINTS

MOST_TRIED = 60
"""Calculations for one amount."""

MOST_PAIRS = 3
"""Pairs of neighbouring periods that are tried for a claim that names none."""

MOST_LINES = 4
MOST_NAMED = 6
_LEAST = 0.25
PERCENT_AT_MOST = 100
"""A figure without a sign of its own may be per cent up to here."""
_NEAR_BEST = 0.8
_NAMED = 0.6

_OVER_TIME = {Operation.CHANGE, Operation.RISE, Operation.FALL, Operation.DIFFERENCE}
_Operands = tuple[tuple[int, CellFigure], ...]


@dataclass(frozen=True, slots=True)
class Calculation:
    """A figure calculated.

    Args:
        value: what comes out.
        kind: `%`, or nothing: what the operands are.
        formula: with the operands as their cells write them.
        operands: each with its line.
        may_turn: whether it may be told without its sign.
        falls: whether what is told is how much it fell.
    """

    value: float
    kind: str
    formula: str
    operands: _Operands
    may_turn: bool = False
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Calculated:
    """The calculation that gives an amount; `is_turned` if it gives it with the other sign."""

    calculation: Calculation
    table: FittedTable
    is_turned: bool = False


def calculate(
    amount: Amount,
    asked: AskedFigures,
    tables: Sequence[FittedTable],
    told: Scales,
) -> Calculated | None:
    """The calculation that the claim's words speak of and that gives its amount."""
    if not asked.operations:
        return None
    turned: Calculated | None = None
    for table in sorted(tables, key=lambda one: -one.best):
        if not table.best:
            continue
        for calculation in islice(_calculations(amount, asked, table), MOST_TRIED):
            sign = _gives(amount, calculation, told)
            if sign > 0:
                return Calculated(calculation, table)
            if sign < 0 and turned is None:
                turned = Calculated(calculation, table, is_turned=True)
    return turned


def _gives(amount: Amount, calculation: Calculation, told: Scales) -> int:
    """1 if a calculation gives the amount within rounding, -1 if but for its sign, or 0."""
    figure = calculation.operands[0][1]
    for reading in readings_beside(amount, figure):
        is_percent = reading.kind in (PERCENT, POINTS)
        if is_percent != (calculation.kind == PERCENT) and not (
            calculation.kind == PERCENT and not reading.kind and figure.kind == PERCENT
        ):
            continue
        plain = calculation.kind in (PERCENT, "x")
        scales = (1.0,) if plain else (*scales_for(amount, reading, figure, told),)
        for scale in scales or (amount.factor,):
            value, slack = calculation.value * scale, reading.step / 2
            slack += max(abs(value), abs(reading.value)) * 1e-9
            if abs(abs(value) - reading.value) > slack:
                continue
            claimed = -reading.value if amount.is_negative else reading.value
            if abs(value - claimed) <= slack or calculation.may_turn:
                return 1
            if calculation.falls and not amount.is_negative and value < 0:
                return 1
            return -1
    return 0


def _calculations(amount: Amount, asked: AskedFigures, table: FittedTable) -> Iterator[Calculation]:
    is_percent = amount.readings[0].kind in (PERCENT, POINTS)
    operations = asked.operations
    lines = _likely_lines(table)
    if operations & _OVER_TIME:
        yield from chain.from_iterable(
            _changes(line, asked, table, is_percent=is_percent) for line in lines
        )
    if operations & {Operation.SUM, Operation.AVERAGE}:
        for line in lines:
            for operands in _over_periods(line, asked, table):
                yield from _sums(operands, operations)
    if Operation.RATIO in operations or Operation.SHARE in operations:
        for line in lines:
            for old, new in _pairs(line, asked, table):
                yield from _quotients(new, old, operations, is_percent=is_percent)
    if operations & {
        Operation.SUM,
        Operation.AVERAGE,
        Operation.RATIO,
        Operation.SHARE,
        Operation.DIFFERENCE,
        Operation.CHANGE,
    }:
        for operands in (*_of_lines(asked, table), *_of_heads(lines, asked, table)):
            yield from _of_several(operands, operations, is_percent=is_percent)


def _of_several(
    operands: _Operands, operations: frozenset[Operation], *, is_percent: bool
) -> Iterator[Calculation]:
    yield from _sums(operands, operations)
    if len(operands) == 2:
        one, other = operands
        if operations & {Operation.DIFFERENCE, Operation.CHANGE} and not is_percent:
            yield _difference(one, other, may_turn=True)
        if operations & {Operation.RATIO, Operation.SHARE}:
            yield from _quotients(one, other, operations, is_percent=is_percent)
            yield from _quotients(other, one, operations, is_percent=is_percent)
        if Operation.DIFFERENCE in operations and is_percent and one[1].kind == PERCENT:
            yield _difference(one, other, may_turn=True)
    elif len(operands) > 2 and Operation.SHARE in operations:
        *parts, whole = operands
        yield from _share_of(tuple(parts), whole)


def _share_of(parts: _Operands, whole: tuple[int, CellFigure]) -> Iterator[Calculation]:
    if whole[1].value:
        total = sum(figure.value for _, figure in parts)
        formula = f"({_written(parts, ' + ')}) / {_text(whole[1])}"
        yield Calculation(100 * total / whole[1].value, PERCENT, formula, (*parts, whole))


def _likely_lines(table: FittedTable) -> list[int]:
    """The lines that the claim's words fit best."""
    least = max(table.best * _NEAR_BEST, 0.2)
    found = [
        line
        for line in table.table.by_line
        if table.lines[line].score >= least
        or (table.lines[line].precision >= SURE and table.lines[line].score >= _LEAST)
    ]
    return sorted(found, key=lambda line: (-table.lines[line].score, line))[:MOST_LINES]


def _series(line: int, table: FittedTable) -> Iterator[list[tuple[int, CellFigure]]]:
    """The figures of a line, amounts and per cent apart, each under the heads that fit best.

    A line may be told again for each period: `Total` below 2019, and below 2018.
    """
    head = table.table.lines[line]
    lines = [line]
    if head.period is not None and not head.is_period:
        lines = [at for at, one in enumerate(table.table.lines) if one.label == head.label]
    own = [
        (at, one) for at in lines for one in table.table.by_line.get(at, ()) if not one.is_change
    ]
    for is_percent in (False, True):
        same = [pair for pair in own if (pair[1].kind == PERCENT) == is_percent]
        best = max((table.heads[figure.head].score for _, figure in same), default=0.0)
        picked = [pair for pair in same if table.heads[pair[1].head].score >= best * _NEAR_BEST]
        if same:
            yield picked if len(picked) > 1 else same


def _key(period: Period) -> tuple[int, int, int]:
    part = int(period.part[1]) * (3 if period.part[0] == "Q" else 6) if period.part else 0
    return period.year or 0, period.month or part, period.day or 0


def _by_period(
    figures: Sequence[tuple[int, CellFigure]],
) -> dict[tuple[int, int, int], list[tuple[int, CellFigure]]]:
    """Figures by their periods, the oldest first."""
    found: dict[tuple[int, int, int], list[tuple[int, CellFigure]]] = {}
    for line, figure in figures:
        if figure.period is not None:
            found.setdefault(_key(figure.period), []).append((line, figure))
    return dict(sorted(found.items()))


def _asked_periods(
    figures: Sequence[tuple[int, CellFigure]], asked: AskedFigures
) -> tuple[list[list[tuple[int, CellFigure]]], list[list[tuple[int, CellFigure]]]]:
    """The figures of each period that is asked for, and of all periods, the oldest first."""
    groups = list(_by_period(figures).values())
    named = [group for group in groups if period_fits(asked.periods, group[0][1].period)]
    return named, groups


def _pairs(
    line: int, asked: AskedFigures, table: FittedTable
) -> Iterator[tuple[tuple[int, CellFigure], tuple[int, CellFigure]]]:
    """An older and a newer figure of a line, by the periods that the claim names."""
    for figures in _series(line, table):
        named, groups = _asked_periods(figures, asked)
        if len(named) >= 2:
            ends = [(named[0], named[-1])]
        elif len(named) == 1 and named[0] is not groups[0]:
            ends = [(groups[groups.index(named[0]) - 1], named[0])]
        elif not asked.periods:
            # The newest first; what rose or fell did so from one period to the next.
            ends = list(pairwise(groups))[: -MOST_PAIRS - 1 : -1]
        else:
            continue
        for older, newer in ends:
            if len(older) == len(newer):
                yield from zip(older[:4], newer[:4], strict=True)
            else:
                yield from ((a, b) for a in older[:2] for b in newer[:2])


def _changes(
    line: int, asked: AskedFigures, table: FittedTable, *, is_percent: bool
) -> Iterator[Calculation]:
    operations = asked.operations
    falls = Operation.FALL in operations and Operation.RISE not in operations
    may_turn = Operation.DIFFERENCE in operations and not operations & {
        Operation.CHANGE,
        Operation.RISE,
        Operation.FALL,
    }
    for old, new in _pairs(line, asked, table):
        if not is_percent or old[1].kind == PERCENT or not old[1].kind:
            change = _difference(new, old, may_turn=may_turn, falls=falls)
            if not is_percent:
                yield change
            elif old[1].kind or abs(old[1].value) <= PERCENT_AT_MOST:
                yield _as_percent(change)
        if is_percent and old[1].value:
            difference = new[1].value - old[1].value
            formula = f"({_text(new[1])} − {_text(old[1])}) / {_text(old[1])}"
            for base in dict.fromkeys((old[1].value, abs(old[1].value))):
                yield Calculation(
                    100 * difference / base, PERCENT, formula, (new, old), may_turn, falls
                )


def _as_percent(one: Calculation) -> Calculation:
    return Calculation(one.value, PERCENT, one.formula, one.operands, one.may_turn, one.falls)


def _difference(
    one: tuple[int, CellFigure],
    other: tuple[int, CellFigure],
    *,
    may_turn: bool,
    falls: bool = False,
) -> Calculation:
    formula = f"{_text(one[1])} − {_text(other[1])}"
    value = one[1].value - other[1].value
    kind = PERCENT if one[1].kind == PERCENT else ""
    return Calculation(value, kind, formula, (one, other), may_turn, falls)


def _over_periods(line: int, asked: AskedFigures, table: FittedTable) -> Iterator[_Operands]:
    """The figures of a line over the periods that the claim names, or over all."""
    for figures in _series(line, table):
        named, groups = _asked_periods(figures, asked)
        if len(named) == 1:
            before = groups.index(named[0])
            if len(named[0]) > 1:
                yield tuple(named[0])
            elif before and Operation.AVERAGE in asked.operations:
                yield groups[before - 1][0], named[0][0]
            continue
        if len(named) >= 2 and asked.is_range:
            named = groups[groups.index(named[0]) : groups.index(named[-1]) + 1]
        chosen = named or groups
        if not chosen and not asked.periods and len(figures) > 1:
            yield tuple(figures)
        if len(chosen) > 1:
            for at in range(min(3, *map(len, chosen))):
                yield tuple(group[at] for group in chosen)


def _sums(operands: _Operands, operations: frozenset[Operation]) -> Iterator[Calculation]:
    if len({figure.kind == PERCENT for _, figure in operands}) > 1:
        return
    kind = PERCENT if operands[0][1].kind == PERCENT else ""
    total = sum(figure.value for _, figure in operands)
    written = _written(operands, " + ")
    # Costs stand in brackets and are told without.
    may_turn = all(figure.value <= 0 for _, figure in operands)
    if Operation.AVERAGE in operations:
        mean = f"({written}) / {len(operands)}"
        yield Calculation(total / len(operands), kind, mean, operands, may_turn)
    elif Operation.SUM in operations and len(operands) > 1:
        yield Calculation(total, kind, written, operands, may_turn)


def _quotients(
    one: tuple[int, CellFigure],
    other: tuple[int, CellFigure],
    operations: frozenset[Operation],
    *,
    is_percent: bool,
) -> Iterator[Calculation]:
    if not other[1].value or not operations & {Operation.RATIO, Operation.SHARE}:
        return
    quotient = one[1].value / other[1].value
    formula = f"{_text(one[1])} / {_text(other[1])}"
    if is_percent:
        yield Calculation(100 * quotient, PERCENT, formula, (one, other))
    else:
        yield Calculation(quotient, "x", formula, (one, other))


def _of_lines(asked: AskedFigures, table: FittedTable) -> Iterator[_Operands]:
    """The figures under one head of the several lines that the claim names."""
    named = _named(table, table.lines, asked, table.table.by_line)
    if len(named) < 2:
        return
    by_line = {
        line: {one.head: one for one in table.table.by_line[line] if not one.is_change}
        for line in named
    }
    tried = 0
    for head, first in by_line[named[0]].items():
        if period_fits(asked.periods, first.period) is False or tried >= 3:
            continue
        several = tuple((line, by_line[line][head]) for line in named if head in by_line[line])
        if len(several) > 1:
            tried += 1
            yield several
            if len(several) > 2:
                yield several[:2]


def _of_heads(lines: Sequence[int], asked: AskedFigures, table: FittedTable) -> Iterator[_Operands]:
    """The figures of one line under the several heads that the claim names."""
    named = _named(table, table.heads, asked, table.table.full_heads)
    if len(named) < 2:
        return
    for line in lines[:2]:
        own = {figure.head: figure for figure in table.table.by_line[line]}
        several = tuple((line, own[head]) for head in named if head in own)
        if len(several) > 1:
            yield several


def _named(
    table: FittedTable, fits: Sequence[Fit], asked: AskedFigures, full: Collection[int]
) -> list[int]:
    """Lines or heads that a claim names one after the other, each by words of its own."""
    is_line = fits is table.lines
    heads = table.table.lines if is_line else table.table.heads
    left, found = asked.words, list[int]()
    while left and len(found) < MOST_NAMED:
        now = fits if not found else _again(table, left, is_line=is_line)
        best = max(
            (
                one
                for one in full
                if fits[one].precision >= _NAMED and one not in found and heads[one].words & left
            ),
            key=lambda one: now[one].score,
            default=None,
        )
        if best is None:
            break
        found.append(best)
        left -= heads[best].words
    return found


def _again(table: FittedTable, words: frozenset[str], *, is_line: bool) -> Sequence[Fit]:
    left = fitted(table.table, words)
    return left.lines if is_line else left.heads


def _text(figure: CellFigure) -> str:
    return " ".join(figure.text.split()) or "0"


def _written(operands: _Operands, sign: str) -> str:
    return sign.join(_text(figure) for _, figure in operands)
