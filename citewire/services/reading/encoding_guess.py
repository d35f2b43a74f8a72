"""The encoding of a text that says nothing of it: by its words, or as browsers take it.

A few bytes beyond ASCII look much the same in all encodings: what they are cannot be told then.
They are read as browsers read them, and that is said.
"""

import unicodedata
from dataclasses import dataclass

from charset_normalizer import from_bytes

from citewire.services.reading.encoding_labels import as_browsers, codec_of
from citewire.services.reading.encoding_latin import (
    CENTRAL,
    CERTAIN,
    SCATTERED,
    central_codec,
    has_rival,
    scattered,
    standing,
    western_codec,
)
from citewire.services.reading.encoding_wide import wide_letters
from citewire.services.reading.language import language_of

WESTERN = "cp1252"
"""Latin-1 with Windows' additions."""

EASTERN = frozenset("pl cs sk hu sl hr bs sr ro sq lv lt et tr az mt cy ga eo".split())
"""Languages with Latin letters that are not in it."""

DOUBTFUL, FEW_BEYOND = 0.5, 0.04
"""Bytes beyond ASCII that make no words are damage where they are less than this share of all."""

FEW = 12
"""With so many bytes beyond ASCII, or fewer, a text is a guess in any encoding but that of words in
which they stand between plain letters."""

MANY_OF_ANOTHER = 8
"""Bytes from which on statistics may tell an alphabet that is not Latin."""

_ALPHABETS = frozenset(
    "cp1251 cp1253 cp1255 cp1256 cp874 koi8_r koi8_u iso8859_5 iso8859_7".split()
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A codec, and what is to be told of how it was found."""

    codec: str
    notes: tuple[str, ...] = ()


def guessed(sample: bytes) -> Guess:
    """The encoding of `sample`, a text that is no UTF-8: the most likely, or Windows-1252."""
    western, certainty = western_codec(sample)
    count = sum(byte >= 0x80 for byte in sample)
    if certainty < DOUBTFUL and count < FEW_BEYOND * len(sample):
        return Guess("utf-8")  # damage in a plain text: told, and not made letters of
    guess = _by_statistics(sample)
    if count <= FEW:
        return _of_few(sample, western, certainty, guess)
    text = sample.decode(guess, "replace")
    if not _is_latin(text) and (scattered(sample) < SCATTERED or certainty < CERTAIN):
        return Guess(guess)
    # Texts look much the same in all Latin alphabets; the language tells them apart.
    is_certain = certainty >= CERTAIN
    language = language_of([sample.decode(western, "replace") if is_certain else text])
    if language not in EASTERN or (is_certain and western != WESTERN):
        return Guess(western)
    return Guess(central_codec(sample) if language in CENTRAL else guess)


def _of_few(sample: bytes, western: str, certainty: float, guess: str) -> Guess:
    central = central_codec(sample)
    if language_of([sample.decode(central, "replace")]) in CENTRAL:
        return Guess(central)
    place = standing(sample, western)
    if certainty < CERTAIN or place == "apart":
        count = sum(byte >= 0x80 for byte in sample)
        is_alphabet = guess in _ALPHABETS and count >= MANY_OF_ANOTHER and place == "apart"
        return _told(guess if is_alphabet or guess.startswith("utf_16") else WESTERN)
    language = language_of([sample.decode(western, "replace")])
    if language not in EASTERN and language != "und":
        return Guess(western)
    if western == WESTERN and not has_rival(sample, western):
        return Guess(western)
    # Bytes that Windows has no character for tell an old machine; signs of its do not.
    is_old = place == "in words" and "\ufffd" in sample.decode(WESTERN, "replace")
    return _told(western if is_old else WESTERN)


def _told(codec: str) -> Guess:
    name = "Windows-1252, as browsers do" if codec == WESTERN else codec
    return Guess(
        codec,
        (
            "nothing tells the encoding of its few characters beyond plain letters: "
            f"read as {name}; if they are wrong, save the file as UTF-8",
        ),
    )


def _by_statistics(sample: bytes) -> str:
    """What frequencies of characters say, of the encodings of the web and of old machines."""
    best = from_bytes(sample).best()
    if best is None:
        return WESTERN
    if best.encoding.startswith("utf_16"):
        return wide_letters(sample).replace("-", "_") or WESTERN
    return as_browsers(best.encoding) or codec_of(best.encoding) or WESTERN


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 >= len(letters)
