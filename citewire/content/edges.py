"""Where the words of a line begin and end, as text of four characters per word.

Edges are kept for every word of a library, so that they have to be small: each is a share of the
line's length, in steps of 1/4095, written with two letters of the alphabet of base64url. On a line
as wide as a page of A4 that is a seventh of a point.
"""

from collections.abc import Sequence
from itertools import product

PER_WORD = 4
"""Characters that a word takes."""

_STEPS = 4095
_SHORTEST = 1e-6
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODES = ["".join(pair) for pair in product(_ALPHABET, repeat=2)]
_VALUES = {code: value / _STEPS for value, code in enumerate(_CODES)}


def encode(edges: Sequence[float], low: float, high: float) -> str:
    """The edges of the words of a line that reaches from `low` to `high`.

    Args:
        edges: lower and higher edge of each word in turn, in the unit of `low` and `high`.
        low: where the line begins.
        high: where it ends; if that is not clearly after `low`, nothing can be told.
    """
    if high - low < _SHORTEST:
        return ""
    scale = _STEPS / (high - low)
    if edges and low <= min(edges) and max(edges) <= high:
        return "".join([_CODES[int((edge - low) * scale + 0.5)] for edge in edges])
    return "".join([_CODES[min(max(round((edge - low) * scale), 0), _STEPS)] for edge in edges])


def decode(words: str) -> list[tuple[float, float]]:
    """Lower and higher edge of each word, as shares (0..1) of the line's length."""
    edges = [_VALUES[words[at : at + 2]] for at in range(0, len(words), 2)]
    return list(zip(edges[::2], edges[1::2], strict=True))
