"""Text reduced to what two prints of the same words share, with the way back to the text.

Left out are white space, hyphens and other dashes, soft hyphens, the bars between cells and the
marks of emphasis: a quote finds its words whether the text breaks or divides them or not. Next to
digits they count, so that `3-4` is not `34`. Ligatures and other compatible forms are written out,
quotation marks are all the same, letters small.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from citewire.text.alphabets import normal_form

_DASHES = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\ufffe"
_MARKS = "\u0300-\u036f"
_SIGNS = r"A-Za-z.,;:()%$/&'\"?!"
_PIECE = re.compile(
    # Nearly all of a text are runs of plain signs and blanks that no digit follows.
    rf"(?P<plain>[0-9{_SIGNS}]+(?:[ \t-\r|*_`-]+[{_SIGNS}][0-9{_SIGNS}]*)*(?![{_MARKS}]))"
    rf"|(?P<gap>[\s|*_`\u00ad\u200b-\u200f\u2060\ufeff{_DASHES}]+)"
    rf"|(?P<other>.[{_MARKS}]*)"
)
_DASH = re.compile(f"[{_DASHES}]")
_LEFT_OUT = " \t\n\v\f\r|*_`-"
_PLAIN = str.maketrans({'"': "'", **dict.fromkeys(_LEFT_OUT)})
_QUOTES = str.maketrans(
    dict.fromkeys(
        "\u2018\u2019\u201a\u201b\u2032\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d", "'"
    )
)


class _Piece(NamedTuple):
    """A part of a normal form that begins at `at`, and the part of the text it comes from."""

    at: int
    start: int
    end: int
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in its normal form.

    Args:
        text: the normal form.
        written: what it is the normal form of.
        pieces: what its parts come from, in order.
    """

    text: str
    written: str
    pieces: Sequence[_Piece]
    _kept: dict[int, list[int]] = field(default_factory=dict, compare=False, repr=False)
    """The places of what is kept of a plain piece, by where it begins, once it was asked for."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the text that `text[start:end]`, not empty, comes from."""
        return self._from(start)[0], self._from(end - 1)[1]

    def _from(self, at: int) -> tuple[int, int]:
        """The characters that one character of the normal form comes from."""
        piece = self.pieces[bisect_right(self.pieces, at, key=lambda one: one.at) - 1]
        if not piece.is_plain:
            return piece.start, piece.end
        kept = self._kept.get(piece.at)
        if kept is None:
            kept = [place for place in range(piece.start, piece.end)
                    if self.written[place] not in _LEFT_OUT]  # fmt: skip
            self._kept[piece.at] = kept
        place = kept[at - piece.at]
        return place, place + 1


def normalise(text: str) -> Normal:
    """The normal form of `text`; linear in its length."""
    parts: list[str] = []
    pieces: list[_Piece] = []
    size = 0
    last = ""
    for found in _PIECE.finditer(text):
        kind, (start, end) = found.lastgroup, found.span()
        if kind == "plain":
            part = found[0].translate(_PLAIN).lower()
        elif kind == "gap":
            part = _gap(found[0], last, text[end : end + 1])
        else:
            part = _written_out(found[0])
        if part:
            pieces.append(_Piece(size, start, end, kind == "plain"))
            parts.append(part)
            size += len(part)
            last = part[-1]
    return Normal("".join(parts), text, pieces)


def _gap(gap: str, before: str, after: str) -> str:
    if not after.isdigit():
        return ""
    if _DASH.search(gap):
        return "-"
    return " " if before.isdigit() else ""


@lru_cache(maxsize=4096)
def _written_out(character: str) -> str:
    plain = normal_form("NFKC", character).translate(_QUOTES).casefold()
    return normal_form("NFKC", "".join(plain.split()))
