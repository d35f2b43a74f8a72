"""Figures that a claim calculates: of which cells, and how.

Tried are only the calculations that the claim's words speak of, of the cells that they choose, so
that a wrong figure is seldom right by chance, and the work is linear in the cells.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise, product

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.arithmetic import (
    Calculation,
    Operand,
    Operands,
    as_percent,
    changes,
    difference,
    gives,
    quotients,
    share_of,
    sums,
)
from citewire.services.citations.verdicts.asked_figures import AskedFigures, Operation
from citewire.services.citations.verdicts.fitting import (
    SURE,
    Fit,
    FittedTable,
    fitted,
    period_fits,
)
from citewire.services.citations.verdicts.from_cells import length_of
from citewire.services.citations.verdicts.named_ratios import rows_of_ratio
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.searching import differences, searched
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

_RATIO = frozenset({Operation.RATIO})
_OVER_TIME = {Operation.CHANGE, Operation.RISE, Operation.FALL, Operation.DIFFERENCE}


@dataclass(frozen=True, slots=True)
class Calculated:
    """The calculation that gives an amount; `is_turned` if it gives it with the other sign.

    `tables` are those of its operands, in their order, where they stand in several.
    """

    calculation: Calculation
    table: FittedTable
    is_turned: bool = False
    tables: tuple[FittedTable, ...] = ()

    def of_operands(self) -> Iterator[tuple[FittedTable, Operand]]:
        """Its operands, each with its table."""
        operands = self.calculation.operands
        yield from zip(self.tables or (self.table,) * len(operands), operands, strict=True)


def calculate(
    amount: Amount,
    asked: AskedFigures,
    tables: Sequence[FittedTable],
    told: Scales,
) -> Calculated | None:
    """The calculation that the claim's words speak of and that gives its amount."""
    if not asked.operations and not asked.ratios:
        return None
    turned: Calculated | None = None
    for table in sorted(tables, key=lambda one: -one.best):
        if not table.best and not asked.ratios:
            continue
        for calculation in islice(_calculations(amount, asked, table), MOST_TRIED):
            sign = gives(amount, calculation, told)
            if sign > 0:
                return Calculated(calculation, table)
            if sign < 0 and turned is None:
                turned = Calculated(calculation, table, is_turned=True)
    return turned


def search(
    amount: Amount, asked: AskedFigures, tables: Sequence[FittedTable], told: Scales
) -> Calculated | None:
    """The calculation that gives an amount of which the claim does not tell every operand."""
    for table in sorted(tables, key=lambda one: -one.best):
        found = searched(amount, asked, table, told)
        if found is not None:
            return Calculated(found, table)
    return None


def _calculations(amount: Amount, asked: AskedFigures, table: FittedTable) -> Iterator[Calculation]:
    is_percent = amount.readings[0].kind in (PERCENT, POINTS)
    operations = asked.operations
    yield from _named_ratios(asked, table, is_percent=is_percent)
    lines = _likely_lines(table)
    if operations & _OVER_TIME:
        yield from chain.from_iterable(
            _changes(line, asked, table, is_percent=is_percent) for line in lines
        )
    if operations & {Operation.SUM, Operation.AVERAGE}:
        for line in lines:
            for operands in _over_periods(line, asked, table):
                if asked.years in (0, len(operands)):
                    yield from sums(operands, operations)
    if (Operation.RATIO in operations or Operation.SHARE in operations) and (
        len(asked.periods) > 1 or sum(table.lines[line].precision >= SURE for line in lines) < 2
    ):
        for line in lines:
            for old, new in _pairs(line, asked, table):
                yield from quotients(new, old, operations, is_percent=is_percent)
    if operations & {
        Operation.SUM,
        Operation.AVERAGE,
        Operation.RATIO,
        Operation.SHARE,
        Operation.DIFFERENCE,
        Operation.CHANGE,
    }:
        for operands in (*_of_lines(asked, table), *_of_heads(lines, asked, table)):
            yield from _of_several(operands, asked, table, is_percent=is_percent)


