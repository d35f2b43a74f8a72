"""A claim read once: its clauses, amounts, dates and names."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.clauses import Clause, read_clauses, stem_of
from citewire.services.citations.verdicts.dates import Date, find_dates
from citewire.services.citations.verdicts.entities import Name, find_names
from citewire.services.citations.verdicts.numbers import find_amounts
from citewire.services.citations.verdicts.periods import PlacedPeriod, periods_beside
from citewire.services.citations.verdicts.tokens import Tokens, flatten, placed, tokenise

_NEXT_YEAR = re.compile(r"(?<=(?:19|20)\d\d[/–-])\d\d(?!\d)")
"""`2022/23` is a year, and no 23."""

_NOT_SAID = re.compile(
    r"\[\d{1,3}(?:[,\s-]{1,3}\d{1,3}){0,20}\]|(?:^|\n)\s{0,8}\(?\d{1,2}[.)](?=\s)"
)
"""Markers and list numbers: not part of what a claim says."""


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """What the rules need of a claim; spans are code points of the text given."""

    text: str
    flat: str
    """Without what is not said: markers and numbers of lists."""
    clauses: tuple[Clause, ...]
    stems: tuple[str, ...]
    """In order, without those of amounts and dates."""
    sides: frozenset[str]
    amounts: tuple[Amount, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]
    periods: tuple[PlacedPeriod, ...]


@lru_cache(maxsize=64)
def read_claim(text: str) -> ClaimReading:
    """Read a claim; linear in its length. It is judged by each of its sources, and by all."""
    said = _NOT_SAID.sub(_blank, text)
    flat = flatten(said)
    tokens = placed(tokenise(flat), flat)
    dates = find_dates(flat)
    spans = [(date.start, date.end) for date in dates]
    next_years = {match.span() for match in _NEXT_YEAR.finditer(flat)}
    amounts = [
        amount
        for amount in find_amounts(tokens, flat, spans)
        if (amount.start, amount.end) not in next_years
    ]
    clauses = read_clauses(tokens.texts, flat)
    spans = sorted([*spans, *((amount.start, amount.end) for amount in amounts)])
    return ClaimReading(
        text=text,
        flat=flat,
        clauses=clauses,
        stems=_outside(tokens, spans),
        sides=frozenset(side for clause in clauses for side in clause.polarity.sides),
        amounts=tuple(amounts),
        dates=tuple(dates),
        names=tuple(find_names(said)),
        periods=tuple(periods_beside(dates, flat)),
    )


def _blank(match: re.Match[str]) -> str:
    # The brackets of a marker stay: the words around it are no neighbours.
    inside = " " * (len(match[0]) - 2)
    return f"[{inside}]" if match[0][0] == "[" else f"  {inside}"


def _outside(tokens: Tokens, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The stems of the words that are in none of the spans."""
    kept: list[str] = []
    after = 0
    for start, end in spans:
        kept += tokens.texts[after : max(after, bisect_left(tokens.starts, start))]
        after = max(after, bisect_left(tokens.starts, end))
    kept += tokens.texts[after:]
    return tuple(filter(None, map(stem_of, kept)))
