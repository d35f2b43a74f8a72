"""Which of two rows a figure of a claim speaks of, where the claim tells the figures of both.

`Goodwill was $1,383 million and inventories $5,140 million` names two rows: each figure's is the
one whose own words stand nearest to it.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.clauses import stem_of
from citewire.services.citations.verdicts.tokens import flatten, placed, tokenise

Stems = frozenset[str]

_OF = re.compile(r"\s(?:of|in|de|en|an|von)\s(?!(?:fiscal\s)?\d)")
"""Behind an amount that stands before what it is: `$789 million of dividends`."""

MOST = 3
"""Amounts before and after one that are looked at for it."""


def beside(amount: Amount, amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts next to one in a claim, years aside."""
    plain = [one for one in amounts if not one.is_year]
    at = plain.index(amount) if amount in plain else 0
    return [one for one in plain[max(0, at - MOST) : at + MOST + 1] if one is not amount]


def speaks_of(claim: str, amount: Amount, other: Amount, own: Stems, others: Stems) -> bool | None:
    """Whether an amount stands beside the words of its own row; None if nothing tells.

    Args:
        claim: as it is written.
        amount: whose row is in question.
        other: the amount of the claim that the other row has.
        own: the words of the row that has the amount.
        others: those of the other row.
    """
    mine, theirs = own - others, others - own
    words = [(at, stem in mine) for at, stem in _placed_stems(claim) if stem in mine | theirs]
    places = [at for at, _ in words]
    first, last = sorted((amount, other), key=lambda one: one.start)
    before = [is_mine for _, is_mine in words[: bisect_left(places, first.start)]]
    between = [
        is_mine
        for _, is_mine in words[bisect_left(places, first.end) : bisect_left(places, last.start)]
    ]
    if not between and len(set(before)) == 2:
        # `Goodwill and inventories were 1,383 and 5,140`: in the same order.
        return before[0] == (amount is first)
    if amount is first:
        near = before[-1:] or between[:1]
    else:
        near = (
            between[-1:] or [is_mine for _, is_mine in words[bisect_left(places, last.end) :]][:1]
        )
    return near[0] if near else None


@lru_cache(maxsize=64)
def _placed_stems(claim: str) -> tuple[tuple[int, str], ...]:
    flat = flatten(claim)
    tokens = placed(tokenise(flat), flat)
    return tuple(
        (start, stem)
        for text, start in zip(tokens.texts, tokens.starts, strict=True)
        if (stem := stem_of(text))
    )
