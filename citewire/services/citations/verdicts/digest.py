"""A passage read once, so that many claims can be held against it."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

from citewire.content.table import Table
from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.binding import BoundAmount, bind, spans_of
from citewire.services.citations.verdicts.clauses import read_clauses, stem_of
from citewire.services.citations.verdicts.dates import Date, find_dates
from citewire.services.citations.verdicts.figures import Figures, read_figures
from citewire.services.citations.verdicts.numbered_names import taken_apart
from citewire.services.citations.verdicts.numbers import find_amounts
from citewire.services.citations.verdicts.numerals import decimal_point, grouping_signs, scale_at
from citewire.services.citations.verdicts.offered import Names
from citewire.services.citations.verdicts.periods import find_periods
from citewire.services.citations.verdicts.table_scales import Scales, scales_of_text
from citewire.services.citations.verdicts.text_tables import read_text_figures, with_sentences
from citewire.services.citations.verdicts.tokens import flatten, placed, tokenise
from citewire.services.citations.verdicts.told_figures import ToldSentence, told_sentences
from citewire.services.citations.verdicts.units import CURRENCIES, SCALES, is_currency, unit_of

_BEFORE_SCALE = frozenset({"in", "en", "(", "|", "of"})


class Held(NamedTuple):
    """A value that a passage holds, of what kind; `is_stated` if a heading gave the scale."""

    value: float
    step: float
    kind: str
    is_negative: bool = False
    is_stated: bool = False


class Digest:
    """What `judge` needs of a passage; what only claims with numbers or names need, when asked.

    Args:
        passage: read in time linear in its length.
        table: its cells, by their places in the passage, if it is a table.
        about: what its document is called: its title, its file's name.
        scales: those in which its document tells its figures, for what tells none itself.
    """

    def __init__(
        self,
        passage: str,
        table: Table | None = None,
        about: str = "",
        scales: Sequence[float] = (),
    ) -> None:
        self.scales = scales
        self.text = passage
        self.table = table
        self.about = about
        self.flat = flatten(passage)
        self._texts = tokenise(self.flat)
        self.clauses = read_clauses(self._texts, self.flat)
        self.stems = frozenset(chain.from_iterable(clause.stems for clause in self.clauses))
        self.names = Names(passage, taken_apart(self._texts))

    @cached_property
    def document_names(self) -> Names:
        """What the title of its document offers a name to be matched with."""
        return Names(self.about, taken_apart(tokenise(flatten(self.about))))

    @cached_property
    def document_stems(self) -> frozenset[str]:
        """The stems of the title of its document and of the heading above it."""
        return frozenset(filter(None, map(stem_of, tokenise(flatten(self.about)))))

    @cached_property
    def document_years(self) -> frozenset[int]:
        """The years that the title of its document names."""
        places = find_periods(flatten(self.about))
        return frozenset(place.period.year for place in places if place.period.year)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Stems that follow each other."""
        return frozenset(pair for clause in self.clauses for pair in pairwise(clause.stems))

    @cached_property
    def dates(self) -> Sequence[Date]:
        """Its dates in order."""
        return find_dates(self.flat)

    @cached_property
    def amounts(self) -> Sequence[Amount]:
        """Its amounts in order."""
        taken = [(date.start, date.end) for date in self.dates]
        return find_amounts(placed(self._texts, self.flat), self.flat, taken)

    @cached_property
    def bound(self) -> Sequence[BoundAmount]:
        """The amounts of its sentences, each with the words that are its own."""
        plain = [one for one in self.amounts if not one.is_year]
        years = [one for one in self.amounts if one.is_year]
        aside = spans_of(years, self.dates)
        return bind(self.text, plain, aside, by_line=self.table is not None)

    @cached_property
    def _by_sentence(self) -> dict[int, list[BoundAmount]]:
        found: dict[int, list[BoundAmount]] = {}
        for one in self.bound:
            found.setdefault(one.sentence, []).append(one)
        return found

    def bound_in(self, sentence: int) -> Sequence[BoundAmount]:
        """The amounts of one sentence."""
        return self._by_sentence.get(sentence, ())

    @cached_property
    def held(self) -> Sequence[Held]:
        """Its amounts by value, for bisecting."""
        return _held(self.amounts, _stated_scales(self._texts))

    @property
    def _told_sentences(self) -> Sequence[ToldSentence]:
        periods = find_periods(self.flat)
        if not any(one.period.year for one in periods):
            return ()
        return tuple(told_sentences(self.text, self.amounts, periods))

    @cached_property
    def values(self) -> Sequence[float]:
        """The values of `held`."""
        return [one.value for one in self.held]

    @cached_property
    def years(self) -> frozenset[int]:
        """Of its dates, and its plain numbers that may be years."""
        plain = (int(one.value) for one in between(self, 1000, 2200) if one.step == 1)
        return frozenset(chain((date.year for date in self.dates if date.year), plain))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds mentioned anywhere, as in a table's heading."""
        texts = self._texts
        units = (unit_of(texts[at : at + 3]) for at in range(len(texts)))
        return frozenset(unit[0] for unit in units if unit)

    @cached_property
    def point(self) -> str:
        """The decimal sign, if the numbers show it."""
        return decimal_point(self._texts)

    @cached_property
    def may_group(self) -> frozenset[str]:
        """The signs that may divide thousands in its numbers."""
        return grouping_signs(self._texts)

    @cached_property
    def figures(self) -> Figures | None:
        """The figures of its table, or of lines of its text that are one."""
        if self.table is None:
            lines = read_text_figures(self.text, self.point)
            return with_sentences(lines, self.text, self._told_sentences)
        return read_figures(self.text, self.table, self.point)

    @cached_property
    def told_scales(self) -> Scales:
        """The scales in which it says that figures are told."""
        return scales_of_text(self.flat)

    @cached_property
    def flat_words(self) -> frozenset[str]:
        """Its words without accents."""
        return frozenset(self._texts)

    @cached_property
    def name_stems(self) -> frozenset[str]:
        """The stems of the words of names."""
        return frozenset(map(stem_of, self.names.sure))


def digest(
    passage: str, table: Table | None = None, about: str = "", scales: Sequence[float] = ()
) -> Digest:
    """Read a passage, and the cells of `table`, if it is one; `about` is its document's title.

    `scales` are those in which its document tells its figures.
    """
    return Digest(passage, table, about, scales)


def between(passage: Digest, low: float, high: float) -> Sequence[Held]:
    """The values from `low` to `high`."""
    first = bisect_left(passage.values, low)
    last = bisect_left(passage.values, high)
    while last < len(passage.values) and passage.values[last] <= high:
        last += 1
    return passage.held[first:last]


def _held(amounts: Sequence[Amount], scales: Sequence[float]) -> list[Held]:
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
    return sorted(found)


def _stated_scales(texts: Sequence[str]) -> tuple[float, ...]:
    """The scales that headings state: `(in millions)`, `€ million`, `miles de euros`."""
    found: list[float] = []
    for at, text in enumerate(texts):
        if text in SCALES:
            scale, before = scale_at(texts, at), texts[at - 1] if at else "("
            if scale and scale >= 1e3 and (before in _BEFORE_SCALE or before in CURRENCIES):
                found.append(scale)
    return tuple(dict.fromkeys(found))
