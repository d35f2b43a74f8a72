"""Whether a passage holds the amounts and dates of a claim."""

import math
from collections.abc import Sequence
from enum import IntEnum

from citewire.services.citations.verdicts.amounts import Amount, NumeralReading
from citewire.services.citations.verdicts.dates import Date, holds_date
from citewire.services.citations.verdicts.digest import Digest, Held, between
from citewire.services.citations.verdicts.units import (
    PERCENT,
    POINTS,
    is_count,
    is_currency,
    same_kind,
)


class Trace(IntEnum):
    """How well an amount was found."""

    MISSING = 0
    WEAK = 1
    """The digits are there, but not the scale, unit or sign, or more precise than they are."""
    FOUND = 2


_SHARES = frozenset("share ratio proportion rate fraction cuota proporcion tasa".split())
_DROPS = frozenset({"down", "loss", "below", "negative"})
_MOST = 64
"""Values of a passage that are looked at for one amount."""


LARGE = 1000
"""Money from here on may be told in thousands or millions, as a heading on another page says."""


def trace_amount(amount: Amount, passages: Sequence[Digest], sides: frozenset[str]) -> Trace:
    """How well the passages hold an amount of a claim that takes `sides`."""
    best = max((_in(amount, passage, sides) for passage in passages), default=Trace.MISSING)
    if best < Trace.FOUND and amount.groups:
        best = max(best, min(trace_amount(group, passages, sides) for group in amount.groups))
    return best


def _in(amount: Amount, passage: Digest, sides: frozenset[str]) -> Trace:
    if amount.is_year:
        return Trace.FOUND if int(amount.readings[0].value) in passage.years else Trace.MISSING
    best = Trace.MISSING
    for index, reading in enumerate(amount.readings):
        low, high, step = bounds(reading, amount.hedge)
        slack = max(abs(reading.value) * 0.005, step)
        for held in between(passage, min(low, reading.value - slack), high + slack)[:_MOST]:
            most = Trace.WEAK if _reads_otherwise(amount, index, passage) else Trace.FOUND
            best = max(best, min(most, _compare(amount, reading, held, passage, sides)))
        if reading.kind == PERCENT and _has_share(passage, low, high):
            best = Trace.FOUND
        if best is Trace.FOUND:
            return best
    return max(best, _unscaled(amount, passage))


def _reads_otherwise(amount: Amount, index: int, passage: Digest) -> bool:
    """Whether `1,234` is read as decimal where the passage writes 15.2, or the reverse."""
    if not amount.sign:
        return False
    if not passage.point:
        # 23,363 million are not the 23,363 of a table in thousands.
        return index % 2 == 1 and amount.sign in passage.may_group
    return (index % 2 == 1) != (amount.sign == passage.point)


def _has_share(passage: Digest, low: float, high: float) -> bool:
    """`0.12` is 12 % where the passage speaks of a share or a rate."""
    noise = 1e-12
    return not passage.flat_words.isdisjoint(_SHARES) and any(
        not held.kind and held.step < 1
        for held in between(passage, low / 100 - noise, high / 100 + noise)
    )


def _unscaled(amount: Amount, passage: Digest) -> Trace:
    """A table cut off from its heading holds `1,234` where the claim says 1,234 million."""
    first = amount.readings[0]
    if amount.factor < 1e3 or not (first.kind == "" or is_currency(first.kind)):
        return Trace.MISSING
    value = first.value / amount.factor
    noise = abs(value) * 1e-9
    near = between(passage, value - noise, value + noise)
    bare = any(not held.kind for held in near)
    if not bare and value >= LARGE:
        # A text below `(amounts in millions)` tells of $3,588.
        bare = any(same_kind(first.kind, held.kind) for held in near)
    return Trace.WEAK if bare and value >= 10 else Trace.MISSING


def bounds(reading: NumeralReading, hedge: str) -> tuple[float, float, float]:
    """The least and most that a claim's number stands for, and its precision."""
    step = max(reading.step, _trailing(reading)) if hedge else reading.step
    value, noise = reading.value, abs(reading.value) * 1e-9
    if hedge == "over":
        return value - noise, value + step, step
    if hedge == "under":
        return value - step, value + noise, step
    return value - step / 2 - noise, value + step / 2 + noise, step


def _trailing(reading: NumeralReading) -> float:
    """The value of the last digit that is not zero: 100 of 1,200."""
    if not reading.value or not math.isfinite(reading.value):
        return reading.step
    digits = round(reading.value / reading.step)
    step = reading.step
    while digits and digits % 10 == 0:
        digits, step = digits // 10, step * 10
    return step


def _compare(
    amount: Amount, reading: NumeralReading, held: Held, passage: Digest, sides: frozenset[str]
) -> Trace:
    low, high, step = bounds(reading, amount.hedge)
    off = abs(held.value - reading.value)
    is_fine = low <= held.value <= high and held.step <= step * 1.001
    if is_fine or off <= abs(reading.value) * 1e-9:
        best = Trace.FOUND
    elif held.step > step and off <= held.step / 2:
        best = Trace.WEAK
    else:
        return Trace.MISSING
    if amount.is_negative != held.is_negative and (not sides & _DROPS or "up" in sides):
        best = Trace.WEAK
    return min(best, _same_kind(reading.kind, held, passage))


def _same_kind(kind: str, held: Held, passage: Digest) -> Trace:
    other = held.kind
    if same_kind(kind, other):
        return Trace.FOUND
    if not kind:
        return Trace.WEAK if other in (PERCENT, POINTS) else Trace.FOUND
    if not other:
        return _by_heading(kind, passage)
    if is_count(kind) and is_count(other):
        return Trace.WEAK
    return Trace.MISSING


def _by_heading(kind: str, passage: Digest) -> Trace:
    """A bare number has the unit that its passage speaks of."""
    if kind in passage.kinds or kind == "#":
        return Trace.FOUND
    if is_currency(kind):
        money = [kind for kind in passage.kinds if is_currency(kind)]
        if any(same_kind(kind, one) for one in money):
            return Trace.FOUND
        return Trace.MISSING if money else Trace.WEAK
    return Trace.WEAK


def trace_date(claim: Date, passages: Sequence[Digest]) -> Trace:
    """How well the passages hold a date of a claim."""
    return max((_date_in(claim, passage) for passage in passages), default=Trace.MISSING)


def _date_in(claim: Date, passage: Digest) -> Trace:
    if claim.year is not None and claim.year not in passage.years:
        return Trace.MISSING
    if claim.month is None and claim.part is None:
        return Trace.FOUND
    return Trace.FOUND if any(holds_date(claim, date) for date in passage.dates) else Trace.MISSING
