"""Gold answers, and whether a text has their words: no judge, only what stands there literally.

A text has a gold answer that is made of figures when each of them stands in it, as a whole number
and in whatever scale (`30758000.0` is 30,758 in a table of thousands); years and numbers of less
than three digits are told by any page, so that an answer of nothing else is taken word by word. It
has one of words when `SHARE` of those that mean something stand in it; a short one, all of them.
"""

import ast
import re
from collections.abc import Sequence

from citewire.text.words import search_terms

SHARE = 0.7
"""The part of the words of a long answer that must stand in a text."""

SHORT = 4
"""So few words must all stand there."""

_GROUPING = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)")
_FIGURE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?%?(?!\w)")
_PERIOD = re.compile(r"\b(?:FY|Q)[ ]?\d+\b", re.IGNORECASE)
_NO_FIGURE = re.compile(r"(?:19|20)\d\d|\d{1,2}")
_VERDICT = re.compile(r"\A\[\[\w+\]\]\s*")
_REMARK = re.compile(r"The answer here assumes.*", re.DOTALL)


def items_of(gold: str) -> list[str]:
    """The parts of a gold answer: those of a list, else all of it without the asker's remarks."""
    gold = _REMARK.sub("", _VERDICT.sub("", gold)).strip()
    if gold.startswith("["):
        try:
            return [str(item) for item in ast.literal_eval(gold)]
        except (SyntaxError, ValueError):
            pass
    return [gold]


def holds(text: str, gold: str) -> bool:
    """Whether `text` has all parts of a gold answer."""
    plain = _plain(text)
    numbers = frozenset(figure.rstrip("%") for figure in _FIGURE.findall(plain))
    words = frozenset(search_terms(text))
    return bool(items_of(gold)) and all(
        _has(item, plain, numbers, words) for item in items_of(gold)
    )


def _has(item: str, plain: str, numbers: frozenset[str], words: frozenset[str]) -> bool:
    wanted = _plain(item).strip(" .$")
    figures = _figures(wanted)
    if figures:
        return all(not numbers.isdisjoint(_scales(figure)) for figure in figures)
    if wanted and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain):
        return True
    terms = frozenset(search_terms(wanted))
    found = len(terms & words)
    return found == len(terms) > 1 if len(terms) <= SHORT else found >= SHARE * len(terms)


def _plain(text: str) -> str:
    return _ZEROS.sub("", _GROUPING.sub("", text)).casefold()


def _figures(wanted: str) -> list[str]:
    found = _FIGURE.findall(_PERIOD.sub("", wanted))
    return [figure for figure in found if not _NO_FIGURE.fullmatch(figure)]


def _scales(figure: str) -> Sequence[str]:
    """The figure as it may be written: in units, thousands or millions."""
    number = figure.rstrip("%")
    forms = [number]
    while number.endswith("000"):
        number = number[:-3]
        forms.append(number)
    return forms
