"""Calculations that a claim's words do not tell in full, found by trying what they may mean.

The more is tried the likelier a wrong figure comes out by chance, and the more so the rounder it
is: 26.82 % of a hundred quotients is no accident, 27 % is. A calculation counts only as long as so
many have been tried that chance would give the figure in one of fifty.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.arithmetic import (
    Calculation,
    Operand,
    Operands,
    changes,
    difference,
    gives,
    quotients,
    share_of,
    sums,
)
from citewire.services.citations.verdicts.asked_figures import OVER_TIME, AskedFigures, Operation
from citewire.services.citations.verdicts.beside_amounts import words_of_cell
from citewire.services.citations.verdicts.fitting import SURE, FittedTable, period_fits
from citewire.services.citations.verdicts.from_cells import length_of, time_of
from citewire.services.citations.verdicts.table_scales import Scales
from citewire.services.citations.verdicts.units import PERCENT, POINTS

CHANCE = 0.02
"""How likely it may be that one of those tried gives the figure by accident."""

MOST = 600
"""Calculations of one table for one amount."""

MOST_LINES, MOST_HEADS, MOST_CELLS, LONGEST_RUN = 8, 5, 10, 12

_PARTS = {Operation.RATIO, Operation.SHARE}
_TOTALS = {Operation.SUM, Operation.AVERAGE}


def searched(
    amount: Amount, asked: AskedFigures, table: FittedTable, told: Scales
) -> Calculation | None:
    """The first calculation that gives an amount and is not likely to do so by accident."""
    if not asked.operations:
        return None
    reading = amount.readings[0]
    if not reading.value:
        return None
    each = reading.step / reading.value
    most = min(MOST, int(CHANCE / each)) if each else MOST
    for calculation in islice(_calculations(amount, asked, table), most):
        if gives(amount, calculation, told) > 0:
            return calculation
    return None


def _calculations(amount: Amount, asked: AskedFigures, table: FittedTable) -> Iterator[Calculation]:
    is_percent = amount.readings[0].kind in (PERCENT, POINTS)
    lines = _lines(table) or _below(asked, table)
    is_of_whole = _names_whole(asked, table)
    operations = asked.operations - (_PARTS if is_of_whole else set())
    for line in lines:
        yield from _of_line(line, operations, asked, table, is_percent=is_percent)
    for head in _heads(lines, asked, table):
        yield from _of_head(
            head, lines, asked, table, is_percent=is_percent, is_of_whole=is_of_whole
        )


def differences(
    one: Operand, other: Operand, asked: AskedFigures, table: FittedTable, *, is_percent: bool
) -> Iterator[Calculation]:
    """By how much two cells differ: which has more, if the claim says which.

    In per cent of the second, too, where the claim tells it in per cent and the cells are none.
    """
    is_alike = is_percent == (one[1].kind == PERCENT)
    words, others = (words_of_cell(table.table, *cell) for cell in (one, other))
    order = 0 if asked.compared is None else asked.compared.order(words, others)
    if not order or asked.compared is None:
        if is_alike:
            yield difference(one, other, may_turn=True)
        return
    first, second = (one, other) if order > 0 else (other, one)
    if is_alike:
        of_costs = all(table.table.lines[line].is_cost for line, _ in (one, other))
        is_less = asked.compared.is_less
        yield difference(first, second, may_turn=False, falls=is_less, of_costs=of_costs)
    elif is_percent:
        yield from changes(first, second, may_turn=False, falls=asked.compared.is_less)


def _names_whole(asked: AskedFigures, table: FittedTable) -> bool:
    """Whether a claim names a line, and the line of a total of which that may be a part."""
    lines = table.table.lines
    named = [at for at in table.table.by_line if table.lines[at].precision >= SURE]
    wholes = [lines[at].words for at in named if {"total"} < lines[at].words <= asked.words]
    return bool(wholes) and any("total" not in lines[at].words for at in named)


def _lines(table: FittedTable) -> list[int]:
    """The lines that share words with the claim, those that fit best first."""
    fits = table.lines
    found = [line for line in table.table.by_line if fits[line].score > 0]
    heads = table.table.lines
    named = {at: (heads[at].words | heads[at].group) & table.words for at in found}
    sure = [line for line in found if fits[line].precision >= SURE]
    parts = [line for line in sure if "total" not in heads[line].words]
    if len(parts) == 1:
        # What shares no more than `income` with a claim of `freight income` is not meant.
        found = [one for one in found if one in sure or not named[one] <= named[parts[0]]]
    return sorted(found, key=lambda line: (-fits[line].score, line))[:MOST_LINES]


def _below(asked: AskedFigures, table: FittedTable) -> list[int]:
    """The lines below a subhead of which the claim says most of the words."""
    heads = table.table.lines
    groups = {heads[line].group for line in table.table.by_line if heads[line].group}
    best = max(groups, key=lambda group: len(group & asked.words) / len(group), default=None)
    if best is None or 2 * len(best & asked.words) <= len(best):
        return []
    return [line for line in table.table.by_line if heads[line].group == best][:MOST_LINES]


def _heads(lines: Sequence[int], asked: AskedFigures, table: FittedTable) -> list[int]:
    """The heads under which those lines have figures, those that are asked for first."""
    periods: dict[int, bool | None] = {}
    for line in lines:
        for figure in table.table.by_line[line]:
            fits = period_fits(asked.periods, figure.period)
            if fits is not False and not figure.is_change:
                periods.setdefault(figure.head, fits)
    order = sorted(periods, key=lambda head: (not periods[head], -table.heads[head].score, head))
    return order[:MOST_HEADS]


def _cells(line: int, asked: AskedFigures, table: FittedTable) -> Operands:
    """The figures of a line, those of periods that are asked for first."""
    own = [(line, one) for one in table.table.by_line[line] if not one.is_change]
    named = [pair for pair in own if period_fits(asked.periods, pair[1].period)]
    rest = [pair for pair in own if pair not in named]
    return tuple([*named, *rest][:MOST_CELLS])


def _of_line(
    line: int,
    operations: frozenset[Operation],
    asked: AskedFigures,
    table: FittedTable,
    *,
    is_percent: bool,
) -> Iterator[Calculation]:
    cells, is_cost = _cells(line, asked, table), table.table.lines[line].is_cost
    named = {one.period for _, one in cells if period_fits(asked.periods, one.period)}
    # From one year to another that a claim names, and to no other.
    ends = named if len(named) > 1 else {one.period for _, one in cells}
    for one, other in combinations(cells, 2):
        old, new = sorted((one, other), key=time_of)
        if one[1].value == other[1].value and operations & _PARTS:
            continue
        is_course = {old[1].period, new[1].period} <= ends and any(time_of(old))
        is_course &= length_of(old) == length_of(new)
        if operations & OVER_TIME and is_course and time_of(old) < time_of(new):
            falls = Operation.FALL in operations and Operation.RISE not in operations
            if is_percent:
                yield from changes(new, old, may_turn=False, falls=falls)
            if not is_percent or old[1].kind == PERCENT:
                yield difference(new, old, may_turn=False, falls=falls, of_costs=is_cost)
        if Operation.DIFFERENCE in operations and is_percent == (old[1].kind == PERCENT):
            yield difference(new, old, may_turn=True)
        if operations & _PARTS:
            yield from quotients(one, other, operations, is_percent=is_percent)
            yield from quotients(other, one, operations, is_percent=is_percent)
    if operations & _TOTALS:
        in_order = sorted(cells, key=lambda pair: pair[1].head)
        for first, last in combinations(range(len(in_order) + 1), 2):
            if last - first > 1 and asked.years in (0, last - first):
                yield from sums(tuple(in_order[first:last]), operations)


def _of_head(
    head: int,
    lines: Sequence[int],
    asked: AskedFigures,
    table: FittedTable,
    *,
    is_percent: bool,
    is_of_whole: bool,
) -> Iterator[Calculation]:
    """Of the figures under one head: the lines that the claim names, and runs of lines."""
    operations = asked.operations
    column = {
        line: (line, one)
        for line, figures in table.table.by_line.items()
        for one in figures
        if one.head == head
    }
    named = [column[line] for line in lines if line in column]
    for one, other in combinations(named, 2):
        if Operation.DIFFERENCE in operations:
            yield from differences(one, other, asked, table, is_percent=is_percent)
        if operations & _PARTS and not is_of_whole:
            yield from quotients(one, other, operations, is_percent=is_percent)
            yield from quotients(other, one, operations, is_percent=is_percent)
    whole = _whole(column, table)
    if operations & _PARTS and whole is not None:
        for one in named:
            if one[0] != whole[0]:
                yield from quotients(one, whole, operations, is_percent=is_percent)
    if operations & _TOTALS:
        for several in _runs(column, lines, table):
            yield from sums(several, operations)
    # The share of a row that is named is no share of several.
    parts = [line for line in lines if line in column and table.lines[line].precision >= SURE]
    parts = [line for line in parts if whole is None or line != whole[0]]
    if operations & _PARTS and whole is not None and len(parts) != 1:
        for several in _runs(column, lines, table):
            if sum(figure.value for _, figure in several) == whole[1].value:
                continue  # All parts of anything are 100 % of it.
            yield from share_of(several, whole, is_percent=is_percent)


def _whole(column: dict[int, Operand], table: FittedTable) -> Operand | None:
    """The total of a column, if a line says that it is one; the one that the claim names."""
    lines = table.table.lines
    totals = [at for at in column if "total" in lines[at].label.lower()]
    named = [at for at in totals if {"total"} < lines[at].words <= table.words]
    return column[(named or totals)[-1]] if totals else None


def _runs(
    column: dict[int, Operand], lines: Sequence[int], table: FittedTable
) -> Iterator[Operands]:
    """Neighbouring lines of a column: those below one subhead, and those around the best fit."""
    heads = table.table.lines
    group: Callable[[int], frozenset[str]] = lambda at: heads[at].group  # noqa: E731
    order = sorted(column)
    seen = set[tuple[int, int]]()
    for line in lines[:3]:
        same = [at for at in order if group(at) == group(line)]
        if line in column and len(same) > 1 and group(line):
            yield tuple(column[at] for at in same)
    for line in lines[:3]:
        if line not in column:
            continue
        at = order.index(line)
        for first in range(at, max(-1, at - LONGEST_RUN), -1):
            for last in range(at + 1, min(len(order), first + LONGEST_RUN) + 1):
                if last - first > 1 and (first, last) not in seen:
                    seen.add((first, last))
                    yield tuple(column[one] for one in order[first:last])
