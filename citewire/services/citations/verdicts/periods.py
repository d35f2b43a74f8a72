"""Periods in claims and in the heads of tables: years, fiscal years, quarters, halves, days."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from citewire.services.citations.verdicts.dates import Date, find_dates

_YEARS = re.compile(
    r"(?<![\d.,$€£])(?P<from>(?:19|20)\d\d)(?:\s?[/–-]\s?(?P<to>(?:(?:19|20)\d\d|\d\d)))?"
    r"(?!\d|[,.]\d|[ ]?%)"
    r"|\b(?:fy|f|cy)\s?['’]?(?P<short>\d\d)(?!\d)"
)


_NUMBERS = ("first", "second", "third", "fourth")
_QUARTER_TOO = re.compile(rf"\b(?:in|for|during) the ({'|'.join(_NUMBERS)})\b(?!\s[a-z])")
"""`in the third quarter and 12 in the fourth`."""


class Period(NamedTuple):
    """A period: what is not known of it is None; `part` is `Q1` to `Q4`, `H1` or `H2`."""

    year: int | None
    month: int | None = None
    day: int | None = None
    part: str | None = None


class PlacedPeriod(NamedTuple):
    """A period and where it stands in a text."""

    start: int
    end: int
    period: Period


def find_periods(flat: str) -> list[PlacedPeriod]:
    """The periods of a flat text, in order; `2018/2019` is the year that ends in 2019."""
    return periods_beside(find_dates(flat), flat)


def periods_beside(dates: Sequence[Date], flat: str) -> list[PlacedPeriod]:
    """The periods of a flat text of which these are the dates."""
    found = [PlacedPeriod(date.start, date.end, _of_date(date)) for date in dates]
    for match in _YEARS.finditer(flat):
        start, end = match.span()
        if any(date.start < end and start < date.end for date in dates):
            continue
        if match["short"]:
            found.append(PlacedPeriod(start, end, Period(2000 + int(match["short"]))))
            continue
        first, last = int(match["from"]), match["to"]
        second = int(last) if last and len(last) == 4 else first // 100 * 100 + int(last or 0)
        if last and "/" not in match[0]:
            found.append(PlacedPeriod(start, start + 4, Period(first)))
        if not last or first < second:
            found.append(PlacedPeriod(start, end, Period(second if last else first)))
    if any(one.period.part and one.period.part[0] == "Q" for one in found):
        for match in _QUARTER_TOO.finditer(flat):
            part = f"Q{_NUMBERS.index(match[1]) + 1}"
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(PlacedPeriod(*match.span(1), Period(None, part=part)))
    return sorted(found)


def _of_date(date: Date) -> Period:
    return Period(date.year, date.month, date.day, date.part)


def joined(periods: Iterable[Period]) -> Period | None:
    """What the heads of one column say together: `December 31,` over `2019`; None if nothing.

    Of several years none is told.
    """
    told = list(dict.fromkeys(periods))
    if not told:
        return None
    years = {one.year for one in told if one.year}
    parts = {(one.month, one.day) for one in told if one.month}
    quarters = {one.part for one in told if one.part}
    if len(years) > 1:
        return None
    month, day = parts.pop() if len(parts) == 1 else (None, None)
    return Period(
        years.pop() if years else None, month, day, quarters.pop() if len(quarters) == 1 else None
    )


def agrees(claim: Period, held: Period) -> bool:
    """Whether a column's period may be the one that a claim names."""
    if claim.year and held.year and claim.year != held.year:
        return False
    if claim.part and held.part and claim.part != held.part:
        return False
    if claim.month and held.month:
        is_other_day = claim.day and held.day and claim.day != held.day
        return claim.month == held.month and not is_other_day
    return True
