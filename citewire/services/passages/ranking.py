"""Headings of a document, one beneath the other, by what they say and how large they were set."""

import math
import re
from collections.abc import Iterable

_ALIKE = math.log(1.1)
"""Letters that differ by less than a tenth were set alike."""
_PART = re.compile(
    r"(?:part|parte|partie|teil)\s+[ivx]{1,5}\b|(?:exhibit|appendix|annex|anexo)\b", re.I
)
_ITEM = re.compile(r"(?:item|article|chapter|cap[ií]tulo|chapitre|kapitel)\s+[\divx]", re.I)
_NOTE = re.compile(r"(?:note|nota|section|secci[oó]n)\s+\d", re.I)
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,5}")
_CAPTION = re.compile(
    r"(?:table|figure|chart|tabla|figura|gr[aá]fico|tabelle|abbildung)\s+\d", re.I
)
_OF_LIST = re.compile(r"\([a-z\d]{1,4}\)|[•▪–—-]|[a-z]+\b")


def levels_of(headings: Iterable[tuple[str, float]]) -> list[int]:
    """Tell how deep each heading of a document lies, 0 at the top.

    What a heading calls itself counts first (a part, an item, a note, "2.1", the caption of a
    table), then the size of its letters, then whether they are all capitals.

    Args:
        headings: what each says and the height of its letters in points, 0 if that is unknown.
    """
    above: list[tuple[float, ...]] = []
    levels = []
    for title, size in headings:
        rank = _rank_of(title, size)
        while above and above[-1] >= rank:
            above.pop()
        levels.append(len(above))
        above.append(rank)
    return levels


def _rank_of(title: str, size: float) -> tuple[float, ...]:
    """The smaller, the higher."""
    for form, pattern in enumerate((_PART, _ITEM, _NOTE)):
        if pattern.match(title):
            return (form,)
    if number := _NUMBER.match(title):
        return 3, number[0].count(".")
    if _CAPTION.match(title):
        return (5,)
    if _OF_LIST.match(title):
        return (6,)
    letters = -round(math.log(size) / _ALIKE) if size > 0 else 0
    return 4, letters, not title.isupper()
