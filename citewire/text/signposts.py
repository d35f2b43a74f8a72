"""Signposts: words of our own for what a passage is called in its report.

A table is of a statement (balance sheet, income, cash flows), and a figure, a table or a note has
a number. Reports write these in many ways, and words alone do not hold them together: "3" and
"figure" stand on every page. A passage is indexed with its signposts among its stems, and a
question that names one is searched for by it. No stem is like one: it is longer, or has a sign.
"""

import re
from collections.abc import Iterable

from citewire.text.words import fold

_BALANCE, _INCOME, _CASH = "balance_sheet", "income_statement", "cash_statement"
STATEMENTS = frozenset((_BALANCE, _INCOME, _CASH))

_OF = r"statements? of (?:consolidated )?"
_BALANCE_NAMES = (
    rf"balance sheets?\b|{_OF}(?:financial (?:position|condition)\b|assets and liabilities\b)"
    r"|balances? de situaci[oó]n\b|estados? de situaci[oó]n financiera\b"
)
_CASH_NAMES = rf"{_OF}cash flows?\b|cash flows? statements?\b|estados? de flujos de efectivo\b"
_INCOME_NAMES = (
    rf"{_OF}(?:net )?(?:income|operations|earnings|profit|comprehensive (?:income|loss))\b"
    r"|income statements?\b|p&l\b|profit (?:and|&) loss (?:account|statement)s?\b"
    r"|cuentas? de (?:resultados|p[eé]rdidas y ganancias)\b|estados? de resultados\b"
)
_STATEMENT = re.compile(
    rf"(?P<balance>{_BALANCE_NAMES})|(?P<cash>{_CASH_NAMES})|(?P<income>{_INCOME_NAMES})",
    re.IGNORECASE,
)
_MAY_BE_STATEMENT = ("balance", "statement", "estado", "cuenta", "profit", "p&l")
"""One of these is in each name of a statement: to look for them costs a tenth."""
_SIGNS = {"balance": _BALANCE, "income": _INCOME, "cash": _CASH}
_TOLD_OF = re.compile(
    r"\b(?:the|our|its|en el|del?)(?: (?:consolidated|condensed))?\s*$", re.IGNORECASE
)
"""Before the name of a statement where a heading tells of it and is not its own."""

_KINDS = {
    **{"figure": "figure", "fig": "figure", "figura": "figure", "gráfico": "figure"},
    **{"table": "table", "tabla": "table", "cuadro": "table", "exhibit": "exhibit"},
    **{"note": "note", "nota": "note", "box": "box", "chart": "chart"},
}
_MAY_BE_LABEL = (
    *("fig", "gráfico", "tabl", "cuadro", "exhibit", "note", "nota", "box", "chart"),
    *("ı", "\u0307"),
)
"""The same of a label. An i without its dot, or with another one, is taken for an i."""
_LABEL = (
    r"\b(?i:(?P<kind>" + "|".join(_KINDS) + r"))\.? ?"
    r"(?P<number>\d{1,3}(?:\.\d{1,3})?|[IVX]{1,6})(?!\w|[.,]\d)"
)
_ASKED = re.compile(_LABEL)
_CAPTION = re.compile(r"^[ \t]*" + _LABEL + r"(?=[ \t]*(?:[.:|—–-]|$))", re.MULTILINE)
_HEADING = re.compile(r"\s*" + _LABEL)
_WITH_ROMAN = ("figure", "table")
"""Others are not numbered so, and "note I" is no label."""
_ROMAN = {"I": 1, "V": 5, "X": 10}
_NOT_A_LINE_OF_A_TABLE = 4
"""The caption of a table is among so many lines of its passage."""


def signposts_of(heading: str, text: str, *, is_table: bool) -> list[str]:
    """The signposts of a passage.

    Args:
        heading: above it.
        text: of the passage; the rows of a table have ` | ` between their cells.
        is_table: whether it is of a table; nothing else is a statement.
    """
    above = _HEADING.match(heading)
    labels = [*([above] if above else ()), *_CAPTION.finditer(text)]
    found = _labels(labels)
    if is_table:
        lines = text.split("\n", _NOT_A_LINE_OF_A_TABLE)[:_NOT_A_LINE_OF_A_TABLE]
        for line in (heading, *(line for line in lines if " | " not in line)):
            found += _statements(line, is_told=False)
    return list(dict.fromkeys(found))


def signposts_named(text: str) -> list[str]:
    """The signposts that a question, or another text, names."""
    found = _statements(text, is_told=True)
    folded = text.casefold()
    if any(word in folded for word in _MAY_BE_LABEL):
        found += _labels(_ASKED.finditer(text))
    return list(dict.fromkeys(found))


def _statements(text: str, *, is_told: bool) -> list[str]:
    folded = text.casefold()
    if not any(word in folded for word in _MAY_BE_STATEMENT):
        return []
    return [
        _SIGNS[str(found.lastgroup)]
        for found in _STATEMENT.finditer(text)
        if is_told or not _TOLD_OF.search(text[max(found.start() - 24, 0) : found.start()])
    ]


def _labels(found: Iterable[re.Match[str]]) -> list[str]:
    told = ((_FOLDED[_plain(label["kind"])], label["number"]) for label in found)
    return [
        f"{kind}_{_from_roman(number) if number.isalpha() else number.replace('.', '_')}"
        for kind, number in told
        if not number.isalpha() or kind in _WITH_ROMAN
    ]


def _plain(kind: str) -> str:
    return fold(kind).replace("ı", "i")


_FOLDED = {_plain(name): kind for name, kind in _KINDS.items()}


def _from_roman(number: str) -> int:
    values = [_ROMAN[sign] for sign in number]
    after = [*values[1:], 0]
    return sum(-one if one < more else one for one, more in zip(values, after, strict=True))
