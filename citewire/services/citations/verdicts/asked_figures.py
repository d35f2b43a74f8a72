"""What a claim asks of a table: the periods of each of its amounts, and the sort of calculation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.binding import blanked, spans_of
from citewire.services.citations.verdicts.claim import ClaimReading
from citewire.services.citations.verdicts.comparisons import Comparison, comparison_in
from citewire.services.citations.verdicts.figures import BARE_HEADS
from citewire.services.citations.verdicts.named_ratios import NamedRatio, ratios_in
from citewire.services.citations.verdicts.periods import Period, PlacedPeriod
from citewire.services.citations.verdicts.sides import SIDES
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.told_figures import told_sentences
from citewire.services.citations.verdicts.trade_words import named_flat, words_of
from citewire.services.citations.verdicts.units import PERCENT

NEAR = 40
"""Characters from an amount within which the period that follows is its own."""


LONGEST_OFF = 60
"""Characters behind an amount that may say that it is of the year before."""

BESIDE = 8
"""Characters between a year and the quarter of it that is told apart."""


class Operation(StrEnum):
    """What a claim may say of several figures."""

    CHANGE = "change"
    RISE = "rise"
    FALL = "fall"
    DIFFERENCE = "difference"
    SUM = "sum"
    AVERAGE = "average"
    RATIO = "ratio"
    SHARE = "share"


_WORDS = {
    Operation.CHANGE: """change changes changed changing variation cambio cambios variacion
 veranderung anderung evolution variance movement""",
    Operation.RISE: """increase increases increased rise rises rose risen grow grows grew grown
 growth up climbed gained gain jumped surged improved improvement higher widened widens
 expanded soared aumento aumentaron crecio crecimiento subio incremento incrementaron anstieg
 stieg stiegen steigt wachstum wuchs wuchsen zunahme gestiegen hausse augmentation croissance
 progresse augmente""",
    Operation.FALL: """decrease decreases decreased fall falls fell fallen decline declines declined
 drop dropped drops down reduction reduced shrank lower narrowed narrows slipped contracted
 disminucion disminuyo cayo bajo descenso redujo reduccion ruckgang sank sanken gesunken fielen
 abnahme fiel baisse diminution recul recule baisse""",
    Operation.DIFFERENCE: """difference differ differs differed gap spread exceeded exceeds more
 less fewer diferencia unterschied differenz ecart difference""",
    Operation.SUM: """total totals totalled totaled sum combined together aggregate altogether both
 overall value suma juntos conjunto summe zusammen insgesamt somme ensemble amount""",
    Operation.AVERAGE: """average averaged averages mean promedio media durchschnitt
 durchschnittlich moyenne mean""",
    Operation.RATIO: """ratio times multiple divided cociente veces verhaltnis rapport fois turnover
 proportion""",
    Operation.SHARE: """percentage percent share proportion portion fraction accounted representing
 represented represents porcentaje parte proporcion anteil part pourcentage constituted
 composed margin""",
}
_EARLIER = re.compile(
    r"\b(?:from|versus|vs\.?|against|than|compared (?:with|to)|desde|frente a|respecto a"
    r"|von|nach|gegenuber|contre|apres|par rapport a)\s(?:the\s|only\s)?[(~]?$"
)
"""Before an amount of the period before."""
_OF = re.compile(r"\s(?:of|de|del|des|der|von|du)\s")
"""Behind a share: `66 % of the workforce`."""
_YEAR_OFF = re.compile(
    r"\s?(?!(?:\w+\s){0,3}?(?:than|more|less|fewer)\b)(?:[a-z]+,?\s){0,3}?"
    r"(?:(?P<before>(?:a|one|the) year (?:earlier|before|ago|prior)"
    r"|the (?:prior|previous|preceding) (?:fiscal )?year|im vorjahr|un an plus tot"
    r"|(?:un|el) ano (?:antes|anterior))|(?P<after>(?:a|one|the) year (?:later|after)"
    r"|the (?:following|next) (?:fiscal )?year))\b"
)
"""Behind an amount of the year before the one that is named, or after it."""
_COMPARED = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared (?:with|to))\s(?:(?:in|for|the|fiscal|of)\s){0,3}$"
)
_OPERATIONS = {
    # Gains are figures as well.
    **{word: Operation.RISE for word, side in SIDES.items() if side == "up" and word != "gains"},
    **{word: Operation.FALL for word, side in SIDES.items() if side == "down"},
    **{word: operation for operation, words in _WORDS.items() for word in words.split()},
}
_YEARS = {
    **dict.fromkeys("2 two dos zwei deux both".split(), 2),
    **dict.fromkeys("3 three tres drei trois".split(), 3),
    **dict.fromkeys("4 four cuatro vier quatre".split(), 4),
    **dict.fromkeys("5 five cinco funf cinq".split(), 5),
}
_OVER_YEARS = re.compile(
    rf"\b(?:over|across|during|in|of|for) (?:the |all |these |those |last |past ){{0,2}}"
    rf"({'|'.join(_YEARS)})(?: fiscal)?[ -](?:years?|period)\b"
)
OVER_TIME = {Operation.CHANGE, Operation.RISE, Operation.FALL}
"""Beside one of these `64 %` is how much, and no share."""
_SPANISH = frozenset("la el de los las del una".split())
"""Beside one of these, `media` is an average."""
_SHARED = {"proportion": (Operation.RATIO, Operation.SHARE)}
_OPERATION_STEMS = {operation: words_of(words) for operation, words in _WORDS.items()}
_SAID = frozenset().union(*_OPERATION_STEMS.values())


@dataclass(frozen=True, slots=True, eq=False)
class AskedFigures:
    """What a claim asks of tables.

    Args:
        words: that may name rows and columns.
        named: those of them that do not name a calculation.
        periods: all that it names, in order.
        operations: that its words speak of.
        is_range: whether it names the first and last of several periods.
        places: where its periods stand.
        told: the period of each amount, by where it begins, if the claim tells several of both;
            None of one beside which that of another period stands in brackets.
        earlier: where amounts begin that others are compared with: `to 187 in 2023 from 203`.
    """

    words: frozenset[str]
    named: frozenset[str]
    periods: tuple[Period, ...]
    operations: frozenset[Operation]
    is_range: bool
    places: tuple[PlacedPeriod, ...]
    earlier: frozenset[int]
    told: Mapping[int, Period | None]
    is_compared: bool
    """Whether the first period is of what is compared with: `11 more than in 2021`."""
    off: Mapping[int, int]
    """By how many years amounts are of another period than the one that is named."""
    ratios: tuple[NamedRatio, ...] = ()
    """That it calls by a name of their own."""
    compared: Comparison | None = None
    """What it says is more than what."""
    years: int = 0
    """How many it speaks of: `over the three years`; 0 if it does not say."""

    def periods_of(self, amount: Amount, amounts: Sequence[Amount]) -> tuple[Period, ...]:
        """The periods that an amount may be of."""
        if amount.start in self.told:
            told = self.told[amount.start]
            return () if told is None else (told,)
        if years := self.off.get(amount.start):
            return self._shifted(amount, years)
        several = sum(not one.is_year for one in amounts) > 1
        is_earlier = several and amount.start in self.earlier
        if len(self.periods) < 2:
            if several and self._of_earlier(amounts):
                return self.periods if is_earlier else ()
            return () if is_earlier else self.periods
        after = min((one.start for one in amounts if one.start > amount.start), default=1 << 30)
        own = [
            place.period
            for place in self.places
            if amount.end <= place.start < min(after, amount.end + NEAR)
        ]
        if is_earlier and not own:
            return ()
        return tuple(own) if several and len(own) == 1 else self.periods

    def _shifted(self, amount: Amount, years: int) -> tuple[Period, ...]:
        """The period so many years from the last one that is named before an amount."""
        named = [one.period for one in self.places if one.period.year]
        before = [one.period for one in self.places if one.period.year and one.start < amount.start]
        if not named:
            return ()
        year = (before or named)[-1 if before else 0].year or 0
        return (Period(year + years),)

    def _of_earlier(self, amounts: Sequence[Amount]) -> bool:
        """Whether the one period is that of what is compared with: `9.85, from 10.02 in 2021`."""
        if len(self.places) != 1:
            return False
        start = self.places[0].start
        before = [one for one in amounts if not one.is_year and one.end <= start]
        if self.is_compared and before:
            return True
        return bool(before) and before[-1].start in self.earlier and start < before[-1].end + NEAR


@lru_cache(maxsize=64)
def asked_figures(claim: ClaimReading) -> AskedFigures:
    """What a claim asks; linear in its length."""
    flat = claim.flat
    amounts = [(one.start, one.end) for one in claim.amounts if not one.is_year]
    places = tuple(
        place
        for place in claim.periods
        if place.period.months
        or not any(start < place.end and place.start < end for start, end in amounts)
    )
    places = _completed(places)
    said = set(tokenise(flat))
    operations = set(operations_in(flat))
    shares = [one for one in claim.amounts if one.readings[0].kind == PERCENT]
    is_share = "%" in flat and not operations & OVER_TIME
    if is_share or any(_OF.match(flat, one.end) for one in shares):
        operations.add(Operation.SHARE)
    compared = comparison_in(flat)
    if compared is not None:
        operations.add(Operation.DIFFERENCE)
    taken = spans_of(claim.amounts, claim.dates)
    words = words_of(blanked(named_flat(claim.text, flat), taken)) | (BARE_HEADS & said)
    years = [place for place in places if place.period.year]
    is_range = len(years) == 2 and _is_range(flat[years[0].end : years[1].start])
    return AskedFigures(
        words=words,
        named=words - _SAID,
        periods=tuple(dict.fromkeys(place.period for place in places)),
        operations=frozenset(operations),
        is_range=is_range,
        places=places,
        earlier=frozenset(
            start for start, _ in amounts if _EARLIER.search(flat[max(0, start - 24) : start])
        ),
        told={
            figure.amount.start: figure.period
            for sentence in told_sentences(claim.text, claim.amounts, claim.periods)
            for figure in sentence.figures
        },
        is_compared=bool(places)
        and bool(_COMPARED.search(flat, max(0, places[0].start - 30), places[0].start)),
        off={
            start: -1 if match["before"] else 1
            for start, end in amounts
            if (match := _YEAR_OFF.match(flat, end, end + LONGEST_OFF))
        },
        ratios=ratios_in(flat),
        compared=compared,
        years=_YEARS.get(match[1], 0) if (match := _OVER_YEARS.search(flat)) else 0,
    )


@lru_cache(maxsize=512)
def operations_in(text: str) -> frozenset[Operation]:
    """The calculations that the words of a text speak of."""
    said = set(tokenise(flatten(text)))
    if not said & _SPANISH:
        said.discard("media")
    found = {_OPERATIONS[word] for word in said if word in _OPERATIONS}
    found |= {one for word, several in _SHARED.items() if word in said for one in several}
    if "growth" in said:
        found.add(Operation.CHANGE)
    return frozenset(found)


def operations_of(stems: frozenset[str]) -> frozenset[Operation]:
    """The calculations that stems speak of."""
    return frozenset(one for one, words in _OPERATION_STEMS.items() if words & stems)


def _completed(places: Sequence[PlacedPeriod]) -> tuple[PlacedPeriod, ...]:
    """`the fiscal 2019 second quarter` is one period, not a year and a quarter of any."""
    found: list[PlacedPeriod] = []
    for place in places:
        last = found[-1] if found else None
        if last is not None and place.start - last.end <= BESIDE:
            one, other = last.period, place.period
            is_apart = not (one.year and other.year)
            is_year = (one.part or one.month) is None or (other.part or other.month) is None
            if is_apart and is_year and (one.year or other.year):
                whole = Period(*(a or b for a, b in zip(one, other, strict=True)))  # type: ignore[arg-type]
                found[-1] = PlacedPeriod(last.start, place.end, whole)
                continue
        found.append(place)
    return tuple(found)


def _is_range(between: str) -> bool:
    return between.strip(" ,") in (
        "to",
        "-",
        "–",
        "—",
        "through",
        "until",
        "a",
        "bis",
        "hasta",
        "/",
        "",
    )
