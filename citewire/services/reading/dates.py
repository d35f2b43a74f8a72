"""Dates as the metadata of files has them."""

import re
from datetime import UTC, date, datetime, timedelta

MIN_YEAR = 1980

_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")


def iso_date(text: str) -> str | None:
    """The ISO date at the beginning of `text`, as PDF writes it or with hyphens.

    None if it is no date, before `MIN_YEAR` or in the future: clocks are wrong at times.
    """
    found = _DATE.match(text[:10].replace("-", ""))
    if found is None:
        return None
    try:
        day = date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        return None
    latest = datetime.now(UTC).date() + timedelta(days=1)
    return day.isoformat() if day.year >= MIN_YEAR and day <= latest else None
