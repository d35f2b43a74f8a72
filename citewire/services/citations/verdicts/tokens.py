"""A text as tokens: words, digits and the few signs that numbers are written with."""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[%‰$€£¥₹°|()\[\]\-–—−+/~≈,;:.!?\n]"
)
_ACCENTS = str.maketrans(
    "áàâäãåéèêëíìîïóòôöõúùûüñçÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇ’ \u00a0\u202f\u2009",
    "aaaaaaeeeeiiiiooooouuuuncAAAAAAEEEEIIIIOOOOOUUUUNC'    ",
)

_WRAPPED = re.compile(r"(?<=[\d$€£%]) ?\n(?=[a-z])")
"""A line end between a number and its scale or unit; the rows of tables begin otherwise."""


class Token(NamedTuple):
    """A word, a number or a sign, and where it stands; `text` is flat."""

    text: str
    start: int
    end: int


def flatten(text: str) -> str:
    """`text` in lower case and without the accents of western languages, of the same length."""
    bare = text.translate(_ACCENTS)
    if "\n" in bare:
        bare = _WRAPPED.sub(lambda wrap: " " * len(wrap[0]), bare)
    lower = bare.lower()
    if len(lower) == len(bare):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in bare)


def tokenise(flat: str) -> list[Token]:
    """The tokens of a flat text, in order; what is none of them is left out."""
    return [Token(match[0], *match.span()) for match in _TOKEN.finditer(flat)]
