"""Numbers of sheets that are days and times, as a number format shows them."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_LAST_DAY = 2_958_465
"""The last of the year 9999."""

_SECONDS = re.compile(r"(s+)(?:\.(0+))?", re.IGNORECASE)


def moment_of(number: float, *, from_1904: bool = False) -> datetime | None:
    """The moment that a number of days stands for, to the millisecond; None if there is none."""
    days = number + 1462 if from_1904 else number
    if not 0 <= days <= _LAST_DAY + 1:
        return None
    # 1900 is taken for a leap year, so that the days before its March are one off.
    start = datetime(1899, 12, 31) if days < 60 else datetime(1899, 12, 30)
    try:
        return start + timedelta(milliseconds=round(days * 86_400_000))
    except OverflowError:
        return None


def dated(number: float, tokens: Sequence[tuple[str, str]], *, from_1904: bool) -> str:
    """A number of days as the tokens of a format show it; empty if it is no moment."""
    moment = moment_of(number, from_1904=from_1904)
    if moment is None:
        return ""
    decimals = max((len(match[2] or "") for match in map(_seconds, tokens) if match), default=0)
    if decimals < 3:
        # To what is shown: half a second less would show the minute before.
        step = 10 ** (3 - decimals)
        moment += timedelta(
            milliseconds=-(moment.microsecond // 1000 + step // 2) % step - step // 2
        )
    if number >= 1 and number == int(number):
        days = _without_time(tokens)
        if days is None:
            return moment.date().isoformat()
        tokens = days
    halves = any(kind == "half" for kind, _ in tokens)
    written = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "date" and text[0] in "mM" and _is_minute(tokens, at):
            written.append(f"{moment.minute:0{min(len(text), 2)}d}")
        elif kind == "date":
            written.append(_part(moment, text.lower(), halves=halves))
        elif kind == "elapsed":
            written.append(_elapsed(number, text))
        elif kind == "half":
            written.append("AM" if moment.hour < 12 else "PM")
        else:
            written.append(text)
    return "".join(written).strip()


def _without_time(tokens: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]] | None:
    """`tokens` without those of the time, as a day alone has none; None if they tell no day.

    Many a program gives days a format with a time, which then says 0:00:00.
    """
    times = [at for at, token in enumerate(tokens) if _is_time(token, tokens, at)]
    if not times or any(kind == "elapsed" for kind, _ in tokens):
        return tokens
    before, after = list(tokens[: times[0]]), list(tokens[times[-1] + 1 :])
    while before and before[-1][0] != "date":
        before.pop()
    left = [*before, *after]
    return left if any(kind == "date" for kind, _ in left) else None


def _is_time(token: tuple[str, str], tokens: Sequence[tuple[str, str]], at: int) -> bool:
    kind, text = token
    letter = text[:1].lower()
    if kind == "half":
        return True
    return kind == "date" and (letter in "hs" or (letter == "m" and _is_minute(tokens, at)))


def _seconds(token: tuple[str, str]) -> re.Match[str] | None:
    return _SECONDS.fullmatch(token[1]) if token[0] == "date" else None


def _is_minute(tokens: Sequence[tuple[str, str]], at: int) -> bool:
    """Whether an m stands for minutes: behind hours or before seconds."""
    parts = [n for n, (kind, _) in enumerate(tokens) if kind in ("date", "elapsed")]
    place = parts.index(at)
    before = tokens[parts[place - 1]][1][0].lower() if place else ""
    after = tokens[parts[place + 1]][1][0].lower() if place + 1 < len(parts) else ""
    return len(tokens[at][1]) <= 2 and (before == "h" or after == "s")


def _part(moment: datetime, letters: str, *, halves: bool) -> str:
    width = min(len(letters.partition(".")[0]), 2)
    kind = letters[0]
    if kind == "m":
        return _name_or_number(_MONTHS[moment.month - 1], moment.month, len(letters))
    if kind == "d":
        return _name_or_number(_DAYS[moment.weekday()], moment.day, len(letters))
    if kind == "h":
        return f"{(moment.hour + 11) % 12 + 1 if halves else moment.hour:0{width}d}"
    if kind == "s":
        decimals = len(letters.partition(".")[2])
        rest = f".{moment.microsecond:06d}"[: decimals + 1] if decimals else ""
        return f"{moment.second:0{width}d}{rest}"
    if kind == "y" and len(letters) <= 2:
        return f"{moment.year % 100:02d}"
    # Of the calendars that formats ask for, those of emperors have no letter but g.
    years = {"y": moment.year, "e": moment.year, "b": moment.year + 543}
    return f"{years[kind]:04d}" if kind in years else ""


def _name_or_number(name: str, number: int, letters: int) -> str:
    if letters < 3:
        return f"{number:0{letters}d}"
    return {3: name[:3], 5: name[:1]}.get(letters, name)


def _elapsed(number: float, letters: str) -> str:
    units = {"h": 24, "m": 24 * 60, "s": 24 * 3600}
    # Not less for what a last binary digit lacks.
    count = int(number * units[letters[0]] + (0.5 if letters[0] == "s" else 1e-6))
    return f"{count:0{min(len(letters), 9)}d}"
