"""A passage read once, so that many claims can be held against it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.dates import Date, find_dates
from citewire.services.citations.verdicts.entities import Names, read_names
from citewire.services.citations.verdicts.numbers import find_amounts
from citewire.services.citations.verdicts.numerals import decimal_point, scale_at
from citewire.services.citations.verdicts.polarity import Polarity, polarity
from citewire.services.citations.verdicts.tokens import Token, flatten, tokenise
from citewire.services.citations.verdicts.units import CURRENCIES, SCALES, is_currency, unit_of
from citewire.services.citations.verdicts.words import Word, clauses, read_words, stem_of

_BEFORE_SCALE = frozenset({"in", "en", "(", "|", "of"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence, row or clause: its stems in order, and which way it points."""

    stems: tuple[str, ...]
    words: frozenset[str]
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class Held:
    """A value that a passage holds, of what kind; `is_stated` if a heading gave the scale."""

    value: float
    step: float
    kind: str
    is_negative: bool = False
    is_stated: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """What `judge` needs of a passage."""

    clauses: tuple[Clause, ...]
    stems: frozenset[str]
    held: tuple[Held, ...]
    """By value, for bisecting."""
    values: tuple[float, ...]
    dates: tuple[Date, ...]
    years: frozenset[int]
    kinds: frozenset[str]
    """Kinds mentioned anywhere, as in a table's heading."""
    names: Names
    name_stems: frozenset[str]
    """The stems of the words of names."""
    flat_words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    """Stems that follow each other."""
    point: str
    """The decimal sign, if the numbers show it."""


def digest(passage: str) -> Digest:
    """Read a passage; linear in its length."""
    flat = flatten(passage)
    tokens = tokenise(flat)
    dates = tuple(find_dates(flat))
    amounts = find_amounts(tokens, flat, [(date.start, date.end) for date in dates])
    words = read_words(tokens)
    read = tuple(clause for part in clauses(words, flat) if (clause := read_clause(part)).stems)
    kinds = _mentioned(tokens)
    held = _held(amounts, _stated_scales(tokens))
    flat_words = frozenset(word.flat for word in words)
    names = read_names(passage, words)
    return Digest(
        clauses=read,
        stems=frozenset(word.stem for word in words if word.stem),
        held=held,
        values=tuple(one.value for one in held),
        dates=dates,
        years=_years(dates, held),
        kinds=kinds,
        names=names,
        name_stems=frozenset(stem_of(name) for name in names.names),
        flat_words=flat_words,
        pairs=frozenset(pair for clause in read for pair in pairwise(clause.stems)),
        point=decimal_point(tokens),
    )


def read_clause(words: Sequence[Word]) -> Clause:
    """The stems of a clause and its polarity."""
    stems = tuple(word.stem for word in words if word.stem)
    return Clause(stems, frozenset(stems), polarity(words))


def between(passage: Digest, low: float, high: float) -> Sequence[Held]:
    """The values from `low` to `high`."""
    first = bisect_left(passage.values, low)
    last = bisect_left(passage.values, high)
    while last < len(passage.values) and passage.values[last] <= high:
        last += 1
    return passage.held[first:last]


def _held(amounts: Sequence[Amount], scales: Sequence[float]) -> tuple[Held, ...]:
    found: set[Held] = set()
    for amount in amounts:
        for one in (amount, *amount.groups):
            for value, step, kind in one.readings:
                found.add(Held(value, step, kind, one.is_negative))
                if one.factor == 1 and (not kind or is_currency(kind)):
                    found.update(
                        Held(value * scale, step * scale, kind, one.is_negative, is_stated=True)
                        for scale in scales
                    )
    return tuple(sorted(found, key=lambda one: one.value))


def _stated_scales(tokens: Sequence[Token]) -> tuple[float, ...]:
    """The scales that headings state: `(in millions)`, `€ million`, `miles de euros`."""
    found: list[float] = []
    for at, (before, token) in enumerate(pairwise([Token("(", 0, 0), *tokens])):
        scale = scale_at(tokens, at) if token.text in SCALES else None
        if scale and scale >= 1e3 and (before.text in _BEFORE_SCALE or before.text in CURRENCIES):
            found.append(scale)
    return tuple(dict.fromkeys(found))


def _mentioned(tokens: Sequence[Token]) -> frozenset[str]:
    texts = [token.text for token in tokens]
    units = (unit_of(texts[at : at + 3]) for at in range(len(texts)))
    return frozenset(unit[0] for unit in units if unit)


def _years(dates: Sequence[Date], held: Sequence[Held]) -> frozenset[int]:
    years = {date.year for date in dates if date.year}
    plain = {int(one.value) for one in held if one.step == 1 and 1000 <= one.value <= 2200}
    return frozenset(years | plain)
