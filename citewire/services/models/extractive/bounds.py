"""Ranges and bounds that heads, sentences and questions name: `aged 70-74`, `$75,000 or more`."""

import re
from typing import NamedTuple

from citewire.services.citations.verdicts.tokens import flatten

_NUMBER = r"[$€£]?\s?(\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?![\d.,]*\d|\s?%)"
_RANGE = re.compile(rf"(?<![\w.,-]){_NUMBER}\s?(?:[-–—]|to\s)\s?{_NUMBER}(?![-–]\d)")
_FROM = re.compile(
    rf"(?<![\w.,-]){_NUMBER}(?:\s?\+(?!\s?\d)|(?:[\s-][a-z]+){{0,3}}?[\s-](?:or|and)[\s-]"
    r"(?:more|older|over|above|greater|higher|up)\b)"
)
_OVER = re.compile(rf"(?:>|≥|\b(?:over|more than|at least|above|older than)\s){_NUMBER}")
_UNDER = re.compile(
    rf"(?:<|≤|\b(?:under|less than|below|up to|younger than|fewer than)\s){_NUMBER}"
)
_YEARS = range(1900, 2101)


class Bounds(NamedTuple):
    """The lower and the upper end; None where it is open."""

    low: int | None
    high: int | None


def bounds_in(text: str) -> frozenset[Bounds]:
    """The ranges and bounds that a text names, without those of years."""
    flat = flatten(text)
    found = {Bounds(_read(one[1]), _read(one[2])) for one in _RANGE.finditer(flat)}
    found = {one for one in found if one.low not in _YEARS and (one.low or 0) < (one.high or 0)}
    for pattern, is_lower in ((_FROM, True), (_OVER, True), (_UNDER, False)):
        for match in pattern.finditer(flat):
            end = _read(match[1])
            if end not in _YEARS:
                found.add(Bounds(end, None) if is_lower else Bounds(None, end))
    return frozenset(found)


def are_others(held: frozenset[Bounds], asked: frozenset[Bounds]) -> bool:
    """Whether what is named are other ranges or bounds than those that are asked for."""
    return bool(held) and bool(asked) and not held & asked


def _read(digits: str) -> int:
    return int(digits.replace(",", ""))
