"""What the figures of a table measure: the unit in a head's brackets, a caption or a unit line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from citewire.services.citations.verdicts.table_scales import scales_of_heads
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.units import unit_of

MOST_CHARS, MOST_WORDS = 40, 4
"""Of a unit; what is longer says something else."""

_BRACKETS = re.compile(r"\(([^()]{1,120})(?:\)|$)")
_TAIL = re.compile(r",\s([^,]{1,40})$")
_REST = re.compile(r"[,;]|\b(?:unless|except|excluding|other than|as at|as of)\b", re.IGNORECASE)
_IN = re.compile(r"^(?:.{0,60}?\s)?(?:in|en)\s", re.IGNORECASE)
_MONEY = (
    r"(?:(?:US|HK|NT|CA|AU|[ARSC])?[$€£¥₹]|(?:EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|CAD|AUD"
    r"|BRL|MXN)(?![A-Za-z])|(?:[Ee]uros?|[Dd]ollars?|[Pp]ounds?)\b)"
)
_SCALE = (
    r"(?:thousands?|millions?|billions?|crores?|lakhs?|miles|millones|tausend|millionen|milliarden"
    r"|milliers|(?:mio|mrd|tsd)\b\.?|['’]?000s?\b)"
)
_LEADING_SCALE = re.compile(rf"{_SCALE}(?:\s(?:of|de)\b)?\s*", re.IGNORECASE)
_SHORT_SCALE = re.compile(r"\s?(?:['’]?000s?|mn|bn|mm|[mk])\b", re.IGNORECASE)
_LEADING_MONEY = re.compile(_MONEY)
_PER = re.compile(r"\s?/\s?\S|\s?(?:per|por|je|pro|par)\s", re.IGNORECASE)
_GLUED_MONEY = re.compile(rf"[kKTM]\s?({_MONEY})")
_OF_TIME = re.compile(r"(?:years?|months?|quarters?|weeks?)\b", re.IGNORECASE)
_PERCENT = re.compile(r"%|per ?cent\b|percentage\b|prozent\b|por ciento\b|porcentaje\b", re.I)
_WORDS_ONLY = re.compile(r"[^\W\d_][\w²³.-]*(?: [\w²³.()-]+){0,3}")
_CALLED = re.compile(
    r"(?:ftes?|etp|teus?|[kmg]?boe|mmboe|bbl|[kmg]?t?co2(?:e|eq)?|teqco2|mt|dwt|oz|ounces|x|times"
    r"|points?|pts?|headcount|[mg]bps|mmbtu|btu|[bmt]cf|[kmg]va|rooms|seats|beds|tickets"
    r"|passengers|nights|units|pieces|tokens|barrels)(?!\w)"
)
"""Words for what is counted that are told beside figures, and that the verdicts need not know."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit as it is stated.

    Args:
        text: what is told behind the figure and its scale: `tonnes`, `l/100 km`, `€/MWh`.
        money: the currency, as it is written; empty where no money is told.
        scale: the number that figures are multiplied by; 0 where none is stated.
        is_percent: whether it says that per cent are told.
    """

    text: str = ""
    money: str = ""
    scale: float = 0.0
    is_percent: bool = False


def own_measure(label: str) -> Measure | None:
    """The unit that a head states in its brackets or behind its last comma; None if it does not."""
    return next(filter(None, map(read_measure, _stated_in(label))), None)


def read_measure(stated: str) -> Measure | None:
    """Read a statement of a unit (`in thousand tonnes`, `€ m`); None if it is something else."""
    told = " ".join(stated.split())
    told = _REST.split(_IN.sub("", told, count=1), maxsplit=1)[0].strip()
    if not told or len(told) > MOST_CHARS:
        return None
    if _PERCENT.match(told):
        return Measure(is_percent=True)
    if glued := _GLUED_MONEY.fullmatch(told):
        return Measure(money=glued[1], scale=1e6 if told[0] == "M" else 1e3)
    before = _LEADING_MONEY.match(stated.strip("( "))
    scales = scales_of_heads(flatten(stated)).plain
    scale = scales[0] if len(scales) == 1 else 0.0
    if leading := _LEADING_SCALE.match(told):
        told = told[leading.end() :]
    if money := _LEADING_MONEY.match(told):
        return _of_money(money[0], told[money.end() :], scale)
    if leading and not told:
        return Measure(money=_money_of(before[0]) if before else "", scale=scale)
    is_unit = _is_unit(told) or (leading is not None and _is_few_words(told))
    return Measure(told, scale=scale if leading else 0.0) if is_unit else None


def _of_money(money: str, rest: str, scale: float) -> Measure | None:
    if _PER.match(rest):
        return Measure(f"{money}{rest}", scale=scale)
    if short := _SHORT_SCALE.match(rest):
        rest = rest[short.end() :]
    elif spelt := _LEADING_SCALE.match(rest.lstrip()):
        rest = rest.lstrip()[spelt.end() :]
    return None if rest.strip(" .)") else Measure(money=_money_of(money), scale=scale)


def _money_of(written: str) -> str:
    """A currency without the capital that its word has at the start of a line."""
    return written if written.isupper() else written.lower()


def _stated_in(label: str) -> Iterator[str]:
    yield from reversed(_BRACKETS.findall(label))
    yield from label.split("\n")[1:]
    if (tail := _TAIL.search(label)) and not _OF_TIME.match(tail[1]):
        yield tail[1]


def _is_unit(told: str) -> bool:
    tokens = tokenise(flat := flatten(told))
    if not tokens or not _is_few_words(told) or tokens[0] == "in":
        return False
    if _OF_TIME.match(told) and len(told.split()) > 1:
        return False  # years ended December 31
    return _CALLED.match(flat) is not None or unit_of(tokens) is not None


def _is_few_words(told: str) -> bool:
    return len(told.split()) <= MOST_WORDS and told[0].isalpha()