def _named_ratios(
    asked: AskedFigures, table: FittedTable, *, is_percent: bool
) -> Iterator[Calculation]:
    """What is told by a name that says which rows are divided: the current ratio."""
    for ratio in asked.ratios:
        above, below = rows_of_ratio(ratio, table.table.lines, list(table.table.by_line))
        for one, other in product(above[:MOST_LINES], below[:MOST_LINES]):
            whole = {figure.head: figure for figure in table.table.by_line[other]}
            for part in table.table.by_line[one]:
                if part.head in whole and period_fits(asked.periods, part.period) is not False:
                    yield from quotients(
                        (one, part), (other, whole[part.head]), _RATIO, is_percent=is_percent
                    )


def _of_several(
    operands: Operands, asked: AskedFigures, table: FittedTable, *, is_percent: bool
) -> Iterator[Calculation]:
    operations = asked.operations
    yield from sums(operands, operations)
    if len(operands) == 2:
        one, other = operands
        if Operation.DIFFERENCE in operations:
            yield from differences(one, other, asked, table, is_percent=is_percent)
        elif Operation.CHANGE in operations and not is_percent:
            yield difference(one, other, may_turn=True)
        if operations & {Operation.RATIO, Operation.SHARE}:
            yield from quotients(one, other, operations, is_percent=is_percent)
            yield from quotients(other, one, operations, is_percent=is_percent)
    elif len(operands) > 2 and Operation.SHARE in operations:
        *parts, whole = operands
        yield from share_of(tuple(parts), whole)


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


def _series(line: int, asked: AskedFigures, table: FittedTable) -> Iterator[list[Operand]]:
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
    lengths = {one.length for one in asked.periods if one.length}
    if len(lengths) == 1:
        own = [pair for pair in own if length_of(pair) in (*lengths, None)]
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
    figures: Sequence[Operand],
) -> dict[tuple[int, int, int], list[Operand]]:
    """Figures by their periods, the oldest first."""
    found: dict[tuple[int, int, int], list[Operand]] = {}
    for line, figure in figures:
        if figure.period is not None:
            found.setdefault(_key(figure.period), []).append((line, figure))
    return dict(sorted(found.items()))


def _asked_periods(
    figures: Sequence[Operand], asked: AskedFigures
) -> tuple[list[list[Operand]], list[list[Operand]]]:
    """The figures of each period that is asked for, and of all periods, the oldest first."""
    groups = list(_by_period(figures).values())
    named = [group for group in groups if period_fits(asked.periods, group[0][1].period)]
    return named, groups


def _pairs(line: int, asked: AskedFigures, table: FittedTable) -> Iterator[tuple[Operand, Operand]]:
    """An older and a newer figure of a line, by the periods that the claim names."""
    for figures in _series(line, asked, table):
        named, groups = _asked_periods(figures, asked)
        if len(named) >= 2:
            ends = [(named[0], named[-1])]
        elif len(named) == 1 and named[0] is not groups[0]:
            ends = [(groups[groups.index(named[0]) - 1], named[0])]
        elif not asked.periods:
            # The newest first; what rose or fell did so from one period to the next.
            ends = list(pairwise(groups))[: -MOST_PAIRS - 1 : -1]
            if not ends:
                yield from _before_and_after(figures, table)
        else:
            continue
        for older, newer in ends:
            if len(older) == len(newer):
                yield from zip(older[:4], newer[:4], strict=True)
            else:
                yield from ((a, b) for a in older[:2] for b in newer[:2])


def _before_and_after(
    figures: Sequence[Operand], table: FittedTable
) -> Iterator[tuple[Operand, Operand]]:
    """Figures of one period, of which a head says that it is without what the other one has."""
    before = [pair for pair in figures if table.table.heads[pair[1].head].is_before]
    if len(before) == 1:
        yield from ((before[0], one) for one in figures if one is not before[0])


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
            of_costs = table.table.lines[new[0]].is_cost
            change = difference(new, old, may_turn=may_turn, falls=falls, of_costs=of_costs)
            if not is_percent:
                yield change
            elif old[1].kind or abs(old[1].value) <= PERCENT_AT_MOST:
                yield as_percent(change)
        if is_percent:
            yield from changes(new, old, may_turn=may_turn, falls=falls)


def _over_periods(line: int, asked: AskedFigures, table: FittedTable) -> Iterator[Operands]:
    """The figures of a line over the periods that the claim names, or over all."""
    for figures in _series(line, asked, table):
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


def _of_lines(asked: AskedFigures, table: FittedTable) -> Iterator[Operands]:
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


def _of_heads(lines: Sequence[int], asked: AskedFigures, table: FittedTable) -> Iterator[Operands]:
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
