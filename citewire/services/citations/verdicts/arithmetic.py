"""Calculations with the cells of tables: how each is done and written, and what it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from citewire.services.citations.verdicts.amounts import Amount, NumeralReading
from citewire.services.citations.verdicts.asked_figures import Operation
from citewire.services.citations.verdicts.cells import readings_beside, scales_for
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.table_scales import Scales
from citewire.services.citations.verdicts.units import PERCENT, POINTS

TIMES = "x"
"""The kind of a quotient that is not told in per cent."""

Operand = tuple[int, CellFigure]
"""A cell, with the number of its line."""

Operands = tuple[Operand, ...]


class Shape(StrEnum):
    """How a calculation is written."""

    DIFFERENCE = "{0} − {1}"
    CHANGE = "({0} − {1}) / {1}"
    QUOTIENT = "{0} / {1}"
    SUM = "sum"
    MEAN = "mean"
    SHARE = "share"
    """Of several parts, the last operand being the whole."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """A figure calculated.

    Args:
        value: what comes out.
        kind: `%`, `x`, or nothing: what the operands are.
        shape: how it is written.
        operands: each with its line.
        may_turn: whether it may be told without its sign.
        falls: whether what is told is how much it fell.
    """

    value: float
    kind: str
    shape: Shape
    operands: Operands
    may_turn: bool = False
    falls: bool = False

    @property
    def formula(self) -> str:
        """How it is done, with the operands as their cells write them."""
        texts = [" ".join(figure.text.split()) or "0" for _, figure in self.operands]
        if self.shape is Shape.SUM:
            return " + ".join(texts)
        if self.shape is Shape.MEAN:
            return f"({' + '.join(texts)}) / {len(texts)}"
        if self.shape is Shape.SHARE:
            return f"({' + '.join(texts[:-1])}) / {texts[-1]}"
        return self.shape.format(*texts)


def gives(amount: Amount, calculation: Calculation, told: Scales) -> int:
    """1 if a calculation gives the amount within rounding, -1 if but for its sign, or 0."""
    figure = calculation.operands[0][1]
    for reading in readings_beside(amount, figure):
        if not _counts_alike(reading, calculation):
            continue
        plain = calculation.kind in (PERCENT, TIMES)
        scales = (1.0,) if plain else (*scales_for(amount, reading, figure, told),)
        for scale in scales or (amount.factor,):
            value, slack = calculation.value * scale, reading.step / 2
            slack += max(abs(value), abs(reading.value)) * 1e-9
            if abs(abs(value) - reading.value) > slack:
                continue
            is_down = amount.is_negative or calculation.falls
            return 1 if calculation.may_turn or not value or is_down == (value < 0) else -1
    return 0


def _counts_alike(reading: NumeralReading, calculation: Calculation) -> bool:
    """Whether both are per cent, or neither; of per cent, an amount may leave out the sign."""
    if calculation.kind != PERCENT:
        return reading.kind not in (PERCENT, POINTS)
    is_bare = not reading.kind and calculation.operands[0][1].kind == PERCENT
    return reading.kind in (PERCENT, POINTS) or is_bare


def difference(
    one: Operand, other: Operand, *, may_turn: bool, falls: bool = False, of_costs: bool = False
) -> Calculation:
    """What one cell has more than another; of costs in brackets, how much more they are."""
    value = one[1].value - other[1].value
    if of_costs and one[1].value <= 0 and other[1].value <= 0:
        value = -value
    kind = PERCENT if one[1].kind == PERCENT else ""
    return Calculation(value, kind, Shape.DIFFERENCE, (one, other), may_turn, falls)


def as_percent(one: Calculation) -> Calculation:
    """The same in per cent: its cells are per cent without a sign."""
    return replace(one, kind=PERCENT)


def changes(new: Operand, old: Operand, *, may_turn: bool, falls: bool) -> Iterator[Calculation]:
    """By how many per cent a cell is more than an older one.

    Of a loss that became a profit it is told with either sign.
    """
    change = 100 * (new[1].value - old[1].value)
    bases = (old[1].value, abs(old[1].value)) if new[1].value > 0 else (old[1].value,)
    for base in dict.fromkeys(bases):
        if base:
            yield Calculation(change / base, PERCENT, Shape.CHANGE, (new, old), may_turn, falls)


def sums(operands: Operands, operations: frozenset[Operation]) -> Iterator[Calculation]:
    """The sum of cells, or where averages are spoken of, their average."""
    if len({figure.kind == PERCENT for _, figure in operands}) > 1:
        return
    kind = PERCENT if operands[0][1].kind == PERCENT else ""
    total = sum(figure.value for _, figure in operands)
    # Costs stand in brackets and are told without.
    may_turn = all(figure.value <= 0 for _, figure in operands)
    if Operation.AVERAGE in operations:
        yield Calculation(total / len(operands), kind, Shape.MEAN, operands, may_turn)
    elif Operation.SUM in operations and len(operands) > 1:
        yield Calculation(total, kind, Shape.SUM, operands, may_turn)


def quotients(
    one: Operand, other: Operand, operations: frozenset[Operation], *, is_percent: bool
) -> Iterator[Calculation]:
    """One cell divided by another, where a share or a ratio is spoken of."""
    if not other[1].value or not operations & {Operation.RATIO, Operation.SHARE}:
        return
    quotient = one[1].value / other[1].value
    # A cost in brackets is a share of what it is taken from all the same.
    if is_percent:
        value, kind = 100 * quotient, PERCENT
    else:
        value, kind = quotient, TIMES
    yield Calculation(value, kind, Shape.QUOTIENT, (one, other), may_turn=quotient < 0)


def share_of(parts: Operands, whole: Operand, *, is_percent: bool = True) -> Iterator[Calculation]:
    """Several cells together as a share of another."""
    if whole[1].value:
        share = sum(figure.value for _, figure in parts) / whole[1].value
        value, kind = (100 * share, PERCENT) if is_percent else (share, TIMES)
        yield Calculation(value, kind, Shape.SHARE, (*parts, whole))
