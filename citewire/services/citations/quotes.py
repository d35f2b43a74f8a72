"""Which words of a passage carry a claim, and where quoted words stand in a text.

Pure functions; places are characters (code points) of the passage or the text.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from citewire.services.citations.locating import (
    NOT_FOUND,
    FoundQuote,
    SearchText,
    found_quote,
    located,
    placed,
)
from citewire.services.citations.units import Span, units_of
from citewire.services.local.words import is_stop_word, stem, words

QUOTED_MIN = 8
"""Characters between quotation marks from which they are words that the passage should have."""

ENOUGH = 0.25
"""Share of a claim's weight that its quote carries at least."""

WORTH = 0.12
"""A second sentence adds at least so much of the weight, or a number."""

NUMBER = 3.0
"""A number tells as much as so many words of its rarity."""

_MARKER = re.compile(r"\[\d{1,2}\]")
_LAST_MARKERS = re.compile(r"(?:\s*\[\d{1,2}\])+(?=\W*$)")
_QUOTED = re.compile(
    rf"[\"“„«「]([^\"“”„«»「」]{{{QUOTED_MIN},}})[\"”“»」]|(?<!\w)[‘']([^‘’'\"]{{{QUOTED_MIN},}})[’'](?!\w)"
)


class PassageText(SearchText):
    """The text of a passage with what searching it needs, each made when it is first asked for."""

    @cached_property
    def units(self) -> list[Span]:
        """Its sentences and rows."""
        return units_of(self.text)

    @cached_property
    def contents(self) -> list[frozenset[str]]:
        """What each unit says: stems of its words, numbers."""
        return [contents_of(self.text[start:end]) for start, end in self.units]

    @cached_property
    def spread(self) -> Counter[str]:
        """In how many units a stem or number occurs."""
        return Counter(one for content in self.contents for one in content)


def supporting_quote(claim: str, passage: PassageText) -> FoundQuote:
    """The one or two neighbouring sentences or rows of `passage` that carry `claim`.

    A claim that stands in the passage as it is, but for line breaks and the like, is its own
    quote. Else it is the shortest run that has its numbers and most of its words; words count more
    the fewer units have them. Where the claim quotes the passage, the run holds these words, and
    `match` says how they were found.
    """
    unmarked = _MARKER.sub("", claim)
    content = contents_of(unmarked)
    if not content:
        return NOT_FOUND
    # A report's own references look like markers: they are not taken out before they have to be.
    for one in dict.fromkeys((claim, _LAST_MARKERS.sub("", claim), unmarked)):
        whole = placed(one, passage)
        if whole is not None:
            return found_quote(passage.text, *whole[:2], "exact")
    quoted = _quoted(claim, passage)
    if quoted is not None:
        return quoted
    run = _best_run(content, passage)
    return NOT_FOUND if run is None else found_quote(passage.text, *run, "exact")


def locate(quote: str, text: str) -> FoundQuote:
    """Where the words of `quote` stand in `text`.

    First as they are, then in normal form, then with up to `FUZZY` edits per character, none of
    them in a number. The first place where they are whole words, else the first where no number
    is cut.
    """
    return located(quote, SearchText(text))


def contents_of(text: str) -> frozenset[str]:
    """The stems of the words of `text` that mean something alone, and its numbers."""
    found = map(_content, words(text))
    return frozenset(one for one in found if one)


@lru_cache(maxsize=8192)
def _content(word: str) -> str:
    if word[0].isdigit():
        # 1,234.5 and 1.234,5 alike.
        return word.replace(",", "").replace(".", "")
    return "" if is_stop_word(word) else stem(word)


@dataclass(frozen=True, slots=True)
class _Carried:
    """What of a claim a run of units carries: how many of its numbers, which share of it all."""

    numbers: int
    share: float


def _best_run(content: frozenset[str], passage: PassageText) -> Span | None:
    weights = {one: _weight(one, passage) for one in content}
    alone = [_carried(content & held, weights) for held in passage.contents]
    best: tuple[tuple[int, float, int], Span] | None = None
    for first, last in _runs(len(alone)):
        carried = alone[first]
        if last > first:
            held = passage.contents[first] | passage.contents[last]
            carried = _carried(content & held, weights)
            if not _is_worth(carried, alone[first], alone[last]):
                continue
        start, end = passage.units[first][0], passage.units[last][1]
        rank = carried.numbers, carried.share, start - end
        if carried.share >= ENOUGH and (best is None or rank > best[0]):
            best = rank, (start, end)
    return None if best is None else best[1]


def _runs(count: int) -> Iterator[Span]:
    for first in range(count):
        yield first, first
        if first + 1 < count:
            yield first, first + 1


def _carried(held: frozenset[str], weights: dict[str, float]) -> _Carried:
    numbers = sum(one[0].isdigit() for one in held)
    return _Carried(numbers, sum(weights[one] for one in held) / sum(weights.values()))


def _is_worth(both: _Carried, first: _Carried, last: _Carried) -> bool:
    """Whether two units are a better quote than one of them."""
    if both.numbers > max(first.numbers, last.numbers):
        return True
    return both.share - max(first.share, last.share) >= WORTH


def _weight(one: str, passage: PassageText) -> float:
    rarity = math.log(1 + (1 + len(passage.units)) / (1 + passage.spread[one]))
    return rarity * (NUMBER if one[0].isdigit() else 1)


def _quoted(claim: str, passage: PassageText) -> FoundQuote | None:
    """The units that hold the longest of the words that `claim` quotes, if any are there."""
    quoted = [found[1] or found[2] for found in _QUOTED.finditer(claim)]
    for quote in sorted(quoted, key=len, reverse=True):
        place = located(quote, passage)
        if place.match != "none":
            held = [s for s in passage.units if s[0] < place.end and s[1] > place.start]
            start, end = place.start, place.end
            if 0 < len(held) <= 2:
                start, end = min(start, held[0][0]), max(end, held[-1][1])
            return found_quote(passage.text, start, end, place.match)
    return None
