"""Titles that a first page states in so many words: covers of filings, and how to cite a report."""

import re
from collections.abc import Sequence

from citewire.services.reading.registrant import registrant_of

FIRST_LINES = 80
LONGEST_LINE = 400
LONGEST_CITATION = 6
"""So many lines a recommended citation may have."""

_COMMISSION = re.compile(r"securities and exchange commission", re.I)
_FORM = re.compile(r"\bform (10-?k(?:t|/a)?|10-?q(?:/a)?|8-?k(?:/a)?|20-?f|40-?f|6-?k)\b", re.I)
_ENDED = re.compile(
    r"for the (?:(fiscal|transition) )?(year|(?:quarterly )?period) ended\b.{0,40}?"
    r"\b([a-z]{3,9}\.? \d{1,2}, ?\d{4})",
    re.I,
)
_REPORTED = re.compile(r"date of report\b[^:]{0,60}: ?([a-z]{3,9}\.? \d{1,2}, ?\d{4})", re.I)
_CITE = re.compile(r"\b(?:recommended|suggested|preferred) citation\b|\bcite (?:this|as)\b", re.I)
_QUOTED = re.compile('[“"«„]([^“”"«»„]{8,200})[”"»“]')


def filed_title(lines: Sequence[str], name: str) -> str:
    """What a filing with the SEC is called by its cover: whose, which form, of what time.

    Reports of one company differ by nothing else. Empty if it is no such cover.

    Args:
        lines: of the first page, from the top.
        name: of the file, for a cover that shows the company's as a picture.
    """
    cover = [line[:LONGEST_LINE] for line in lines[:FIRST_LINES]]
    if not any(map(_COMMISSION.search, cover)):
        return ""
    form = next((found[1] for line in cover if (found := _FORM.search(line))), "")
    if not form:
        return ""
    title = f"{registrant_of(cover) or name}, Form {form.upper()}"
    told = " ".join(cover)
    if ended := _ENDED.search(told):
        kind, length, day = ended[1], ended[2].casefold(), ended[3]
        span = f"{kind} year" if kind and length == "year" else length
        span = {"quarterly period": "quarter"}.get(span.casefold(), span.casefold())
        return f"{title}, {span} ended {day}"
    if reported := _REPORTED.search(told):
        return f"{title}, {reported[1]}"
    return title


def cited_title(lines: Sequence[str]) -> str:
    """The title in the citation that a report recommends for itself; empty if there is none.

    Args:
        lines: of the first page, from the top.
    """
    for number, line in enumerate(lines[:FIRST_LINES]):
        if _CITE.search(line[:LONGEST_LINE]):
            told = " ".join(some[:LONGEST_LINE] for some in lines[number:][:LONGEST_CITATION])
            quoted = _QUOTED.search(told)
            return quoted[1].strip(" .,") if quoted else ""
    return ""
