"""The periods that a report is about, as its cover, title or file name tell them."""

import re

from citewire.services.reading.identity.first_pages import FirstPages
from citewire.text.report_kinds import OF_A_PERIOD
from citewire.text.report_periods import periods_in, widened

_ENDED = re.compile(
    r"\b(?:(?:fiscal |financial )?(?:year|quarter|period|months|weeks)s?[”’)\x22]{0,3} "
    r"end(?:ed|ing)"
    r"|(?:ejercicio|año|trimestre|semestre)s?[^.;\n]{0,30} (?:cerrad|terminad|finalizad)[oa]s?"
    r"|exercice[^.;\n]{0,20} clos"
    r"|(?:geschäfts|haupt)?(?:jahr|halbjahr|quartal)[^.;\n]{0,30} (?:bis|zum|endete))"
    r"\b(?P<when>[^.;]{0,60})",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:(?:first|second|third|fourth) quarter (?:of )?(?:the )?fiscal(?: year)? (?:19|20)\d\d"
    r"|(?:fiscal(?: year)?|FY|ejercicio|exercice|geschäftsjahr|rechnungsjahr) ?(?:19|20)\d\d"
    r"(?:\s?[-–/]\s?\d\d(?:\d\d)?)?)(?!\d)",
    re.IGNORECASE,
)
HEAD_CHARS = 2500
LATER = 1
"""Years by which the name of a business year differs from the year in which it ends at most."""


def find_periods(told: FirstPages, kind: str) -> tuple[str, ...]:
    """The periods, those of the title and the file's name first; empty if nothing tells them.

    What is no report of a period is of the year that it bears.
    """
    named = _of_names(told)
    ended = _ended(told)
    if ended and named:
        # A business year may be called by another number than the year in which it ends.
        named = tuple(one for one in named if abs(int(one[:4]) - int(ended[0][:4])) <= LATER)
    if found := dict.fromkeys((*named, *(one for one in ended if one not in widened(named)))):
        return tuple(found)
    if called := _CALLED.search(told.cover[:HEAD_CHARS]):
        return periods_in(called[0])
    if kind in OF_A_PERIOD:
        return _of_heads(told)
    return (told.date[:4],) if told.date else ()


def _of_names(told: FirstPages) -> tuple[str, ...]:
    """Of the file's name and the title, and not their other dates."""
    found: list[str] = []
    for name in (told.stem, told.title):
        named = periods_in(_DAY.sub(" ", name))
        found += named if len(named) <= FEW else ()
    return tuple(dict.fromkeys(found))


def _ended(told: FirstPages) -> tuple[str, ...]:
    for page in told.pages:
        for ended in _ENDED.finditer(page):
            when = ended["when"]
            if found := [one for one in periods_in(when) if "-" not in one]:
                # The one that is told first: what follows may be the year of a law.
                return (min(found, key=lambda year: when.find(year) % len(when)),)
    return ()


def _of_heads(told: FirstPages) -> tuple[str, ...]:
    for line in told.short_lines()[:HEADS]:
        if found := periods_in(_DAY.sub(" ", line)):
            return found
    return ()


_DAY = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-._ ]\d\d[-._ ]\d\d|\d\d?[-._/]\d\d?[-._/](?:19|20)\d\d)(?!\d)"
)
FEW = 2
HEADS = 12
