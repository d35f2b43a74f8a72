"""Calculations of one cell, which a claim tells, with the others of its row, or with a total."""

from collections.abc import Iterator

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.arithmetic import (
    Calculation,
    Operand,
    changes,
    difference,
    quotients,
)
from citewire.services.citations.verdicts.asked_figures import AskedFigures, Operation
from citewire.services.citations.verdicts.fitting import FittedTable
from citewire.services.citations.verdicts.units import PERCENT, POINTS

MOST_CELLS = 8

_OVER_TIME = frozenset({Operation.CHANGE, Operation.RISE, Operation.FALL, Operation.DIFFERENCE})


def from_cell(
    amount: Amount, asked: AskedFigures, table: FittedTable, cell: Operand
) -> Iterator[Calculation]:
    """What may come out of a cell: how its row changed, and its share of a total."""
    is_percent = amount.readings[0].kind in (PERCENT, POINTS)
    falls = Operation.FALL in asked.operations and Operation.RISE not in asked.operations
    if asked.operations & _OVER_TIME:
        may_turn = not asked.operations & {Operation.RISE, Operation.FALL}
        for other in _series(table, cell):
            old, new = sorted((cell, other), key=time_of)
            if is_percent:
                yield from changes(new, old, may_turn=may_turn, falls=falls)
            if not is_percent or old[1].kind == PERCENT:
                yield difference(new, old, may_turn=may_turn, falls=falls)
    if Operation.SHARE in asked.operations and is_percent:
        for whole in _totals(table, cell):
            yield from quotients(cell, whole, frozenset({Operation.SHARE}), is_percent=True)


def _series(table: FittedTable, cell: Operand) -> list[Operand]:
    """The figures of other periods in the row of a cell, or in rows that are called the same."""
    line, figure = cell
    lines = table.table.lines
    found = [
        (at, one)
        for at, figures in table.table.by_line.items()
        if at == line or lines[at].words == lines[line].words
        for one in figures
        if (at == line) != (one.head == figure.head)
        and not one.is_change
        and one.kind == figure.kind
        and one.period is not None
        and one.period != figure.period
        and (figure.period is None or one.period.months == figure.period.months)
    ]
    return found[:MOST_CELLS]


def _totals(table: FittedTable, cell: Operand) -> Iterator[Operand]:
    """The totals of the column of a cell, and of its row."""
    line, figure = cell
    lines, heads = table.table.lines, table.table.heads
    for at, figures in table.table.by_line.items():
        for one in figures:
            is_below = one.head == figure.head and "total" in lines[at].label.lower()
            is_beside = at == line and "total" in heads[one.head].label.lower()
            if (is_below or is_beside) and one is not figure and one.period == figure.period:
                yield at, one


def time_of(cell: Operand) -> tuple[int, int, int, str]:
    """The period of a cell, to be ordered by."""
    period = cell[1].period
    if period is None:
        return 0, 0, 0, ""
    return period.year or 0, period.month or 0, period.day or 0, period.part or ""


def length_of(cell: Operand) -> int | None:
    """How many months the period of a cell has, if that is told."""
    return cell[1].period.length if cell[1].period is not None else None
