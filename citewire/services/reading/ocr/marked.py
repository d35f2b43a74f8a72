"""Lines read from pictures, with the marks of notes apart from the figures that they stand at."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby

from citewire.services.reading.marks import shifted
from citewire.text.alphabets import normal_form

_CODED = frozenset("\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079")
"""Digits that are raised by their code."""


def may_be_raised(text: str) -> list[int]:
    """Which characters of a line may be marks: digits, and a letter after a figure."""
    letters = (n for n in range(1, len(text)) if text[n] in "abcdef" and text[n - 1].isdigit())
    return sorted({n for n, sign in enumerate(text) if sign.isdigit()}.union(letters))


def written_with_marks(text: str, raised: AbstractSet[int]) -> tuple[str, list[int]]:
    """A line as it is to be written, and which character of `text` each of its own comes from.

    Args:
        text: as it was read.
        raised: which of its characters stand above the base line; ¹ and ² do by their code.
    """
    is_mark = [n in raised or sign in _CODED for n, sign in enumerate(text)]
    for start, end in list(_runs(is_mark)):
        if text[max(start - 1, 0) : start] in ("(", "[") and text[end : end + 1] in (")", "]"):
            is_mark[start - 1] = is_mark[end] = True
    if all(is_mark):  # nothing that it stands at: a short line of its own
        return text, list(range(len(text)))
    written, origins = "", []
    position = 0
    while position < len(text):
        end = position + 1
        while end < len(text) and is_mark[end] == is_mark[position]:
            end += 1
        piece = text[position:end]
        if is_mark[position]:
            coded = all(sign in _CODED for sign in piece)
            mark = shifted(written, normal_form("NFKC", piece), text[end : end + 8])
            # Square metres are written so.
            keeps = coded and mark[:1] == "^" and not written[-1:].isdigit()
            piece = piece if keeps else mark
        origins += [min(position + n, end - 1) for n in range(len(piece))]
        written += piece
        position = end
    return written, origins


def _runs(is_mark: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where marks begin and end."""
    for found, run in groupby(range(len(is_mark)), lambda n: is_mark[n]):
        if found:
            places = list(run)
            yield places[0], places[-1] + 1
