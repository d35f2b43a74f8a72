"""The date of a report as its first pages state it; what its file says is used where they do not.

A date of publication wins over the period that is reported on. Dates are as exact as they are
written: `2024-03-31`, `2024-03` or `2024`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from citewire.content.report import Page, Report
from citewire.services.reading.dates import MIN_YEAR

FIRST_PAGES = 3
PAGE_CHARS = 6000
"""So much of each of the first pages is looked at."""

NEAR = 80
"""Characters before a date that may say what it is the date of."""

SHORT_LINE = 60
ALONE = 0.6
"""Share of its line that a date takes which stands alone; a place may stand beside it."""

STALE = 2
"""Years; a file made so much later than the last year that its text names was made of it again."""

MANY = 3
"""So many years say when a text was written; one or two may be history."""

_NAMES = (
    "january enero janvier januar gennaio janeiro januari jan ene janv",
    "february febrero février fevrier februar febbraio fevereiro februari feb févr",
    "march marzo mars märz maerz março maart mar mär",
    "april abril avril aprile apr abr avr",
    "may mayo mai maggio maio mei",
    "june junio juin juni giugno junho jun",
    "july julio juillet juli luglio julho jul juil",
    "august agosto août aout augustus aug ago",
    "september septiembre setiembre septembre settembre setembro sept sep",
    "october octubre octobre oktober ottobre outubro oct okt",
    "november noviembre novembre novembro nov",
    "december diciembre décembre decembre dezember dicembre dezembro dec dic déc dez",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = re.compile(
    rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?: de| of)? (?P<m1>{_MONTH})\.?,?"
    rf"(?: de| del)? (?P<y1>\d{{4}})(?!\d)"
    rf"|(?<![^\W\d_])(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:[-–]\d{{1,2}})?,? (?P<y2>\d{{4}})(?!\d)"
    rf"|(?<![^\W\d_])(?P<m3>{_MONTH})\.?,?(?: de| del| of)? (?P<y3>\d{{4}})(?!\d)"
    r"|(?<![\d-])(?P<y4>\d{4})-(?P<m4>\d{2})-(?P<d4>\d{2})(?![\d-])"
    r"|(?<![\d.])(?P<d5>\d{1,2})\. ?(?P<m5>\d{1,2})\. ?(?P<y5>\d{4})(?![\d.])"
    r"|(?P<y6>\d{4}) ?[年년] ?(?P<m6>\d{1,2}) ?[月월](?: ?(?P<d6>\d{1,2}) ?[日일])?",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?:\b(?:published|publication date|date of publication|released?|issued|posted|revised|"
    r"last updated|updated|report date|publicad[oa]|fecha de publicación|veröffentlicht|erschienen|"
    r"stand|publiée?|paru|pubblicato)|발행일|発行日|発表日|发布日期)"
    r"(?: on| in| am| im| le| en| el)?[\s:]{0,3}$"
    r"|\bdate of (?:this )?report\b[^\n]{0,45}\n?[\s:]{0,3}$"
    r"|(?:^|\n)\s{0,3}(?:date|dated|datum|fecha|data)\s{0,3}:?\s{0,3}$"
    r"|\barxiv:[\w.]{1,16}\s\[[\w.-]{1,12}\]\s{0,2}$",
    re.IGNORECASE,
)
_CITED = re.compile(r"\b(?:recommended|suggested) citation\b|\bcite (?:this|as)\b", re.IGNORECASE)
_PERIOD = re.compile(
    r"\b(?:year|quarter|period|months|weeks|exercise)\s+end(?:ed|ing)\b[^.;]{0,40}$"
    r"|\b(?:ejercicio|año|trimestre|semestre|exercice)\b[^.;]{0,25}"
    r"\b(?:cerrad[oa]|terminad[oa]|finalizad[oa]|clos|achevé)\b[^.;]{0,15}$"
    r"|\bgeschäftsjahr\b[^.;]{0,30}$|\b(?:year|fy)\s{0,2}$",
    re.IGNORECASE,
)
_AS_AT = re.compile(r"\b(?:as (?:at|of)|a fecha de|al|zum|au)\s{0,2}$", re.IGNORECASE)
_DATELINE = re.compile(r"\)?\s{0,2}(?:[-–—]|/PR|\(BUSINESS)")
_KIND = (
    r"report|reports|review|outlook|trends|results|accounts|statements?|survey|yearbook|edition|"
    r"annual|10-?k|10-?q|geschäftsbericht|jahresbericht|bericht|rapport|informe|memoria|relatório|"
    r"relazione|bilancio|cuentas|plan|budget|index|barometer|monitor|update|briefing"
)
_YEAR_OF_KIND = re.compile(
    rf"(?<![\d./-])(?P<a>(?:19|20)\d\d)(?:\s?[-–/]\s?(?P<b>\d\d(?:\d\d)?))?(?![\d./-])"
    rf"[^\n.;]{{0,60}}\b(?:{_KIND})\b"
    rf"|\b(?:{_KIND})\b[^\n.;\d]{{0,40}}(?<![\d./-])"
    rf"(?P<c>(?:19|20)\d\d)(?:\s?[-–/]\s?(?P<d>\d\d(?:\d\d)?))?(?![\d./-])",
    re.IGNORECASE,
)
_TITLE_YEAR = re.compile(r"(?<![\d./-])((?:19|20)\d\d)(?:\s?[-–/]\s?(\d\d(?:\d\d)?))?(?![\d./-])")
_COPYRIGHT = re.compile(r"(?:©|\bcopyright\b)[^\n\d]{0,40}((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


class _Rank(NamedTuple):
    """How well a date says when the report is from; the smallest is the best."""

    kind: int
    page: int
    place: int


_BY_NAME, _ALONE, _IN_CITATION, _OF_PERIOD, _STATED_AT, _IN_TITLE, _BY_OWNER = range(7)


@dataclass(frozen=True, slots=True)
class _Stated:
    written: str
    rank: _Rank


def with_stated_date(report: Report) -> Report:
    """`report` with the date that its first pages state, if they state one.

    The date from its file is kept if the text has none and does not contradict it.
    """
    stated = stated_date(report.pages, report.title)
    if stated is None and report.date is not None and _is_stale(report.date, report.pages):
        return replace(report, date=None)
    return report if stated is None else replace(report, date=stated)


def stated_date(pages: Sequence[Page], title: str) -> str | None:
    """The date that the first of `pages` state, or the year in `title`; None if neither does."""
    found = [*_in_title(title)]
    for number, text in enumerate(_first_texts(pages)):
        found += _on_page(text, number)
    return min(found, key=lambda stated: stated.rank).written if found else None


def _first_texts(pages: Sequence[Page]) -> Iterator[str]:
    for page in [page for page in pages[: 2 * FIRST_PAGES] if page.text][:FIRST_PAGES]:
        # A row of a table has dates of its own.
        tables = [
            (b.start, b.end) for b in page.blocks if b.kind == "table" and b.end - b.start > 300
        ]
        text = page.text
        for start, end in reversed(tables):
            text = f"{text[:start]}\n{text[end:]}"
        for hidden in reversed(page.withheld if not tables else ()):
            text = f"{text[: hidden.start]}\n{text[hidden.end :]}"
        yield text[:PAGE_CHARS]


def _on_page(text: str, page: int) -> Iterator[_Stated]:
    for found in _DATES.finditer(text):
        written = _iso(found)
        kind = None if written is None else _kind(text, found.start(), found.end(), page)
        if written is not None and kind is not None:
            yield _Stated(written, _Rank(kind, page, found.start()))
    for match in _YEAR_OF_KIND.finditer(text) if page == 0 else ():
        if (year := _last_year(match["a"] or match["c"], match["b"] or match["d"])) is not None:
            line = _line(text, match.start(), match.end())
            if len(line) <= SHORT_LINE and _is_head(line, match.end() - match.start()):
                yield _Stated(year, _Rank(_IN_TITLE, page, match.start()))
    for match in _COPYRIGHT.finditer(text):
        if (year := _last_year(match[1], None)) is not None:
            yield _Stated(year, _Rank(_BY_OWNER, page, match.start()))


def _kind(text: str, start: int, end: int, page: int) -> int | None:
    before = text[max(start - NEAR, 0) : start]
    line = _line(text, start, end)
    head = before.rpartition("\n")[2]
    if _PUBLISHED.search(before) or (
        page == 0 and len(head) <= SHORT_LINE and _DATELINE.match(text, end)
    ):
        return _BY_NAME
    if _PERIOD.search(before):
        return _OF_PERIOD
    if _AS_AT.search(before):
        return _STATED_AT if len(line) <= SHORT_LINE else None
    if page == 0 and len(line) <= SHORT_LINE and end - start >= ALONE * len(line):
        return _ALONE
    return _IN_CITATION if _CITED.search(before) else None


def _is_head(line: str, said: int) -> bool:
    """Whether a line holds little but the year and what it is of, with capitals."""
    words = [word for word in line.split() if len(word) > 3 and word[0].isalpha()]
    return said >= ALONE * len(line) and (
        said == len(line) or sum(word[0].isupper() for word in words) >= ALONE * len(words)
    )


def _line(text: str, start: int, end: int) -> str:
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    return text[begin : stop if stop >= 0 else len(text)].strip()


def _in_title(title: str) -> Iterator[_Stated]:
    # Of "Report 2015-16" the later year.
    for match in reversed([*_TITLE_YEAR.finditer(title)]):
        year = _last_year(match[1], match[2])
        if year is not None:
            yield _Stated(year, _Rank(_IN_TITLE, -1, 0))
            return


def _iso(found: re.Match[str]) -> str | None:
    parts = {key[0]: value for key, value in found.groupdict().items() if value}
    month = int(parts["m"]) if parts["m"].isdigit() else _MONTHS[parts["m"].lower()]
    try:
        day = date(int(parts["y"]), month, int(parts.get("d", 1)))
    except ValueError:
        return None
    if not day.year >= MIN_YEAR or day > datetime.now(UTC).date() + timedelta(days=1):
        return None
    return day.isoformat() if "d" in parts else day.isoformat()[:7]


def _last_year(year: str, until: str | None) -> str | None:
    last = year if until is None else year[: 4 - len(until)] + until
    if int(last) < int(year) or int(last) > int(year) + 1:
        last = year
    return last if MIN_YEAR <= int(last) <= datetime.now(UTC).year else None


def _is_stale(made: str, pages: Sequence[Page]) -> bool:
    """Whether a file was made long after, or before, what its first pages speak of."""
    latest = datetime.now(UTC).year
    years = [int(year) for text in _first_texts(pages) for year in _YEAR.findall(text)]
    named = [year for year in years if MIN_YEAR <= year <= latest]
    return len(named) >= MANY and not max(named) <= int(made[:4]) < max(named) + STALE
