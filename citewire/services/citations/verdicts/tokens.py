"""A text as tokens: words, digits and the few signs that numbers are written with."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from citewire.services.citations.verdicts.numbered_names import join_numbered

_TOKEN = re.compile(
    r"[a-z]++(?![^\W\d_]|['’])"  # nearly every word, found sooner
    r"|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[%‰$€£¥₹°|()\[\]\-–—−+/~≈,;:.!?\n]"
)
_BARE = dict(
    zip(
        "áàâäãåéèêëíìîïóòôöõúùûüñçÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇ’ \u00a0\u202f\u2009",
        "aaaaaaeeeeiiiiooooouuuuncAAAAAAEEEEIIIIOOOOOUUUUNC'    ",
        strict=True,
    )
)

_YEARS = re.compile(r"(?<=(?<![\d.,])(?:19|20)\d\d),(?=(?:19|20)\d\d(?!\d))")
"""The comma in `2017,2018 and 2019`."""

_NON = re.compile(r"\bnon-(?=[a-z])([a-z]+)", re.IGNORECASE)
"""`non-current` is one word, and not what is current."""

_SHORT_SCALE = re.compile(r"\b([mt](?:io|rd|sd))\.(?=\s?(?:[€$£]|eur|usd|chf|gbp))", re.IGNORECASE)
"""The point in `12,3 Mio. EUR` ends no sentence."""

_WRAPPED = re.compile(r"[\d$€£%] ?\n(?=[a-z])")
"""A line end between a number and its scale or unit; the rows of tables begin otherwise."""


class Tokens(NamedTuple):
    """Words, numbers and signs, flat, and where in the text each begins and ends."""

    texts: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]


def flatten(text: str) -> str:
    """`text` in lower case and without the accents of western languages, of the same length."""
    is_ascii = text.isascii()
    bare = text
    if not is_ascii:
        for accented in set(text).intersection(_BARE):  # far quicker than `translate`
            bare = bare.replace(accented, _BARE[accented])
    if "\n" in bare:
        bare = _WRAPPED.sub(lambda wrap: wrap[0][0] + " " * (len(wrap[0]) - 1), bare)
    if "," in bare:
        bare = _YEARS.sub(" ", bare)
    if "non-" in bare or "Non-" in bare:
        bare = _NON.sub(r"non\1 ", bare)
    if "io." in bare or "rd." in bare or "sd." in bare:
        bare = _SHORT_SCALE.sub(r"\1 ", bare)
    bare = join_numbered(bare)
    lower = bare.lower()
    if len(lower) == len(bare):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in bare)


def tokenise(flat: str) -> list[str]:
    """The tokens of a flat text, in order; what is none of them is left out."""
    return _TOKEN.findall(flat)


def placed(texts: Sequence[str], flat: str) -> Tokens:
    """The tokens of a flat text with their places."""
    starts: list[int] = []
    at = 0
    for text in texts:
        # What no token begins with stands between them, so the first place is the right one.
        start = flat.index(text, at)
        starts.append(start)
        at = start + len(text)
    return Tokens(
        texts, starts, [start + len(text) for start, text in zip(starts, texts, strict=True)]
    )
