"""Fiscal years that end early in the calendar year after: "fiscal 2022" ends on January 28, 2023.

Some firms call such a year by the year that it begins in, some by the one that it ends in: the
title of the report tells, and an end in the first days of January is always of the year before.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from citewire.services.citations.verdicts.asked_figures import AskedFigures
from citewire.services.citations.verdicts.fitting import FittedTable
from citewire.services.citations.verdicts.periods import Period, PlacedPeriod
from citewire.services.citations.verdicts.tokens import flatten

LAST_FEBRUARY = 10
"""The last day of February on which a year of 52 weeks ends that was to end in January."""

FIRST_WEEK = 7

_FISCAL = re.compile(r"\b(?:fiscal|financial)\s(?:year\s)?$")
_SHORT = re.compile(r"(?:fy|f)\s?['’]?\d")
_TITLE = re.compile(r"\b(?:(?:fiscal|financial)\s(?:year\s)?|fy\s?)(?P<year>(?:20)?\d\d)\b")
FULL_PARTS = (None, "Q4", "H2")
"""The parts of a fiscal year that end with it."""


def late_years(
    asked: AskedFigures, flat: str, tables: Sequence[FittedTable]
) -> tuple[AskedFigures, Period] | None:
    """What a claim asks if its fiscal years end early in the year after, and the last such end.

    None if it speaks of none, or the tables tell of other periods than such.

    Args:
        asked: as its years are written.
        flat: the claim.
        tables: of its passages.
    """
    places = [place for place in asked.places if _is_fiscal(place, flat)]
    if not places:
        return None
    heads = {figure.period for table in tables for _, figure in table.table.cells} - {None}
    ends = [one for one in heads if one is not None and one.year]
    if not ends or not all(map(is_early, ends)):
        return None
    later = {one: PlacedPeriod(one.start, one.end, _next(one.period)) for one in places}
    shifted = {old.period: new.period for old, new in later.items()}
    found = replace(
        asked,
        periods=tuple(shifted.get(one, one) for one in asked.periods),
        places=tuple(later.get(place, place) for place in asked.places),
        told={start: one and shifted.get(one, one) for start, one in asked.told.items()},
    )
    return found, max(ends, key=lambda one: (one.year or 0, one.month or 0, one.day or 0))


def begins_its_year(last: Period, title: str) -> bool | None:
    """Whether a firm calls a year by the one that it begins in; None if nothing tells.

    Args:
        last: when the last year or quarter of a table ends.
        title: of the report.
    """
    if last.month == 1 and last.day and last.day <= FIRST_WEEK:
        return True
    years = [int(match["year"][-2:]) + 2000 for match in _TITLE.finditer(flatten(title))]
    apart = (last.year or 0) - max(years, default=0)
    # A quarter that ends in October is of the year that begins in it, or of the one that is to end.
    apart += 0 if is_early(last) else 1
    return apart == 1 if apart in (0, 1) else None


def _is_fiscal(place: PlacedPeriod, flat: str) -> bool:
    """Whether a claim names a whole fiscal year, or the end of one, and no day."""
    if not place.period.year or place.period.month or place.period.part not in FULL_PARTS:
        return False
    before = flat[max(0, place.start - 16) : place.start]
    said = flat[place.start : place.end]
    return bool(_FISCAL.search(before) or _SHORT.match(said) or "fiscal" in said)


def is_early(end: Period) -> bool:
    """Whether a year that ends then may be called by the one before."""
    return end.month == 1 or (end.month == 2 and (end.day or LAST_FEBRUARY + 1) <= LAST_FEBRUARY)


def _next(period: Period) -> Period:
    return Period((period.year or 0) + 1, *period[1:])
