"""What a question wants, apart from how it is to be told: its periods, its subjects, its sort."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from citewire.services.citations.verdicts.asked_figures import asked_figures
from citewire.services.citations.verdicts.claim import read_claim
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.citations.verdicts.units import CURRENCIES, PERCENT, SCALES, unit_of
from citewire.services.models.extractive.bounds import Bounds, bounds_in
from citewire.services.models.extractive.fiscal_columns import YEAR, months_asked
from citewire.services.models.extractive.outlook import asks_for_outlook
from citewire.text.sentences import split_sentences
from citewire.text.words import fold, is_spanish, listed, stem

Stems = frozenset[str]

ROOT = 6
"""Letters of a stem that rows are compared by: operations, operating."""


def roots(stems: Iterable[str]) -> Stems:
    """Stems, so short that other endings of a word are the same."""
    return frozenset(one[:ROOT] for one in stems)


_GLUED = re.compile(r"(?<=[?？])(?=[^\s?？\"”’»)])")
_DIRECTS = re.compile(
    r"(?:please|answer|anwser|respond|reply|give|write|provide|express|format|round|state|enumerate"
    r"|list|directly|the answer|your answer|do not|note|if|define|assume|using|use|base|here"
    r"|por favor|responda|responde|conteste|redondee|redondea|indique|exprese|escriba)\b",
    re.IGNORECASE,
)
"""Begins a sentence that says how to answer, unless it asks something itself."""
_ASKS = re.compile(r"[?？]")
_OPENS = re.compile(
    r"(?:using|based on|basing|considering|according to|by drawing|when primarily|from the"
    r"|looking at|relying on|drawing|seg[uú]n|bas[aá]ndose)\b[^,?？]{1,200}, "
    r"(?=(?:how|what|which|who|when|where|did|does|do|is|are|was|were|has|qu[eé]|cu[aá]l|cu[aá]nt)\b)",
    re.IGNORECASE,
)
"""Before the question proper: where the asker wants the answer to be from."""
_BRACKETS = re.compile(
    r"\((?:in|round|rounded|en)\b[^()]{0,120}\)"
    r"|,?\s(?:round(?:ed)? to|in units of)\b[^,.?？]{0,60}",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\bhow (?:much|many|large|big|high|long|far)\b|\b(?:number|amount|value|percentage|percent"
    r"|proportion|share|rate|ratio|total)\b|\bcuant[oa]s?\b|\b(?:total|importe|porcentaje|cifra)\b"
)
_HOW_MANY = re.compile(r"\b(?:how many|cuant[oa]s|wie ?viele)((?: [\w']{1,30}){1,4})")
_NO_THINGS = frozenset("of de the more fewer mas menos mehr weniger different".split())
_WHAT_IS = re.compile(
    r"(?:what|which|compare|cual(?:es)?|que|show|give|tell)\b(?:\W+(?:is|are|was|were|s|does|did|has"
    r"|have|es|son|fue|fueron|me)\b)?"
)
_TELLS = re.compile(
    r"\b(?:why|explain|describe|drove|drives|driver|drivers|caused|cause|reason|reasons|risks"
    r"|(?:what|main|major|key|biggest|greatest|principal) risk|risk factors?"
    r"|strategy|policy|policies|who|whom|where|how (?:do|does|did|is|are|was|were|has|have|can)"
    r"|por que|quien(?:es)?|como|donde|describe|explica)\b"
)
_COMPARES = re.compile(r"\bcompar(?:e|es|ed|ing|ison|ar|a|an)\b|\bcambi\w+|\bchanged?\b")
_WHOSE_IS_MORE = re.compile(
    r"\b(?:who|which|whose|what|quien|cual)\b.{0,120}?\b(?:more|larger|higher|bigger|greater|fewer"
    r"|less|smaller|lower|better|worse|mas|mayor|menor|menos)\b"
)
"""Asks which of several has the larger figure: the figures of all of them answer it."""
_WHY = re.compile(r"\b(?:why|explain|por que)\b")
_COSTS = re.compile(r"\bhow much (?:do|does|did|will|would|has|have)\b.{1,160}?\bcosts?\b")
_APART = re.compile(
    r"[,;/]|\b(?:and|or|to|versus|vs|minus|less|plus|over|compared to|divided by|y|o|entre"
    r"|frente a)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"\b(?:to|divided by|minus|less|versus|vs|over|frente a|entre)\b")
_CALCULATED = re.compile(
    r"\bratio\b|\bmargin\b|\breturn on\b|\bturnover\b|\bebitda\b|\bacid test\b|\bcoverage\b"
    r"|\bworking capital\b|\bfree cash flow\b|\bnet debt\b|\binvested capital\b|\bleverage\b"
    r"|\bdivided by\b|\b(?:days|conversion cycle)\b.{0,20}\b(?:inventory|payables?|sales)\b"
    r"|\b(?!year|month|addition|attributable|related)\w{1,30} to"
    r" (?:total|average|current|net|long|ebitda)\b"
    r"|\bas an? per ?cent(?:age)? of\b|\bdifference between\b|\bratio de\b|\bmargen\b"
)
_BEYOND = roots(
    stem(word)
    for word in listed("""
