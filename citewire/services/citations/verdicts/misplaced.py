"""Figures that a text tells of something else than the claim does: two of a sentence swapped.

`105 in Canada and 39 in Mexico` holds every word and every figure of `39 in Canada and 105 in
Mexico`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.binding import BoundAmount
from citewire.services.citations.verdicts.clauses import SIDE_STEMS
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.directions import said_direction
from citewire.services.citations.verdicts.numbered_names import JOIN
from citewire.services.citations.verdicts.own_words import OwnWords
from citewire.services.citations.verdicts.quantities import bounds
from citewire.services.citations.verdicts.sides import OPPOSITES
from citewire.services.citations.verdicts.units import PERCENT, same_kind

Stems = frozenset[str]

NEAR = 2
"""Sentences before and after one, items of a list, in which a figure may be mixed up with it."""


MOST_BLANKS = 6
"""Between a sentence and the one before it."""
_COMPARED = re.compile(
    r"\b(?:compared|versus|vs|against|than|from|frente|contre|gegenuber|von|desde)\b"
    r"(?:\s[a-z]{1,10}){0,4}\s?[^\w\s]{0,3}\s?$"
)
MOST_BEFORE = 60
"""Characters before a figure that may say that another one is compared with it."""

LARGE = 100.0
FEWEST_SHARED = 2
"""Words of a claim that the figure of a sentence beside one has, where that one has none."""


class Misplaced(NamedTuple):
    """A figure of a passage that a claim tells of something else, and that which it should tell."""

    told_of: str
    instead: str
    of: str


def misplaced(amount: Amount, words: OwnWords, passages: Sequence[Digest]) -> Misplaced | None:
    """What passages say of a claim's figure, if everywhere it is another one's; linear in them."""
    own, others = words.of(amount), words.of_others(amount)
    if not own:
        return None
    found: Misplaced | None = None
    for passage in passages:
        for held in passage.bound:
            if not _is_value(amount, held.amount):
                continue
            instead = _rival(held, own, others, passage)
            if instead is None:
                return None
            found = found or _told(held, instead, own, passage)
    return found


def turned_in(amount: Amount, flat: str, passages: Sequence[Digest]) -> bool:
    """Whether a claim says that something rose to or by an amount, and all passages that it fell.

    Or the reverse; linear in the passages.

    Args:
        amount: of the claim.
        flat: the claim.
        passages: that hold the amount.
    """
    said = said_direction(flat, amount, is_course=True)
    if not said:
        return False
    told = {
        said_direction(passage.flat, held, is_course=True)
        for passage in passages
        for held in passage.amounts
        if _is_value(amount, held)
    }
    return told == {-said}


def compared_with(amount: Amount, passages: Sequence[Digest]) -> Iterator[tuple[Amount, str]]:
    """What texts compare an amount with, and how it is written: `446 million, from 334`."""
    for passage in passages:
        if passage.table is not None:
            continue
        for held in passage.bound:
            if _is_value(amount, held.amount) and not _is_compared(held, passage):
                yield from _compared_beside(held, passage)


def _compared_beside(held: BoundAmount, passage: Digest) -> Iterator[tuple[Amount, str]]:
    """The figures next to one, of its kind, that it is compared with."""
    kind = held.amount.readings[0].kind
    alike = [
        one
        for one in passage.bound_in(held.sentence)
        if not (own := one.amount.readings[0].kind) or same_kind(kind, own)
    ]
    at = alike.index(held)
    for other in (*alike[max(0, at - 1) : at], *alike[at + 1 : at + 2]):
        # `27,349 million euros, compared with 26,687 million`
        is_scaled = other.amount.factor == held.amount.factor > 1
        is_alike = is_scaled or same_kind(kind, other.amount.readings[0].kind)
        if is_alike and _is_compared(other, passage):
            yield other.amount, passage.text[other.amount.start : other.amount.end]


def tells(amount: Amount, named: Stems, passage: Digest) -> bool:
    """Whether a passage tells a figure beside the words that name it."""
    return any(
        named & held.words.keys() and _is_value(amount, held.amount) for held in passage.bound
    )


def _is_value(amount: Amount, held: Amount) -> bool:
    value = held.readings[0].value
    for reading in amount.readings:
        low, high, _ = bounds(reading, amount.hedge)
        kinds = reading.kind, held.readings[0].kind
        if low <= value <= high and (same_kind(*kinds) or not all(kinds)):
            return True
        # "(in thousands)" above a table: the digits are there.
        is_bare = amount.factor > 1 and held.readings[0].kind != PERCENT
        if is_bare and low <= value * amount.factor <= high:
            return True
    return False


def _rival(held: BoundAmount, own: Stems, others: Stems, passage: Digest) -> BoundAmount | None:
    """The figure beside one that the claim's own words name instead of this one."""
    mine = frozenset(held.words)
    for other in _beside(held, passage):
        theirs = frozenset(other.words)
        if not own & (theirs - mine):
            continue
        is_near = held.sentence == other.sentence
        ours, others_names = (_named(*one, passage) for one in ((held, theirs), (other, mine)))
        is_apart = _is_telling(held.amount) and not _is_compared(held, passage)
        if passage.table is None and is_apart:
            # `Customer A accounted for 14 % and Customer B for 11 %`: whatever else both share.
            if is_near and ours and not own & ours:
                return other
            if _is_opposite(own, mine, theirs):
                return other
            if is_near and mine - theirs and own <= theirs:
                return other
            is_elsewhere = len(mine) > 1 and not own & mine and len(own & theirs) >= FEWEST_SHARED
            if is_elsewhere:
                return other
        if own & (mine - theirs):
            continue
        if others & (mine - theirs) or (is_near and ours and own & others_names):
            return other
    return None


