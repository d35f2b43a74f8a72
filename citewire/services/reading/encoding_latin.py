"""Texts with Latin letters whose encoding nobody told: that of Windows, of DOS or of old Macs.

The same byte is a letter in one and a sign in another: the one is right in which letters stand in
words and signs between them.
"""

import re
from typing import Literal

SCATTERED = 0.6
"""From this share on, bytes beyond ASCII that stand alone are letters among letters of ASCII."""

_WESTERN = ("cp1252", "cp850", "mac_roman", "cp437")
_CENTRAL = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
"""By how usual they are: the first of equals is taken."""

CENTRAL = frozenset("pl cs sk hu sl hr bs ro sq".split())
"""Languages that are written with the letters of Central Europe."""

CERTAIN = 0.9
"""Mean worth of the letters beyond ASCII of a text that is surely read in the right way."""

NEARLY = 0.25
"""By so much of the mean worth a more usual codec may be behind the best."""

_BEYOND = re.compile(rb"[\x80-\xff]+")
_WESTERN_LETTERS = frozenset("äöüßéèêëàâáãåæçîïíìñôóòõøœùûúýÿ")
_CENTRAL_LETTERS = frozenset("ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűôĺľŕăâîșțşţđëç")
_IN_WORDS = frozenset("’'·-")
_SIGNS = frozenset("€£¥§©®™•·…«»‹›“”„‘’‚–—°²³½¼¾±×µ¿¡ªº†‡‰\u00a0\u00ad")
_LONGEST_RUN = 2
"""Letters beyond ASCII that follow each other in a word of Western Europe."""
_MOST = 4000
"""Bytes beyond ASCII that are looked at."""


def scattered(sample: bytes) -> float:
    """Share of the bytes beyond ASCII that stand alone between others."""
    runs = [len(found[0]) for found in _BEYOND.finditer(sample)]
    return runs.count(1) / len(runs) if runs else 0.0


def western_codec(sample: bytes) -> tuple[str, float]:
    """The most likely codec of `sample`, a text of Western Europe, and how sure that is (to 1)."""
    return _best(sample, _WESTERN, _WESTERN_LETTERS)


def central_codec(sample: bytes) -> str:
    """The most likely codec of `sample`, a text of Central Europe."""
    return _best(sample, _CENTRAL, _CENTRAL_LETTERS)[0]


def standing(sample: bytes, codec: str) -> Literal["apart", "in words", "signs"]:
    """How the letters beyond ASCII of `sample` in `codec` stand; `signs` if there are none.

    In words each stands beside a letter of ASCII, with at most one other between, as in "Größe".
    """
    text = sample.decode(codec, "replace")
    runs = [found.span() for found in _BEYOND.finditer(sample)]
    letters = [span for span in runs if any(map(str.isalpha, text[slice(*span)]))]
    if not letters:
        return "signs"
    is_in_words = all(
        end - start <= _LONGEST_RUN and _beside_a_letter(text, start, end) for start, end in letters
    )
    return "in words" if is_in_words else "apart"


def has_rival(sample: bytes, codec: str) -> bool:
    """Whether another codec makes words of `sample` that are nearly as likely as those of `codec`.

    Args:
        sample: a text in a language that is not known.
        codec: its most likely one.
    """
    places = [found.start() for found in _BEYOND.finditer(sample)][:_MOST]
    text = sample.decode(codec, "replace")
    own = _score(sample, places, codec, _WESTERN_LETTERS)
    others = dict.fromkeys(_WESTERN, _WESTERN_LETTERS) | {"cp1250": _CENTRAL_LETTERS}
    return any(
        _score(sample, places, other, letters) > own - NEARLY * len(places)
        for other, letters in others.items()
        if sample.decode(other, "replace") != text
    )


def _beside_a_letter(text: str, start: int, end: int) -> bool:
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return any(one.isascii() and one.isalpha() for one in around)


def _best(sample: bytes, codecs: tuple[str, ...], letters: frozenset[str]) -> tuple[str, float]:
    places = [found.start() for found in _BEYOND.finditer(sample)][:_MOST]
    scores = {codec: _score(sample, places, codec, letters) for codec in codecs}
    # Of those that fit nearly as well the most usual: a sign of one is often a letter of another.
    enough = max(scores.values()) - NEARLY * len(places)
    best = next(codec for codec in codecs if scores[codec] >= enough)
    return best, scores[best] / max(len(places), 1)


def _score(sample: bytes, places: list[int], codec: str, letters: frozenset[str]) -> float:
    text = sample.decode(codec, "replace")  # one character for each byte
    return sum(
        _worth(text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2], letters)
        for at in places
    )


def _worth(character: str, before: str, after: str, letters: frozenset[str]) -> float:
    """How well a character fits between its neighbours."""
    is_inside = before.isalpha() and after.isalpha()
    if character.lower() in letters:
        if not (before.isalpha() or after.isalpha()):
            return 0.3  # few words have one letter
        if character.islower():
            return 1.0
        return -2.0 if before.islower() else 0.9
    if character in _SIGNS:
        return 0.9 if not is_inside or character in _IN_WORDS else -2.0
    return -1.0 if character.isalpha() else -3.0
