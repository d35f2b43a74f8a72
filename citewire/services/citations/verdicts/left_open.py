"""Figures that a claim calculates of what it does not name: nobody can say that they are wrong."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from citewire.services.citations.verdicts.amounts import Amount, NumeralReading
from citewire.services.citations.verdicts.asked_figures import Operation, asked_figures
from citewire.services.citations.verdicts.binding import BoundAmount
from citewire.services.citations.verdicts.claim import ClaimReading
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.units import PERCENT, POINTS, same_kind

MOST = 12
"""Figures of a sentence that are calculated with."""

_OF_BEFORE = re.compile(
    r"\s*(?:that|this|these|together|combined|taken together"
    r"|the (?:increase|decrease|change|difference|swing|rise|fall|decline|gap)"
    r"\s(?:is|was|were|amounts?|amounted|came|comes|equals)"
    r"|das|dies|zusammen|esto|eso|juntos|cela|ensemble)\b"
)
"""The beginning of a sentence that says something of what was said before it."""
_IN_ALL = re.compile(r"\b(?:in total|altogether|in all|taken together|combined)\b")
"""Beside a sum of what is not told."""


def speaks_of_before(claim: ClaimReading) -> bool:
    """Whether a claim says something of what was said before it: its subject is named there."""
    return bool(_OF_BEFORE.match(claim.flat))


def is_left_open(amount: Amount, claim: ClaimReading, passages: Sequence[Digest]) -> bool:
    """Whether a claim calculates an amount that is not stated, and does not say of what.

    A part in words (`about a third`) of what a table tells is always calculated. Of what a text
    tells in one sentence, a sum, a difference and a share may be.
    """
    if amount.is_year:
        return False
    operations = asked_figures(claim).operations
    has_table = any(one.table is not None for one in passages)
    if not any(char.isdigit() for char in claim.text[amount.start : amount.end]):
        if has_table:
            return amount.readings[0].kind == PERCENT
    elif operations and speaks_of_before(claim):
        return True
    if operations and not has_table and _IN_ALL.search(claim.flat):
        return True
    return bool(operations) and any(
        _gives(amount.readings[0], way) for way in _ways(amount, operations, passages)
    )


def _ways(
    amount: Amount, operations: frozenset[Operation], passages: Sequence[Digest]
) -> Iterator[float]:
    """What comes out of the figures of one sentence, each in its turn."""
    is_percent = amount.readings[0].kind in (PERCENT, POINTS)
    for passage in (one for one in passages if one.table is None):
        for first in _firsts(passage.bound):
            values = [
                one.amount.readings[0].value
                for one in passage.bound_in(first.sentence)[:MOST]
                if is_percent or same_kind(one.amount.readings[0].kind, amount.readings[0].kind)
            ]
            for at, one in enumerate(values):
                if Operation.SUM in operations and not is_percent:
                    yield from list(accumulate(values[at:]))[1:]
                for other in values[at + 1 :]:
                    if is_percent and one and other:
                        yield from (100 * one / other, 100 * other / one)
                    elif operations - {Operation.SUM}:
                        yield abs(one - other)


def _firsts(bound: Sequence[BoundAmount]) -> Iterator[BoundAmount]:
    last = -1
    for one in bound:
        if one.sentence != last:
            last = one.sentence
            yield one


def _gives(reading: NumeralReading, value: float) -> bool:
    return abs(value - reading.value) <= reading.step / 2 + abs(reading.value) * 1e-9
