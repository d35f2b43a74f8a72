"""Columns of fiscal years: how long each is, and by which year one that ends in January goes.

The knowledge of years is that of the verdicts; a report's sections and sentences tell it, too.
"""

import re
from collections.abc import Iterable, Sequence

from citewire.services.citations.verdicts.fiscal_years import (
    FULL_PARTS,
    begins_its_year,
    is_early,
)
from citewire.services.citations.verdicts.periods import Period, agrees, find_periods
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.models.extractive.outlook import is_outlook
from citewire.services.models.extractive.passages import Passage

QUARTER, HALF_YEAR, NINE_MONTHS, YEAR = 3, 6, 9, 12
"""Months that a column may be of."""

_MONTHS_OF_PART = {"Q": QUARTER, "H": HALF_YEAR}
_LENGTHS = (
    (
        QUARTER,
        re.compile(r"\b(?:1[234]|thirteen|fourteen)[\s-]weeks?\b|\b(?:3|three)[\s-]months?\b"),
    ),
    (HALF_YEAR, re.compile(r"\b(?:2[67]|twenty-six)[\s-]weeks?\b|\b(?:6|six)[\s-]months?\b")),
    (NINE_MONTHS, re.compile(r"\b(?:39|40|thirty-nine)[\s-]weeks?\b|\b(?:9|nine)[\s-]months?\b")),
    (
        YEAR,
        re.compile(r"\b(?:5[23]|fifty-(?:two|three))[\s-]weeks?\b|\b(?:12|twelve)[\s-]months?\b"),
    ),
    (QUARTER, re.compile(r"\bquarters?\b|\bq[1-4]\b|\btrimestres?\b")),
    (YEAR, re.compile(r"\b(?:full|whole|entire|fiscal) year\b|\byears? ended\b|\bannual\b")),
)
"""What says how long a period is, the surest first."""

_BESIDE = re.compile(
    r"\b(?:fiscal|financial)\s(?:year\s)?(?P<year>20\d\d)\b"
    r"[^.;]{0,40}?\b(?:ended|ending|ends)\s(?:on\s)?(?P<end>[a-z]{3,9}\.?\s\d{1,2},?\s20\d\d)"
)
"""`Fiscal 2022 was the 52 weeks ended January 28, 2023`."""


def months_of(text: str) -> int | None:
    """How many months a head or a question speaks of; None if it does not say."""
    flat = flatten(text)
    found = {months for months, pattern in _LENGTHS[:4] if pattern.search(flat)}
    if len(found) == 1:
        return found.pop()
    if found:
        return None
    return next((months for months, pattern in _LENGTHS[4:] if pattern.search(flat)), None)


def months_asked(text: str, periods: Sequence[Period]) -> int | None:
    """How many months a question asks about; a quarter or half that it names goes first."""
    parts = {_MONTHS_OF_PART.get(one.part[0]) for one in periods if one.part}
    if parts:
        return parts.pop() if len(parts) == 1 else None
    return months_of(text)


def begins_by_passages(passages: Iterable[Passage], ends: Iterable[Period]) -> bool | None:
    """Whether the passages of one report tell that it calls a year by the one that it begins in.

    None if nothing tells.

    Args:
        passages: of the report.
        ends: the days that its columns end on.
    """
    days = [one for one in ends if one.year and one.month]
    if not any(map(is_early, days)):
        return None
    last = max(days, key=lambda one: (one.year or 0, one.month or 0, one.day or 0))
    own = list(passages)
    told = begins_its_year(last, own[0].title if own else "")
    if told is not None:
        return told
    for passage in own:
        flat = flatten(passage.text)
        for match in _BESIDE.finditer(flat):
            for place in find_periods(match["end"]):
                apart = (place.period.year or 0) - int(match["year"])
                if is_early(place.period) and apart in (0, 1):
                    return apart == 1
    sections = dict.fromkeys(one.section for one in own if not is_outlook(one.section))
    return begins_its_year(last, " ".join(sections))


def period_asked(
    asked: Sequence[Period], held: Period | None, *, begins: bool | None
) -> bool | None:
    """Whether a column is of a period that is asked for; None if one of them says nothing.

    Args:
        asked: the periods of a question.
        held: that of the column.
        begins: whether its report calls years by the ones they begin in; None if nothing tells:
            then it may be either.
    """
    if not asked or held is None:
        return None
    return any(agrees(one, called) for one in asked for called in _called(one, held, begins=begins))


def _called(asked: Period, held: Period, *, begins: bool | None) -> tuple[Period, ...]:
    """As what a report may call a column, where a whole year is asked that may end early."""
    is_whole = asked.year and not asked.month and asked.part in FULL_PARTS
    if not is_whole or not held.year or not held.month or not is_early(held):
        return (held,)
    before = Period(held.year - 1, held.month, held.day, held.part)
    if begins is None:
        return (held, before)
    return (before,) if begins else (held,)
