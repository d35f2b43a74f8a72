"""Characters of which a file does not say what they are: fonts without a map to Unicode.

pdfium gives the code of such a character in the place of its meaning, and tells so when asked.
"""

import ctypes
import re
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from citewire.services.reading.pdf.chars import Chars, prototype
from citewire.services.reading.word_list import known_words

EVERY = 8
"""One of so many characters is asked about; all are where one of them has no meaning."""

RUN = 3
"""So many in a row are no sign among letters: their font has no map."""

UNREADABLE = 0.3
"""Of a page: with a larger share of characters without a meaning it counts as one without text."""

WORDS = 0.2
"""Of what looks like words, the share that are ones; of nonsense, hardly any are."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_FIGURES = re.compile(r"[\s\d.,:;%()+/-]*")

Mask = NDArray[np.bool_]

_ERROR = prototype(pdfium.FPDFText_HasUnicodeMapError, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_IS_ERROR = 1
_SIGN = "[\x01-\x08\x0b\x0c\x0e-\x1f!-&*+;-@\\\\^`|~\xa1-\xbf\xd7\xf7\ue000-\uf8ff\ufffd]"
_AT_LETTERS = re.compile(rf"{_SIGN}(?=[^\W\d_])|(?<=[^\W\d_]){_SIGN}")
"""A sign where letters are usual: it may stand for a ligature."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """What of a page has no meaning.

    Args:
        signs: positions of single signs at letters: ligatures, as a rule.
        unread: by character, whether it is one of a font without a map.
        share: of all characters with an extent that such are.
    """

    signs: list[int]
    unread: Mask
    share: float


def find_unmapped(chars: Chars) -> Unmapped | None:
    """The characters of a page without a meaning, None if all have one."""
    codes = np.frombuffer(chars.text.encode("utf-32-le"), np.uint32)
    boxes = chars.boxes
    drawn = np.flatnonzero((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
    signs = [found.start() for found in _AT_LETTERS.finditer(chars.text)]
    alone = [sign for sign in signs if _ERROR(chars.handle, sign) == _IS_ERROR]
    controls = drawn[codes[drawn] < 32]
    if len(controls):
        controls = controls[~np.isin(codes[controls], (9, 10, 13))]
    asked = {*drawn[::EVERY].tolist(), *controls[::EVERY].tolist()}.difference(signs)
    errors = np.zeros(len(codes), np.bool_)
    if _IS_ERROR not in map(_ERROR, repeat(chars.handle), asked):
        return Unmapped(alone, errors, 0.0) if alone else None
    answers = map(_ERROR, repeat(chars.handle), drawn.tolist())
    errors[drawn] = np.fromiter(answers, np.int32, len(drawn)) == _IS_ERROR
    unread = np.zeros_like(errors)
    unread[drawn] = _in_runs(errors[drawn])
    if _makes_words(chars.text, unread):
        # Some programs make fonts without names or maps but keep to the usual codes.
        unread = np.zeros_like(unread)
    share = float(unread[drawn].mean()) if len(drawn) else 0.0
    alone = [sign for sign in alone if not unread[sign]]
    # On such a page there are no words to tell anything by.
    return Unmapped(alone if share <= UNREADABLE else [], unread, share)


def _makes_words(text: str, unread: Mask) -> bool:
    """Whether the codes of the `unread` characters make words if taken for letters."""
    if not unread.any():
        return False
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    taken = np.where(unread, codes, np.uint32(ord(" "))).tobytes().decode("utf-32-le")
    words = _WORD.findall(taken.lower())
    if not words:
        return _FIGURES.fullmatch(taken) is not None
    return sum(word in known_words() for word in words) >= WORDS * len(words)


def _in_runs(errors: Mask) -> Mask:
    """`errors` without those that are not `RUN` in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], errors, [False]])))
    kept = np.zeros_like(errors)
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        kept[start:end] = end - start >= RUN
    return kept