def _beside(held: BoundAmount, passage: Digest) -> Iterator[BoundAmount]:
    kind = held.amount.readings[0].kind
    near = range(held.sentence - NEAR, held.sentence + NEAR + 1)
    for other in chain.from_iterable(map(passage.bound_in, near)):
        reading = other.amount.readings[0]
        is_other = other.group != held.group and reading.value != held.amount.readings[0].value
        if is_other and same_kind(kind, reading.kind):
            yield other


def _is_telling(amount: Amount) -> bool:
    """Whether a figure is seldom there by accident: of money, per cent, a unit, or large."""
    reading = amount.readings[0]
    return bool(reading.kind) or reading.value >= LARGE


def _named(one: BoundAmount, without: Stems, passage: Digest) -> Stems:
    """A figure's own words that are written as names in a passage.

    The first of a sentence is none if there are others.
    """
    text = passage.text
    found = {
        word
        for word in one.words.keys() - without
        if JOIN in word or text[one.words[word][0]].isupper()
    }
    first = {word for word in found if _begins_sentence(text, one.words[word][0])}
    return frozenset(found - first or found)


def _begins_sentence(text: str, at: int) -> bool:
    before = text[max(0, at - MOST_BLANKS) : at].rstrip()
    return not before or before[-1] in ".!?:"


def _is_compared(held: BoundAmount, passage: Digest) -> bool:
    """Whether a figure is what another one is compared with: it is of the same thing."""
    start = held.amount.start
    return bool(_COMPARED.search(passage.flat, max(0, start - MOST_BEFORE), start))


def _is_opposite(own: Stems, mine: Stems, theirs: Stems) -> bool:
    """Whether words say of the one figure what is the opposite of what they say of the other."""
    sides, here = (
        {SIDE_STEMS[word] for word in words if word in SIDE_STEMS} for words in (own, mine)
    )
    there = {SIDE_STEMS[word] for word in theirs if word in SIDE_STEMS}
    return any(OPPOSITES[side] in here and side in there for side in sides - here)


def _told(held: BoundAmount, instead: BoundAmount, own: Stems, passage: Digest) -> Misplaced:
    text = passage.text
    named = held.words.keys() - instead.words.keys()
    meant = own & (instead.words.keys() - held.words.keys())
    return Misplaced(
        _written(held, named, text),
        text[instead.amount.start : instead.amount.end],
        _written(instead, meant, text),
    )


def _written(one: BoundAmount, words: Stems | set[str], text: str) -> str:
    spans = sorted(one.words[word] for word in words)
    # A name tells it shorter.
    spans = [span for span in spans if text[span[0]].isupper()] or spans
    return " ".join(text[slice(*span)] for span in spans) or "something else"
