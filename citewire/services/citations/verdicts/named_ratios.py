"""Ratios that have a name: which rows of a table are divided for a `current ratio`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from citewire.services.citations.verdicts.figures import TableHead
from citewire.services.citations.verdicts.trade_words import words_of

_ASSETS = ("assets", "aktiva", "activos", "actifs")
_DEBT = ("liabilities", "debt", "borrowings", "verbindlichkeiten", "pasivos", "deuda", "dettes")
_EQUITY = (
    *("equity", "shareholders equity", "stockholders equity", "shareholders' equity"),
    *("stockholders' equity", "eigenkapital", "patrimonio", "capitaux propres"),
)
_SALES = (
    *("revenue", "revenues", "sales", "net sales", "turnover", "umsatz", "umsatzerlose"),
    *("ingresos", "ventas", "chiffre d'affaires"),
)
_INCOME = ("net income", "net earnings", "profit", "earnings", "income", "net profit")
_OPERATING = (
    *("operating income", "operating profit", "income from operations", "profit from operations"),
    *("operating earnings", "ebit", "betriebsergebnis"),
)
_RATIOS: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    (r"current ratio|working capital ratio", ("current assets",), ("current liabilities",)),
    (r"(?:debt|liabilit(?:y|ies))[\s-](?:to|over)[\s-](?:total\s)?assets?", _DEBT, _ASSETS),
    (r"debt ratio", _DEBT, _ASSETS),
    (r"(?:debt|liabilit(?:y|ies))[\s-](?:to|over)[\s-](?:total\s)?equity", _DEBT, _EQUITY),
    (r"equity ratio|eigenkapitalquote", _EQUITY, _ASSETS),
    (r"gross (?:profit )?margin", ("gross profit", "gross margin"), _SALES),
    (r"operating (?:profit )?margin", _OPERATING, _SALES),
    (r"net (?:profit )?margin|profit margin", _INCOME, _SALES),
    (r"return on (?:total\s)?assets", _INCOME, _ASSETS),
    (r"return on (?:shareholders['’]?\s|stockholders['’]?\s)?equity", _INCOME, _EQUITY),
    (r"asset turnover", _SALES, _ASSETS),
    (r"interest cover(?:age)?(?: ratio)?", _OPERATING, ("interest expense", "interest expenses")),
)
_BARE = words_of("total net consolidated reported")
"""Words of a head that name no other thing."""


class NamedRatio(NamedTuple):
    """The words of the rows that are divided, each in several writings."""

    above: frozenset[frozenset[str]]
    below: frozenset[frozenset[str]]


def _written(texts: Sequence[str]) -> frozenset[frozenset[str]]:
    return frozenset(words_of(text) - _BARE for text in texts)


_READ = tuple(
    (re.compile(rf"\b(?:{name})\b"), NamedRatio(_written(above), _written(below)))
    for name, above, below in _RATIOS
)


_LIKELY = re.compile(r"ratio|margin|return on|turnover|cover|quote|asset|equity")
"""What every name of a ratio has, and is looked for sooner."""


def ratios_in(flat: str) -> tuple[NamedRatio, ...]:
    """The ratios that a flat text names."""
    if not _LIKELY.search(flat):
        return ()
    return tuple(ratio for pattern, ratio in _READ if pattern.search(flat))


def rows_of_ratio(
    ratio: NamedRatio, lines: Sequence[TableHead], full: Sequence[int]
) -> tuple[Sequence[int], Sequence[int]]:
    """The lines with figures that are divided, and those that they are divided by."""
    bare = {line: lines[line].words - _BARE for line in full}
    return (
        [line for line in full if bare[line] in ratio.above],
        [line for line in full if bare[line] in ratio.below],
    )
