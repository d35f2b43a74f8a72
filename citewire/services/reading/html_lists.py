"""Marks of list items in HTML: bullets, and the numbers that a browser counts."""

from dataclasses import dataclass
from typing import Any

BULLET = "• "
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"))
_SMALL = ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
MOST_ROMAN = 3999


@dataclass(slots=True)
class OpenList:
    """A list whose items are being read.

    Args:
        kind: how its items are marked, as `type` of `ol` tells; empty for bullets.
        number: of its next item.
        step: from one item to the next.
    """

    kind: str = ""
    number: int = 1
    step: int = 1

    def mark_of(self, item: Any) -> str:
        """The mark of `item`, which is its next."""
        if not self.kind:
            return BULLET
        self.number = _whole(item.get("value"), self.number)
        mark = f"{_counted(self.number, item.get('type') or self.kind)}. "
        self.number += self.step
        return mark


def opened(element: Any) -> OpenList:
    """The list that `element` opens."""
    if element.tag != "ol":
        return OpenList()
    is_reversed = element.get("reversed") is not None
    first = sum(child.tag == "li" for child in element) if is_reversed else 1
    start = _whole(element.get("start"), first)
    return OpenList(element.get("type") or "1", start, -1 if is_reversed else 1)


def _whole(said: str | None, otherwise: int) -> int:
    digits = (said or "").strip().lstrip("-+")
    if not digits.isdecimal() or len(digits) > 9:
        return otherwise
    return int((said or "").strip())


def _counted(number: int, kind: str) -> str:
    if kind in ("a", "A") and number > 0:
        letters = _letters(number)
    elif kind in ("i", "I") and 0 < number <= MOST_ROMAN:
        letters = _roman(number)
    else:
        return str(number)
    return letters.upper() if kind.isupper() else letters


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for worth, sign in (*_ROMAN, *_SMALL):
        count, number = divmod(number, worth)
        letters += sign * count
    return letters
