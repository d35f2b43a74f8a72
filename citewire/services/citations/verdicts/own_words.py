"""The words of their own that the figures of a claim have."""

from collections.abc import Sequence
from functools import lru_cache

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.binding import BoundAmount, bind, spans_of
from citewire.services.citations.verdicts.claim import ClaimReading


class OwnWords:
    """What each figure of a claim has for words of its own, and what the others have."""

    def __init__(self, bound: Sequence[BoundAmount]) -> None:
        self._bound = {one.amount.start: one for one in bound}

    def of(self, amount: Amount) -> frozenset[str]:
        """The words of its own; none if nothing tells."""
        one = self._bound.get(amount.start)
        return frozenset(one.words) if one else frozenset()

    def near(self, amount: Amount) -> frozenset[str]:
        """The words that stand with it, if others stand with other figures."""
        own = self._bound.get(amount.start)
        if own is None or all(one.near.keys() <= own.near.keys() for one in self._bound.values()):
            return frozenset()
        return frozenset(own.near)

    def of_others(self, amount: Amount) -> frozenset[str]:
        """The words of figures that tell of something else."""
        own = self._bound.get(amount.start)
        if own is None:
            return frozenset()
        others = (one.words for one in self._bound.values() if one.group != own.group)
        return frozenset(word for words in others for word in words) - own.words.keys()


@lru_cache(maxsize=64)
def bind_claim(claim: ClaimReading) -> OwnWords:
    """The figures of a claim with their own words."""
    plain = [one for one in claim.amounts if not one.is_year]
    years = [one for one in claim.amounts if one.is_year]
    return OwnWords(bind(claim.text, plain, spans_of(years, claim.dates)))
