"""Amounts: what a numeral may mean, how precisely, and what it counts."""

from dataclasses import dataclass, replace
from typing import NamedTuple


class NumeralReading(NamedTuple):
    """One thing that a numeral may mean."""

    value: float
    step: float
    """The distance of neighbouring numbers of the same precision."""
    kind: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A numeral of a text, and where it stands."""

    start: int
    end: int
    readings: tuple[NumeralReading, ...]
    hedge: str = ""
    """`over`, `under`, `about` or nothing."""
    is_negative: bool = False
    is_year: bool = False
    factor: float = 1.0
    """What scale and unit multiplied the digits by."""
    sign: str = ""
    """The point or comma, where it may divide thousands or decimals."""
    groups: tuple["Amount", ...] = ()
    """`100 200` is one number with a blank, or these two."""


def times(plain: tuple[float, float], factor: float, kind: str) -> NumeralReading:
    """A value and step multiplied, as a reading of `kind`."""
    return NumeralReading(plain[0] * factor, plain[1] * factor, kind)


def unscaled(amount: Amount) -> Amount:
    """An amount without its scale."""
    factor = 1 / amount.factor
    bare = tuple(times((one.value, one.step), factor, one.kind) for one in amount.readings)
    return replace(amount, readings=bare, factor=1.0)
