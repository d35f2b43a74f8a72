"""A claim read once: its clauses, amounts, dates and names."""

import re
from dataclasses import dataclass

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.dates import Date, find_dates
from citewire.services.citations.verdicts.digest import Clause, read_clause
from citewire.services.citations.verdicts.entities import Name, find_names
from citewire.services.citations.verdicts.numbers import find_amounts
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.words import Word, clauses, read_words

_NOT_SAID = re.compile(
    r"\[\d{1,3}(?:[,\s-]{1,3}\d{1,3}){0,20}\]|(?:^|\n)\s{0,8}\(?\d{1,2}[.)](?=\s)"
)
"""Markers and list numbers: not part of what a claim says."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the rules need of a claim; spans are code points of the text given."""

    text: str
    clauses: tuple[Clause, ...]
    stems: tuple[str, ...]
    """In order, without those of amounts and dates."""
    sides: frozenset[str]
    amounts: tuple[Amount, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]


def read_claim(text: str) -> Claim:
    """Read a claim; linear in its length."""
    said = _NOT_SAID.sub(lambda match: " " * len(match[0]), text)
    flat = flatten(said)
    tokens = tokenise(flat)
    dates = find_dates(flat)
    spans = [(date.start, date.end) for date in dates]
    amounts = find_amounts(tokens, flat, spans)
    words = read_words(tokens)
    read = [clause for part in clauses(words, flat) if (clause := read_clause(part)).stems]
    spans = sorted([*spans, *((one.start, one.end) for one in amounts)])
    return Claim(
        text=text,
        clauses=tuple(read),
        stems=_outside(words, spans),
        sides=frozenset(side for clause in read for side in clause.polarity.sides),
        amounts=tuple(amounts),
        dates=tuple(dates),
        names=tuple(find_names(said)),
    )


def _outside(words: list[Word], spans: list[tuple[int, int]]) -> tuple[str, ...]:
    """The stems of the words that are in none of the spans."""
    stems: list[str] = []
    at = 0
    for word in words:
        while at < len(spans) and spans[at][1] <= word.start:
            at += 1
        if word.stem and not (at < len(spans) and spans[at][0] <= word.start):
            stems.append(word.stem)
    return tuple(stems)
