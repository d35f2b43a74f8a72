"""Periods in claims and in the heads of tables: years, fiscal years, quarters, halves, days."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from citewire.services.citations.verdicts.dates import Date, find_dates

_YEARS = re.compile(
    r"(?<![\d.,$€£])(?P<from>(?:19|20)\d\d)(?:\s?[/–-]\s?(?P<to>(?:(?:19|20)\d\d|\d\d)))?"
    r"(?!\d|[,.]\d|[ ]?%)"
    r"|\b(?:fy|f|cy)\s?['’]?(?P<short>\d\d)(?!\d)"
)


_MONTHS = {
    **dict.fromkeys("three 3 tres drei trois".split(), 3),
    **dict.fromkeys("six 6 seis sechs".split(), 6),
    **dict.fromkeys("nine 9 nueve neun neuf".split(), 9),
    **dict.fromkeys("twelve 12 doce zwolf douze".split(), 12),
}
_WEEKS = {
    **dict.fromkeys("twelve thirteen fourteen sixteen 12 13 14 16".split(), 3),
    **dict.fromkeys("twenty-four twenty-six twenty-eight 24 26 28".split(), 6),
    **dict.fromkeys("thirty-six thirty-nine forty 36 39 40".split(), 9),
    **dict.fromkeys("fifty-two fifty-three 52 53".split(), 12),
}
_SPANS = {"quarter": 3, "half-year": 6, "half year": 6, "year": 12}
_UNTIL = r"\s(?:period\s)?(?:ended|ending|to|through|hasta|terminados|bis|zum|clos|au)\b"
_LENGTH = re.compile(
    r"(?:(?P<first>\b(?:first|last|(?:in|for|during|over) the|primeros|ultimos|ersten|premiers)\s)?"
    rf"\b(?:(?P<months>{'|'.join(_MONTHS)})[\s-](?:months?|meses|monaten?|mois)"
    rf"|(?P<weeks>{'|'.join(_WEEKS)})[\s-]weeks?)(?(first)(?:{_UNTIL})?|{_UNTIL}))"
    r"|\b(?:fiscal\s)?(?P<span>quarter|half[ -]year|year)s?\s(?:ended|ending)\b"
)
"""How long a period is: `six months ended`, `first nine months`, `years ended`."""
_REACH = 12
"""Characters between a length and the date that it ends with."""


_NUMBERS = ("first", "second", "third", "fourth")
_QUARTER_TOO = re.compile(rf"\b(?:in|for|during) the ({'|'.join(_NUMBERS)})\b(?!\s[a-z])")
"""`in the third quarter and 12 in the fourth`."""


class Period(NamedTuple):
    """A period: what is not known of it is None; `part` is `Q1` to `Q4`, `H1` or `H2`.

    `months` is how long it is; a day may be the last one of three months and of six.
    """

    year: int | None
    month: int | None = None
    day: int | None = None
    part: str | None = None
    months: int | None = None

    @property
    def length(self) -> int | None:
        """How many months it has, if that is told."""
        return self.months or ({"Q": 3, "H": 6}[self.part[0]] if self.part else None)


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
    return _with_lengths(sorted(found), flat)


def _with_lengths(found: list[PlacedPeriod], flat: str) -> list[PlacedPeriod]:
    """The periods with how long they are; a length that no date follows is a period, too."""
    starts = [one.start for one in found]
    alone: list[PlacedPeriod] = []
    for match in _LENGTH.finditer(flat):
        months = (
            _MONTHS.get(match["months"] or "")
            or _WEEKS.get(match["weeks"] or "")
            or _SPANS.get(match["span"] or "")
        )
        at = bisect_left(starts, match.start("first") if match["first"] else match.end())
        if at < len(found) and found[at].start - match.end() <= _REACH:
            start, end, period = found[at]
            if not period.part:
                found[at] = PlacedPeriod(start, end, Period(*period[:4], months))
        else:
            alone.append(PlacedPeriod(*match.span(), Period(None, months=months)))
    return sorted([*found, *alone]) if alone else found


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
    lengths = {one.months for one in told if one.months}
    if len(years) > 1:
        return None
    month, day = parts.pop() if len(parts) == 1 else (None, None)
    return Period(
        years.pop() if years else None,
        month,
        day,
        quarters.pop() if len(quarters) == 1 else None,
        lengths.pop() if len(lengths) == 1 else None,
    )


def agrees(claim: Period, held: Period) -> bool:
    """Whether a column's period may be the one that a claim names."""
    if claim.year and held.year and claim.year != held.year:
        return False
    if claim.part and held.part and claim.part != held.part:
        return False
    if claim.length and held.length and claim.length != held.length:
        return False
    if claim.month and held.month:
        is_other_day = claim.day and held.day and claim.day != held.day
        return claim.month == held.month and not is_other_day
    return True