total totals number percent percentage ratio net company companies overall average amount value
figure figures question difference comparison importe cantidad cifra empresa
paid pay pays spent spend spends work works worked
""")
)
"""Stems that say little of what is meant; a row may lack them."""

_UNSAID = roots(
    stem(word)
    for word in listed("""
year years fiscal fy quarter quarters ended ending end ends period periods date million millions
billion billions thousand thousands usd dollars dollar euros much many reported during compare
compared historically respectively among brought larger bigger greater fewer smaller better
ano anos ejercicio millones euros comparar
""")
)
"""Stems of when, in what and how it is told: no row is called by them."""

_EXPECTED = roots(
    stem(word)
    for word in listed("""
outlook guidance forecast forecasts expect expects expected plan plans planned anticipate
anticipates anticipated project projects projected
""")
)
"""Stems that say that what is expected is asked; the rows of an outlook are not called by them."""

_COST = roots(map(stem, ("cost", "costs")))


_NUMBERED = re.compile(r"(?<!\w)([^\W\d_]{2,20}) (\d{1,3}|[A-Z]|[IVX]{2,5})(?![\w]|[.,]\d)")


def numbered_in(text: str) -> dict[str, frozenset[str]]:
    """The numbers or letters that things of a text have, by what they are, in small letters."""
    found: dict[str, frozenset[str]] = {}
    for thing, number in _NUMBERED.findall(text):
        found[thing.lower()] = found.get(thing.lower(), frozenset()) | {number}
    return found


@dataclass(frozen=True)
class Wanted:
    """A question as its answer is looked for.

    Args:
        text: the question without directions.
        stems: what it speaks of, without names of the reports and periods.
        periods: that it names.
        wants_figure: whether a figure answers it.
        counts: whether it says so: how many, which percentage.
        wants_text: whether it asks why, who or how, so that no figure answers it.
    """

    text: str
    stems: Stems
    periods: tuple[Period, ...]
    wants_figure: bool
    counts: bool
    wants_text: bool
    parts: tuple[Stems, ...] = ()
    sets_against: bool = False
    """Whether it sets one thing against another: current liabilities to total liabilities."""

    @cached_property
    def counted(self) -> Stems:
        """What it wants the number of, which no sum of money is: tonnes, ships; may be empty."""
        return _counted(self.text)

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that it names."""
        return frozenset(one.year for one in self.periods if one.year)

    @cached_property
    def numbered(self) -> Mapping[str, frozenset[str]]:
        """The numbers or letters that it gives to things, by what they are: `line` 2, `class` A."""
        return numbered_in(self.text)

    @cached_property
    def bounds(self) -> frozenset[Bounds]:
        """The ranges and bounds that it names: `aged 70-74`, `$75,000 or more`."""
        return bounds_in(self.text)

    @cached_property
    def months(self) -> int | None:
        """How long the periods are that it says it asks about; None if it does not."""
        return months_asked(self.text, self.periods)

    @cached_property
    def is_of_year(self) -> bool:
        """Whether it asks about a year, as it says or as it names no shorter time."""
        if self.months:
            return self.months == YEAR
        return bool(self.years) and not any(one.month or one.part for one in self.periods)

    @cached_property
    def wants_outlook(self) -> bool:
        """Whether it asks what is expected, not what was."""
        return asks_for_outlook(self.text)

    @cached_property
    def is_spanish(self) -> bool:
        """Whether it is asked in Spanish."""
        return is_spanish(self.text)


