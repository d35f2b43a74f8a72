"""Figures that sentences tell of several periods: `$290 million in 2019 and $239 million in 2018`.

Which figure is of which period is told by their order where there are as many of both, or by
brackets (`$290 million (2018: $239 million)`), and else by the period that follows a figure before
the next one.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from citewire.content.table import Span
from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.periods import Period, PlacedPeriod
from citewire.services.citations.verdicts.units import PERCENT, POINTS

_END = re.compile(r"(?<=[a-z0-9%)])[.;!?](?=\s+[A-ZÀ-Þ])|\n\s*\n")
_BETWEEN = re.compile(r"(?:,|\s|and|y|und|et|&|\)|\(){1,8}")
"""Between the figures of a list."""
LONGEST = 600
"""Characters of a sentence; of longer ones nothing is told."""

NEAR = 60
"""Characters between a figure and the period that follows it."""


_TO = re.compile(r"\s(?:to|auf|à|hasta|a)\s[^\w\s]{0,3}")
_FROM = re.compile(r"\b(?:from|von|de|desde)\s[^\w\s]{0,3}$", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|to|und|bis|y|et|hasta|a|à)\s(?:fiscal\s)?(?:year\s)?")
_BETWEEN_YEARS = re.compile(
    r"\b(?:between|from|zwischen|von|entre|de|desde)\s(?:fiscal\s)?(?:year\s)?$", re.IGNORECASE
)
_BRACKET = re.compile(r"\(\s?(?:[a-zA-Z]{1,9}\s){0,3}$")
_IS = re.compile(r"\s?[:–—]\s?(?:[A-Z]{2,3}\s?)?[^\w\s]{0,3}\s?")
MOST_BETWEEN = 30
"""Characters between a figure and the bracket that tells the one of another period."""


class ToldFigure(NamedTuple):
    """A figure of a sentence with its period; None if that is only known to be another one's."""

    amount: Amount
    period: Period | None


class ToldSentence(NamedTuple):
    """A sentence that tells figures of two periods or more; `span` is up to the last of them."""

    span: Span
    figures: tuple[ToldFigure, ...]


def told_sentences(
    text: str, amounts: Sequence[Amount], periods: Sequence[PlacedPeriod]
) -> Iterator[ToldSentence]:
    """The sentences that tell figures of several periods; linear in the text."""
    places = [one.start for one in periods]
    plain = [one for one in amounts if not one.is_year and not _is_in(one, places, periods)]
    starts = [one.start for one in plain]
    begin = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        own = plain[bisect_left(starts, begin) : bisect_left(starts, end)]
        spoken = periods[bisect_left(places, begin) : bisect_left(places, end)]
        spoken = [one for one in spoken if one.period.year]
        if len(own) > 1 and spoken and end - begin <= LONGEST:
            for figures in _told(own, spoken, text):
                yield ToldSentence((begin, figures[-1].amount.end), figures)
        begin = end


def _told(
    amounts: Sequence[Amount], periods: Sequence[PlacedPeriod], text: str
) -> Iterator[tuple[ToldFigure, ...]]:
    """The figures of a sentence with their periods, of several."""
    is_in_turn = _is_in_turn(amounts, periods, text)
    if not is_in_turn and (beside := _with_brackets(amounts, periods, text)):
        yield beside
    elif len(periods) > 1:
        for is_percent in (False, True):
            same = [one for one in amounts if _is_percent(one) == is_percent]
            figures = tuple(_paired(same, periods, text))
            if len({figure.period for figure in figures}) > 1:
                yield figures


def _is_in_turn(amounts: Sequence[Amount], periods: Sequence[PlacedPeriod], text: str) -> bool:
    return len(amounts) == len(periods) and _is_in_step(amounts, periods, text)


def _with_brackets(
    amounts: Sequence[Amount], periods: Sequence[PlacedPeriod], text: str
) -> tuple[ToldFigure, ...]:
    """Figures with those of another period in brackets: `15 million (2018: 12 million)`."""
    starts = [one.start for one in amounts]
    pairs: list[tuple[Amount, Amount, PlacedPeriod]] = []
    for one in periods:
        opens = _BRACKET.search(text, max(0, one.start - MOST_BETWEEN), one.start)
        at = bisect_left(starts, one.end)
        if opens is None or not 0 < at < len(amounts):
            continue
        first, second = amounts[at - 1], amounts[at]
        is_near = 0 <= opens.start() - first.end <= MOST_BETWEEN
        is_alike = _is_percent(first) == _is_percent(second)
        if is_near and is_alike and _IS.fullmatch(text, one.end, second.start):
            pairs.append((first, second, one))
    inside = {pair[2] for pair in pairs}
    others = {one.period for one in periods if one not in inside}
    own = others.pop() if len(others) == 1 else None
    return tuple(
        figure
        for first, second, one in pairs
        for figure in (ToldFigure(first, own), ToldFigure(second, one.period))
    )


def _is_in(amount: Amount, places: Sequence[int], periods: Sequence[PlacedPeriod]) -> bool:
    """Whether an amount is a part of a period, as in `2022/23`."""
    at = bisect_right(places, amount.start) - 1
    return at >= 0 and periods[at].end > amount.start


def _is_percent(amount: Amount) -> bool:
    return amount.readings[0].kind in (PERCENT, POINTS)


def _paired(
    amounts: Sequence[Amount], periods: Sequence[PlacedPeriod], text: str
) -> Iterator[ToldFigure]:
    if _is_in_turn(amounts, periods, text):
        yield from (ToldFigure(a, p.period) for a, p in zip(amounts, periods, strict=True))
        return
    if _is_course(amounts, periods, text):
        yield from (ToldFigure(a, p.period) for a, p in zip(amounts, periods, strict=True))
        return
    for number, amount in enumerate(amounts, start=1):
        before = amounts[number].start if number < len(amounts) else amount.end + NEAR
        after = [one for one in periods if amount.end <= one.start < before]
        if after and after[0].start - amount.end <= NEAR:
            yield ToldFigure(amount, after[0].period)


def _is_course(amounts: Sequence[Amount], periods: Sequence[PlacedPeriod], text: str) -> bool:
    """Whether a figure went from one to another between two periods: `from 5 to 7 between`..."""
    if len(amounts) != 2 or len(periods) != 2:
        return False
    (one, other), (old, new) = amounts, periods
    return bool(
        _TO.fullmatch(text, one.end, other.start)
        and _FROM.search(text, max(0, one.start - NEAR), one.start)
        and _AND.fullmatch(text, old.end, new.start)
        and _BETWEEN_YEARS.search(text, max(0, old.start - NEAR), old.start)
    )


def _is_in_step(amounts: Sequence[Amount], periods: Sequence[PlacedPeriod], text: str) -> bool:
    """Whether figures and periods take turns, or are two lists one after the other."""
    order = "".join(
        kind
        for _, kind in sorted(
            [*((one.start, "a") for one in amounts), *((one.start, "p") for one in periods)]
        )
    )
    if all(set(order[at : at + 2]) == {"a", "p"} for at in range(0, len(order), 2)):
        return True
    gaps = (text[one.end : other.start] for one, other in pairwise(amounts))
    return order in (
        "a" * len(amounts) + "p" * len(periods),
        "p" * len(periods) + "a" * len(amounts),
    ) and all(map(_BETWEEN.fullmatch, gaps))
