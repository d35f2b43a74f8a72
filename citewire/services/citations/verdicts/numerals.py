"""Digits and what they may mean: points, commas and blanks, as each country writes them."""

import re
from collections.abc import Sequence

from citewire.services.citations.verdicts.tokens import Tokens
from citewire.services.citations.verdicts.units import SCALES

_GROUP = re.compile(r"\d{3}(?:[.,]\d{1,2})?")


_SHOWS = re.compile(
    r"(?:\d+|\d{1,3}(?:[.,]\d{3})+)(?P<sign>[.,])(?:\d\d?|\d{4,})"
    r"|\d{1,3}(?P<group>[.,])\d{3}(?:(?P=group)\d{3})+"
)
_OTHER = {",": ".", ".": ","}
_SIGN = re.compile("[.,]")
_LONG = re.compile(r"[1-9]\d\d?(?P<sign>[.,])\d{3}")
"""`30,739`: a decimal with three places would seldom be so large."""
MANY = 3
"""So many of these show that their sign divides thousands."""
_GROUPED = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_LONGEST = 18
"""Digits of a number; longer ones are identifiers."""


def plain_readings(digits: str, point: str = "") -> tuple[tuple[float, float], ...]:
    """Values and steps that digits with points and commas may mean, in any country's writing.

    `point` is the decimal sign of the text, where other numbers show it.
    """
    if len(digits) > _LONGEST:
        return ()
    parts = re.split(r"[.,]", digits)
    signs = [char for char in digits if char in ".,"]
    if not signs:
        return ((float(digits), 1.0),)
    *heads, last = signs
    if last not in heads and heads:
        return () if len(set(heads)) > 1 else (_decimal("".join(parts[:-1]), parts[-1]),)
    if len(set(signs)) > 1:
        return ()
    return _one_sign(parts, last, point)


def _one_sign(parts: list[str], sign: str, point: str) -> tuple[tuple[float, float], ...]:
    """The readings of digits with one sort of sign: `1,234`, `1,234,567` and `2.5`."""
    is_grouped = len(parts[0]) <= 3 and parts[0] != "0" and len(parts[-1]) == 3
    whole = (float("".join(parts)), 1.0)
    if len(parts) > 2:
        fits = is_grouped and all(2 <= len(part) <= 3 for part in parts[1:])
        return (whole,) if fits else ()
    decimal = _decimal(parts[0], parts[1])
    if not is_grouped or sign == point:
        return (decimal,)
    return (whole,) if point else (whole, decimal)


def _decimal(whole: str, decimals: str) -> tuple[float, float]:
    return float(f"{whole}.{decimals}"), 10.0 ** -len(decimals)


def decimal_point(texts: Sequence[str]) -> str:
    """The decimal sign of a text, if its numbers show which; `2.5` does, `2.500` does not.

    Several of `30,739`, and no sign but that one, show it, too.
    """
    numbers = [text for text in texts if text[0].isdecimal()]
    shown = {
        (match["sign"] or _OTHER[match["group"]])
        for text in numbers
        if (match := _SHOWS.fullmatch(text))
    }
    if not shown:
        long = [match["sign"] for text in numbers if (match := _LONG.fullmatch(text))]
        if (
            len(long) >= MANY
            and len({sign for text in numbers for sign in _SIGN.findall(text)}) == 1
        ):
            return _OTHER[long[0]]
    return shown.pop() if len(shown) == 1 else ""


def grouping_signs(texts: Sequence[str]) -> frozenset[str]:
    """The signs that stand before three digits in the numbers of a text."""
    return frozenset(
        sign for text in texts if text[0].isdecimal() for sign in _GROUPED.findall(text)
    )


def spaced_digits(tokens: Tokens, at: int, flat: str) -> tuple[int, str]:
    """The digits from `at` on with blanks between groups of three, and the token after them."""
    joined, after = tokens.texts[at], at + 1
    if not (joined.isdecimal() and len(joined) <= 3 and joined[0] != "0"):
        return after, joined
    while (
        after < len(tokens.texts)
        and tokens.starts[after] == tokens.ends[after - 1] + 1
        and flat[tokens.ends[after - 1]] in " '"
        and _GROUP.fullmatch(tokens.texts[after])
        and joined.isdecimal()
        and len(joined) < _LONGEST
    ):
        joined += tokens.texts[after]
        after += 1
    return after, joined


def scale_at(texts: Sequence[str], at: int) -> float | None:
    """The scale that the word at `at` means; Spanish `miles` only in `miles de`."""
    word = texts[at]
    if word == "miles" and not (at + 1 < len(texts) and texts[at + 1] == "de"):
        return None
    return SCALES.get(word)
