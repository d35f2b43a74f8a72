"""Which words of a passage carry a claim, and where quoted words stand in a text.

Pure functions; places are characters (code points) of the passage or the text.
"""

import math
import re
from collections import Counter
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from citewire.services.citations.locating import (
    NOT_FOUND,
    FoundQuote,
    SearchText,
    found_quote,
    located,
    placed,
)
from citewire.services.citations.units import Span, units_of
from citewire.services.citations.verdicts.dates import find_dates
from citewire.services.citations.verdicts.tokens import flatten
from citewire.text.words import is_stop_word, stem, words

QUOTED_MIN = 8
"""Characters between quotation marks from which they are words that the passage should have."""

NEARLY = 3
"""Of the words that a claim quotes, so many are looked for with edits, which takes long."""

ENOUGH = 0.25
"""Share of a claim's weight that its quote carries at least."""

WORTH = 0.12
"""A second sentence adds at least so much of the weight, or a number."""

NUMBER = 3.0
"""A number tells as much as so many words of its rarity."""

_DIGITS = re.compile(r"\d+")
_MARKER = re.compile(r"\[\d{1,2}\]")
_WORD_SIGN = re.compile(r"\w")
_QUOTATION = re.compile(r"[\"“„«「‘']")
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
        return Counter(chain.from_iterable(self.contents))


def supporting_quote(claim: str, passage: PassageText) -> FoundQuote:
    """The one or two neighbouring sentences or rows of `passage` that carry `claim`.

    A claim that stands in the passage as it is, but for line breaks and the like, is its own
    quote. Else it is the shortest run that has its numbers and most of its words; words count more
    the fewer units have them. Where the claim quotes the passage, the run holds these words, and
    `match` says how they were found.
    """
    forms = _without_markers(claim) if "[" in claim else [claim]
    content = contents_of(forms[-1])
    if not content:
        return NOT_FOUND
    for form in forms:
        whole = placed(form, passage)
        if whole is not None:
            return found_quote(passage.text, *whole[:2], "exact")
    quoted = _quoted(claim, passage)
    if quoted is not None:
        return quoted
    run = _best_run(content, _dated(claim), passage)
    return NOT_FOUND if run is None else found_quote(passage.text, *run, "exact")


def _without_markers(claim: str) -> list[str]:
    """The claim with ever fewer of its markers: a report's own references look like them."""
    return list(dict.fromkeys((claim, _without_last_markers(claim), _MARKER.sub("", claim))))


def _without_last_markers(claim: str) -> str:
    """The claim without the markers that no word follows, and the blanks before them."""
    end = start = -1
    for marker in reversed(list(_MARKER.finditer(claim))):
        if end < 0:
            if _WORD_SIGN.search(claim, marker.end()):
                return claim
            end = marker.end()
        elif claim[marker.end() : start].strip():
            break
        start = marker.start()
    return claim if end < 0 else claim[:start].rstrip() + claim[end:]


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


class _Carried(NamedTuple):
    """What of a claim one or two units carry: how many of its numbers, which weight."""

    numbers: int
    weight: int


_NOTHING = _Carried(0, 0)


def _dated(claim: str) -> frozenset[str]:
    """The days and years of a claim's whole dates: words, for they stand in the heads of tables.

    Taken for figures, two of them would tell more than the one figure of a row.
    """
    return frozenset(
        number
        for date in find_dates(flatten(claim))
        if date.day and date.year
        for number in _DIGITS.findall(claim[date.start : date.end])
    )


def _best_run(content: frozenset[str], dated: frozenset[str], passage: PassageText) -> Span | None:
    figures = frozenset(one for one in content if one[0].isdigit()) - dated
    weights = _weights(content, figures, passage)
    total = sum(weights.values())
    enough, worth = ENOUGH * total, WORTH * total
    best: tuple[tuple[int, int, int], Span] | None = None
    above, above_alone, above_start = frozenset[str](), _NOTHING, 0  # the unit before
    for (start, end), said in zip(passage.units, passage.contents, strict=True):
        held = content & said
        alone = _carried(held, figures, weights) if held else _NOTHING
        found = [(alone, start)]
        if not (held <= above or above <= held):  # else one of them carries as much
            both = _carried(held | above, figures, weights)
            if _is_worth(both, alone, above_alone, worth):
                found.append((both, above_start))
        for carried, begin in found:
            rank = *carried, begin - end
            if carried.weight >= enough and (best is None or rank > best[0]):
                best = rank, (begin, end)
        above, above_alone, above_start = held, alone, start
    return None if best is None else best[1]


def _carried(held: frozenset[str], figures: frozenset[str], weights: dict[str, int]) -> _Carried:
    return _Carried(len(held & figures), sum([weights[one] for one in held]))


def _is_worth(both: _Carried, one: _Carried, other: _Carried, worth: float) -> bool:
    """Whether two units are a better quote than one of them."""
    if both.numbers > max(one.numbers, other.numbers):
        return True
    return both.weight - max(one.weight, other.weight) >= worth


def _weights(
    content: frozenset[str], figures: frozenset[str], passage: PassageText
) -> dict[str, int]:
    """What each stem and number of a claim tells: whole numbers, whose sum has no order."""
    units, spread = len(passage.units), passage.spread
    return {one: _weight(units, spread[one], is_number=one in figures) for one in content}


@lru_cache(maxsize=4096)
def _weight(units: int, spread: int, *, is_number: bool) -> int:
    rarity = math.log(1 + (1 + units) / (1 + spread))
    return round(rarity * (NUMBER if is_number else 1) * 1e6)


def _quoted(claim: str, passage: PassageText) -> FoundQuote | None:
    """The units that hold the longest of the words that `claim` quotes, if any are there."""
    if not _QUOTATION.search(claim):
        return None
    quoted = [found[1] or found[2] for found in _QUOTED.finditer(claim)]
    for at, quote in enumerate(sorted(quoted, key=len, reverse=True)):
        place = located(quote, passage, nearly=at < NEARLY)
        if place.match != "none":
            held = [s for s in passage.units if s[0] < place.end and s[1] > place.start]
            start, end = place.start, place.end
            if 0 < len(held) <= 2:
                start, end = min(start, held[0][0]), max(end, held[-1][1])
            return found_quote(passage.text, start, end, place.match)
    return None
