"""Dates, quarters, halves and fiscal years from a flat text: English, Spanish, German, French."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_MONTH_NAMES = (
    ("january", "jan", "enero", "ene", "januar", "janner", "janvier", "janv"),
    ("february", "feb", "febrero", "februar", "fevrier", "fevr", "fev"),
    ("march", "mar", "marzo", "marz", "mars"),
    ("april", "apr", "abril", "abr", "avril", "avr"),
    ("may", "mayo", "mai"),
    ("june", "jun", "junio", "juni", "juin"),
    ("july", "jul", "julio", "juli", "juillet", "juil"),
    ("august", "aug", "agosto", "ago", "aout"),
    ("september", "sep", "sept", "septiembre", "setiembre", "septembre"),
    ("october", "oct", "octubre", "oktober", "okt", "octobre"),
    ("november", "nov", "noviembre", "novembre"),
    ("december", "dec", "diciembre", "dic", "dezember", "dez", "decembre"),
)
MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, 1) for name in names}
_DOUBTFUL = frozenset({"may", "march", "mars"})
"""Also words; shorter names are never months alone."""

_ORDINALS = {
    **dict.fromkeys("first 1st primer erste ersten erstes premier 1er".split(), 1),
    **dict.fromkeys("second 2nd segundo zweite zweiten zweites deuxieme 2e 2eme".split(), 2),
    **dict.fromkeys("third 3rd tercer dritte dritten drittes troisieme 3e 3eme".split(), 3),
    **dict.fromkeys("fourth 4th cuarto vierte vierten viertes quatrieme 4e 4eme".split(), 4),
    **dict.fromkeys("last ultimo letzte letzten letztes dernier".split(), 4),
}
_QUARTERS = frozenset({"quarter", "trimestre", "quartal", "quartals"})

_YEAR = r"(?:19|20)\d\d"
_M = "(?P<m>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_OF_YEAR = (
    r"(?:(?:,|\s?[-–])?\s{0,2}(?:(?:of|de|del|in|des)\s)?"
    r"(?:(?:fiscal|the year|year|ano|jahres|geschaftsjahres|l'exercice)\s)?"
    rf"(?P<y>{_YEAR})\b)"
)
_PATTERNS = (
    re.compile(rf"\b(?P<y>{_YEAR})-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"(?<![\d./-])(?P<a>\d{1,2})([/.-])(?P<b>\d{1,2})\2(?P<y>(?:\d\d)?\d\d)(?![\d/-])"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s{{1,2}}(?:(?:of|de|del)\s)?{_M}{_OF_YEAR}?"
    ),
    re.compile(rf"\b{_M}\s{{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]?\d){_OF_YEAR}?"),
    re.compile(rf"\b{_M}{_OF_YEAR}?"),
    re.compile(rf"\b(?P<part>[qth][1-4]|s[12](?=\s?{_YEAR}))(?:\s|[-/'])?{_OF_YEAR}?"),
    re.compile(rf"\b(?P<part>[1-4][qth]|[12]s(?=\s?{_YEAR}))(?:\s?['-]?)(?P<y>(?:20)?\d\d)\b"),
    re.compile(rf"\b(?P<y>{_YEAR})[\s-]?(?P<part>[qh][1-4]|[ts][1-4])\b"),
    re.compile(
        rf"\b(?P<n>{'|'.join(_ORDINALS)}|[1-4]\.)[\s-](?:fiscal\s)?"
        rf"(?P<unit>quarter|half|trimestre|semestre|quartals?|halbjahr(?:es)?)\b{_OF_YEAR}?"
    ),
    re.compile(r"\b(?:fy|gj)[\s'-]?(?P<y>(?:20)?\d\d)\b"),
)
_HINTS = (
    (re.compile(r"\d[/.-]\d"), _PATTERNS[:2]),
    (re.compile("|".join(sorted({name[:3] for name in MONTHS}))), _PATTERNS[2:5]),
    (re.compile(r"[qths][1-4]|[1-4][qths]"), _PATTERNS[5:8]),
    (re.compile("quarter|half|(?:tri|se)mestre|quartal|halbjahr"), _PATTERNS[8:9]),
    (re.compile("fy|gj"), _PATTERNS[9:]),
)
"""What stands in a text in which the patterns may match, and is looked for sooner."""
_DIGIT = re.compile(r"\d")
_HINTS_OF_WORDS = (_HINTS[1], _HINTS[3])
"""Those of the patterns that match without a digit."""

_MONTH_BEFORE = re.compile(
    r"\b(?:in|since|by|during|until|of|from|to|en|desde|hasta|de|last|im|seit|bis|depuis|fin)\s$"
)


class Date(NamedTuple):
    """A date or a part of one; `part` is `Q1` to `Q4`, `H1` or `H2`."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    part: str | None = None
    other: tuple[int, int] | None = None
    """The other reading of `03/04/2024`: month and day."""


