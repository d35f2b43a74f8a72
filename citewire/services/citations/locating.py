"""Where quoted words stand in a text: as they are, in normal form, or nearly.

Places are characters (code points) of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from citewire.services.citations.fuzzy import closest
from citewire.services.citations.normal import Normal, normalise

Match = Literal["exact", "normalised", "fuzzy", "none"]

FUZZY = 0.1
"""Edits per character of the quote's normal form, at most; digits are never edited."""

FUZZY_MIN = 16
"""Characters of the shortest quote that is searched with edits."""

_WORD = re.compile(r"\w")
_DIGITS = re.compile(r"\d+")
_CUT_NUMBERS = (re.compile(r"\d\|[.,]?\d"), re.compile(r"\d[.,]\|\d"))
"""Both `12|34` and `12|.5`, `12.|5`."""


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """Words of a text: `text[start:end]`, and how they were found; empty if they were not."""

    start: int
    end: int
    text: str
    match: Match


NOT_FOUND = FoundQuote(0, 0, "", "none")


def found_quote(text: str, start: int, end: int, match: Match) -> FoundQuote:
    """The words `text[start:end]`."""
    return FoundQuote(start, end, text[start:end], match)


class SearchText:
    """A text to search for quotes, with its normal form, made when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def normal(self) -> Normal:
        """Its normal form."""
        return normalise(self.text)


def located(quote: str, within: SearchText, *, nearly: bool = True) -> FoundQuote:
    """Where the words of `quote` stand; how it is searched tells `quotes.locate`.

    Args:
        quote: the words.
        within: where they are looked for.
        nearly: whether also with edits.
    """
    place = placed(quote, within) or (_nearly(quote, within) if nearly else None)
    return NOT_FOUND if place is None else found_quote(within.text, *place)


def placed(quote: str, within: SearchText) -> tuple[int, int, Match] | None:
    """Where `quote` stands as it is or in normal form, and which of them."""
    text, plain = within.text, _plain(quote)
    for start in _occurrences(plain, text):
        if not _cuts_words(text, start, start + len(plain)):
            return start, start + len(plain), "exact"
    reduced = normalise(plain).text
    bare = reduced.strip("' ")
    if not _WORD.search(bare):
        return None
    return _placed_normally(reduced, within) or _placed_normally(bare, within)


def _plain(quote: str) -> str:
    """`quote` without what only Markdown has: rules below heads, and escapes of bars."""
    if "--" in quote:
        quote = "\n".join(line for line in quote.split("\n") if not _is_rule(line))
    return quote.replace("\\|", "|").strip()


def _is_rule(line: str) -> bool:
    return "--" in line and "|" in line and not line.strip("|-: \t\r")


def _placed_normally(reduced: str, within: SearchText) -> tuple[int, int, Match] | None:
    cut: tuple[int, int, Match] | None = None
    for at in _occurrences(reduced, within.normal.text):
        start, end = within.normal.original(at, at + len(reduced))
        if not _cuts_words(within.text, start, end):
            return start, end, "normalised"
        if cut is None and not _cuts_numbers(within.text, start, end):
            cut = start, end, "normalised"
    return cut


def _nearly(quote: str, within: SearchText) -> tuple[int, int, Match] | None:
    reduced = normalise(quote).text.strip("' ")
    if len(reduced) < FUZZY_MIN:
        return None
    normal = within.normal
    found = closest(reduced, normal.text, int(FUZZY * len(reduced)))
    if found is None or found[0] == found[1]:
        return None
    start, end = _whole_words(within.text, *normal.original(*found))
    same = _DIGITS.findall(within.text[start:end]) == _DIGITS.findall(quote)
    return (start, end, "fuzzy") if same else None


def _occurrences(needle: str, text: str) -> Iterator[int]:
    at = text.find(needle) if needle else -1
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def _cuts_words(text: str, start: int, end: int) -> bool:
    return any(_in_word(text, place) or _in_number(text, place) for place in (start, end))


def _cuts_numbers(text: str, start: int, end: int) -> bool:
    return _in_number(text, start) or _in_number(text, end)


def _in_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _in_number(text: str, place: int) -> bool:
    before, after = text[max(place - 2, 0) : place], text[place : place + 2]
    if not any(map(str.isdecimal, after)):
        return False
    return any(cut.search(f"{before}|{after}") for cut in _CUT_NUMBERS)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while _in_word(text, start):
        start -= 1
    while _in_word(text, end):
        end += 1
    return start, end
