"""Text reduced to what two prints of the same words share, with the way back to the text.

Left out are white space, hyphens and other dashes, soft hyphens, the bars between cells and the
marks of emphasis: a quote finds its words whether the text breaks or divides them or not. Next to
digits they count, so that `3-4` is not `34`. Ligatures and other compatible forms are written out,
quotation marks are all the same, letters small.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DASHES = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\ufffe"
_MARKS = "\u0300-\u036f"
_PIECE = re.compile(
    rf"(?P<plain>[0-9A-Za-z.,;:()%$/&'\"?!]+(?![{_MARKS}]))"
    rf"|(?P<gap>[\s|*_`\u00ad\u200b-\u200f\u2060\ufeff{_DASHES}]+)"
    rf"|(?P<other>.[{_MARKS}]*)"
)
_DASH = re.compile(f"[{_DASHES}]")
_QUOTES = str.maketrans(
    dict.fromkeys(
        "\u2018\u2019\u201a\u201b\u2032\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d", "'"
    )
)


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in its normal form.

    Args:
        text: the normal form.
        starts: for each character of it, where in the text it comes from begins, in characters.
        ends: where that ends, exclusive.
    """

    text: str
    starts: list[int]
    ends: list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the text that `text[start:end]`, not empty, comes from."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Normal:
    """The normal form of `text`; linear in its length."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = ""
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        if piece.lastgroup == "plain":
            part = piece[0].lower().replace('"', "'")
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            following = text[end : end + 1]
            is_gap = piece.lastgroup == "gap"
            part = _gap(piece[0], last, following) if is_gap else _written_out(piece[0])
            starts.extend([start] * len(part))
            ends.extend([end] * len(part))
        if part:
            parts.append(part)
            last = part[-1]
    return Normal("".join(parts), starts, ends)


def _gap(gap: str, before: str, after: str) -> str:
    if not after.isdigit():
        return ""
    if _DASH.search(gap):
        return "-"
    return " " if before.isdigit() else ""


@lru_cache(maxsize=4096)
def _written_out(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).translate(_QUOTES).casefold()
    return unicodedata.normalize("NFKC", "".join(plain.split()))