def find_dates(flat: str) -> list[Date]:
    """The dates of `flat` in order; where two readings overlap, the one that says more."""
    found: list[Date] = []
    taken = bytearray(len(flat))
    for pattern in _likely(flat):
        for match in pattern.finditer(flat):
            date = _read(match, flat)
            if date and not any(taken[date.start : date.end]):
                taken[date.start : date.end] = b"\x01" * (date.end - date.start)
                found.append(date)
    return sorted(found)


def _likely(flat: str) -> Iterator[re.Pattern[str]]:
    """The patterns that may match, in their order."""
    hints = _HINTS if _DIGIT.search(flat) else _HINTS_OF_WORDS
    return (pattern for hint, patterns in hints if hint.search(flat) for pattern in patterns)


def _read(match: re.Match[str], flat: str) -> Date | None:
    got = match.groupdict()
    year = _year(got.get("y"))
    start, end = match.span()
    if "m" not in got:
        return _unnamed(got, year, (start, end))
    name, day = got["m"], int(got["d"]) if got.get("d") else None
    month = int(name) if name.isdigit() else MONTHS[name]
    if day is None and year is None and not _is_month(name, flat, start):
        return None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return Date(start, end, year, month, day)


def _unnamed(got: dict[str, str], year: int | None, span: tuple[int, int]) -> Date | None:
    """A date without a month's name or number that is surely one."""
    if "a" in got:
        return _numeric(int(got["a"]), int(got["b"]), year, span)
    if got.get("unit"):
        letter, n = "Q" if got["unit"] in _QUARTERS else "H", got["n"]
        return Date(*span, year, part=f"{letter}{n[0] if n[1:] == '.' else _ORDINALS[n]}")
    return _part(got["part"], year, span) if got.get("part") else Date(*span, year)


def _part(part: str, year: int | None, span: tuple[int, int]) -> Date:
    letter, n = (part[0], part[1]) if part[1].isdigit() else (part[1], part[0])
    return Date(*span, year, part=("H" if letter in "hs" else "Q") + n)


def _numeric(a: int, b: int, year: int | None, span: tuple[int, int]) -> Date | None:
    if 1 <= a <= 31 and 1 <= b <= 12:
        return Date(*span, year, b, a, other=(a, b) if a <= 12 else None)
    return Date(*span, year, a, b) if 1 <= a <= 12 and 1 <= b <= 31 else None


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _is_month(name: str, flat: str, start: int) -> bool:
    if len(name) <= 3 and name != "may":
        return False
    return name not in _DOUBTFUL or bool(_MONTH_BEFORE.search(flat[max(0, start - 8) : start]))


def holds_date(claim: Date, passage: Date) -> bool:
    """Whether a passage's date says what a claim's does, years apart: those may stand elsewhere."""
    if claim.year is not None and passage.year is not None and claim.year != passage.year:
        return False
    if claim.part:
        return claim.part == passage.part or (
            claim.part[0] == "Q" and passage.month == 3 * int(claim.part[1]) and bool(passage.day)
        )
    pairs = {(one.month, one.day) for one in (claim, passage)}
    return (
        len(pairs) == 1
        or (claim.day is None and claim.month == passage.month)
        or (claim.month is None and claim.day is None)
        or (claim.month, claim.day) == passage.other
    )
