"""Scripts that put no spaces between words: what is written in them is told in pairs of signs.

A pair is of two letters with the marks on them. Korean has spaces, but hangs its particles on the
words, so that pairs find what the forms of a word share.
"""

import re
import unicodedata
from itertools import pairwise

UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ecf\u0edc-\u0edf"  # Lao
    "\u1000-\u103f\u1050-\u109d\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17dd"  # Khmer
    "\u3005\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Korean
)
"""The signs of these scripts, as they stand in a class of signs of a pattern."""

MARKS = "".join(
    chr(code)
    for code in (*range(0x300, 0x2000), 0x3099, 0x309A)
    if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
"""Marks that stand on a letter or around it, vowels of Indian and Thai words among them. To
Python's patterns they are no letters."""

_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
_RUNS = re.compile(rf"[{UNSPACED}]+|[^{UNSPACED}]+")
_LETTERS = re.compile(rf".[{MARKS}]*")


def is_unspaced(word: str) -> bool:
    """Tell whether `word` has a sign of these scripts."""
    return not word.isascii() and _IS_UNSPACED.search(word) is not None


def pairs(word: str) -> list[str]:
    """Cut `word` into pairs of signs; what is of other scripts stays whole."""
    found: list[str] = []
    for run in _RUNS.findall(word):
        letters = _LETTERS.findall(run) if _IS_UNSPACED.match(run) else []
        if len(letters) > 2:
            found += map("".join, pairwise(letters))
        else:
            found.append(run)
    return found
