"""Whether a claim tells of which figures the one that it calculates comes out.

A figure that does not come out of what the claim names is wrong. Where the claim names too little
for it ("the change between the averages", "the share of both in the whole"), nobody can say so: it
was not checked.
"""

from collections.abc import Sequence

from citewire.services.citations.verdicts.asked_figures import AskedFigures, Operation
from citewire.services.citations.verdicts.fitting import SURE, FittedTable
from citewire.services.citations.verdicts.periods import agrees
from citewire.services.citations.verdicts.row_meant import QUALIFIERS
from citewire.services.citations.verdicts.trade_words import words_of

_OF_AVERAGES = frozenset(
    {Operation.CHANGE, Operation.RISE, Operation.FALL, Operation.DIFFERENCE, Operation.RATIO}
)
_WEAK = frozenset({Operation.SUM, Operation.SHARE})
_SURELY = words_of(
    """sum combined together aggregate altogether both percentage proportion portion fraction suma
    juntos conjunto porcentaje proporcion summe zusammen anteil somme ensemble pourcentage"""
)
"""Words of sums and shares that are not also said of what is stated, as `total` and `%` are."""


def tells_operands(asked: AskedFigures, tables: Sequence[FittedTable]) -> bool:
    """Whether the words of a claim say of which figures its own is calculated, if of any.

    Of tables that share no words with the claim it is not calculated.
    """
    if not asked.operations and not asked.ratios:
        return True
    years = {period.year for period in asked.periods if period.year}
    if asked.operations <= _WEAK and len(years) < 2 and not asked.words & _SURELY:
        return True
    likely = [table for table in tables if table.best]
    if Operation.AVERAGE in asked.operations and asked.operations & _OF_AVERAGES:
        return not likely  # it does not tell what is averaged first
    return not likely or any(_names_operands(asked, table) for table in likely)


def _names_operands(asked: AskedFigures, table: FittedTable) -> bool:
    """Whether a claim surely names rows, no word of another row or column, and their periods."""
    lines = [line for line in table.table.by_line if _is_named(line, table)]
    heads = [head for head in table.table.full_heads if table.heads[head].precision >= SURE]
    named = [table.table.lines[line] for line in lines]
    named += [table.table.heads[head] for head in heads]
    own = frozenset(word for one in named for word in one.words | one.group)
    left = (asked.named & (table.table.of_lines | table.table.of_heads)) - own - QUALIFIERS
    if not lines or left:
        return False
    held = [one.period for line in lines for one in table.table.by_line[line] if one.period]
    return all(
        not asked_of.year or any(agrees(asked_of, period) for period in held)
        for asked_of in asked.periods
    )


def _is_named(line: int, table: FittedTable) -> bool:
    """Whether a claim says most words of a row, or a sentence with figures most of the claim's."""
    is_sentence = table.table.by_line[line][0].place is None
    fit = table.lines[line]
    return max(fit.precision, fit.recall if is_sentence else 0.0) >= SURE
