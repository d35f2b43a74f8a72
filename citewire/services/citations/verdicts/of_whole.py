"""Shares of a whole of which a claim names the part alone: `two thirds of its employees are here`.

The part is the one row or column that the claim surely names, and the whole is told beside it as a
total. Nothing else is tried, so that a wrong share seldom comes out by chance.
"""

from collections.abc import Iterator

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.arithmetic import Calculation, Operand, quotients
from citewire.services.citations.verdicts.asked_figures import AskedFigures, Operation
from citewire.services.citations.verdicts.figures import TableHead
from citewire.services.citations.verdicts.fitting import SURE, FittedTable, period_fits
from citewire.services.citations.verdicts.from_cells import time_of
from citewire.services.citations.verdicts.units import PERCENT

MOST_ROWS = 8
"""Rows under a column of parts that are looked at."""

_SHARE = frozenset({Operation.SHARE})
_OVER_TIME = {Operation.CHANGE, Operation.RISE, Operation.FALL, Operation.DIFFERENCE}
_NOT_COUNTED = frozenset({"operati", "segment", "divisio", "region", "total"})
"""Stems of words that heads of parts have beside their names."""


def shares_of_whole(
    amount: Amount, asked: AskedFigures, table: FittedTable
) -> Iterator[Calculation]:
    """The share that the part a claim names has in its total, of the period that is meant."""
    is_share = amount.readings[0].kind == PERCENT and Operation.SHARE in asked.operations
    if not is_share or asked.operations & _OVER_TIME:
        return
    for part, whole in (*_below(asked, table), *_beside(asked, table)):
        if part[1].kind == whole[1].kind:
            yield from quotients(part, whole, _SHARE, is_percent=True)


def _below(asked: AskedFigures, table: FittedTable) -> list[tuple[Operand, Operand]]:
    """The cell of the row that is named, and the total of its column, that says of what."""
    lines, by_line = table.table.lines, table.table.by_line
    named = [at for at in by_line if _names(asked, lines[at])]
    wholes = [at for at in by_line if _is_total(lines[at]) and lines[at].words & asked.named]
    if len(named) != 1 or len(wholes) != 1 or named[0] > wholes[0]:
        return []
    under = {one.head: one for one in by_line[wholes[0]]}
    return _of_period(
        asked,
        [
            ((named[0], one), (wholes[0], under[one.head]))
            for one in by_line[named[0]]
            if one.head in under and not one.is_change
        ],
    )


def _beside(asked: AskedFigures, table: FittedTable) -> list[tuple[Operand, Operand]]:
    """The cell of the column that is named, and the total of its row, which is named as well."""
    heads, by_line = table.table.heads, table.table.by_line
    named = [at for at in table.table.full_heads if _names(asked, heads[at])]
    wholes = [at for at in table.table.full_heads if heads[at].words == {"total"}]
    rows = [at for at in by_line if table.lines[at].precision >= SURE][:MOST_ROWS]
    if len(named) != 1 or len(wholes) != 1:
        return []
    if len({table.table.lines[at].words for at in rows}) != 1:
        return []
    pairs = []
    for at in rows:
        own = {one.head: one for one in by_line[at]}
        if named[0] in own and wholes[0] in own:
            pairs.append(((at, own[named[0]]), (at, own[wholes[0]])))
    return _of_period(asked, pairs)


def _names(asked: AskedFigures, head: TableHead) -> bool:
    """Whether a claim says all words that are a head's own."""
    own = head.words - _NOT_COUNTED
    return bool(own) and own <= asked.named and not _is_total(head)


def _is_total(head: TableHead) -> bool:
    return "total" in head.words


def _of_period(
    asked: AskedFigures, pairs: list[tuple[Operand, Operand]]
) -> list[tuple[Operand, Operand]]:
    """Those of a period that the claim names; if it names none, the newest, else the first."""
    if asked.periods:
        return [pair for pair in pairs if period_fits(asked.periods, pair[0][1].period)]
    # Of one period alone: the more are tried, the likelier a wrong share comes out of one.
    return sorted(pairs, key=lambda pair: time_of(pair[0]), reverse=True)[:1]