def read_question(question: str, names: frozenset[str] = frozenset()) -> Wanted:
    """Read a question, of which `names` are stems that only name reports; linear in its length."""
    names = roots(names)
    text = without_directions(question)
    folded = fold(text)
    is_more = bool(_WHOSE_IS_MORE.search(folded)) and not _WHY.search(folded)
    tells = bool(_TELLS.search(folded)) and not _COMPARES.search(folded) and not is_more
    counts = (bool(_FIGURE.search(folded)) or is_more) and not tells
    is_open = bool(_COMPARES.search(folded) or _WHAT_IS.match(folded.lstrip("¿ ")))
    return Wanted(
        text=text,
        stems=_subject(text, names),
        periods=asked_figures(read_claim(text)).periods,
        wants_figure=counts or (is_open and not tells),
        counts=counts,
        wants_text=tells,
        parts=tuple(_parts(text, names)),
        sets_against=bool(_AGAINST.search(folded)),
    )


def is_calculated(wanted: Wanted) -> bool:
    """Whether a question is for something that is calculated: a ratio, EBITDA, free cash flow."""
    return bool(_CALCULATED.search(fold(wanted.text)))


def without_directions(question: str) -> str:
    """The question without what it says of how and from where to answer, unless that is all."""
    sentences = split_sentences(_GLUED.sub(" ", question))
    asking = [
        one[opening.end() :] if (opening := _OPENS.match(one)) else one
        for one in sentences
        if _ASKS.search(one) or not _DIRECTS.match(one)
    ]
    return " ".join(_BRACKETS.sub(" ", " ".join(asking) or question).split()) or question


def _counted(text: str) -> Stems:
    found = _HOW_MANY.search(fold(text))
    if found is None:
        return frozenset()
    words = [word for word in found[1].split() if word not in SCALES and word not in _NO_THINGS]
    if not words or words[0] in CURRENCIES:
        return frozenset()
    unit = unit_of(words)
    if unit is not None and unit[0] == PERCENT:
        return frozenset()
    return roots(words_of(words[0]))


def is_light(word: str) -> bool:
    """Whether a stem says little of what is meant."""
    return word in _BEYOND


def _root(stem: str) -> str:
    return stem[:ROOT]


def _subject(text: str, names: frozenset[str]) -> Stems:
    """What a text speaks of; all of its stems if only names are left without."""
    found = roots(read_claim(text).stems)
    kept = found - names - _UNSAID
    if _WHOSE_IS_MORE.search(folded := fold(text)):
        kept -= {"<up>", "<down>"}
    if _COSTS.search(folded):
        kept -= _COST
    if asks_for_outlook(text):
        kept -= _EXPECTED
    return kept if kept - _BEYOND else found


def _parts(text: str, names: frozenset[str]) -> Iterator[Stems]:
    """What each part of an enumeration speaks of, if it has several."""
    pieces: Sequence[str] = [piece for piece in _APART.split(text) if piece.strip()][:12]
    if len(pieces) < 2:
        return
    said = [
        [one for one in map(_root, read_claim(piece).stems) if one not in names | _UNSAID]
        for piece in pieces
    ]
    for at, stems in enumerate(said):
        if not set(stems) - _BEYOND:
            continue
        yield frozenset(stems)
        # "Operating, investing and financing activities": the last word is that of all.
        following = next((later for later in said[at + 1 :] if len(later) > 1), None)
        if len(stems) == 1 and following:
            yield frozenset({*stems, following[-1]})
