"""What accounts and countries are also called: `SG&A`, `COGS`, `PP&E`; `U.S.`, `Canadian`.

A row that is called one way and a claim that calls it another have one word in common for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from citewire.services.citations.verdicts.clauses import stem_of

_SHORT = {
    "sg&a": "selling general administrative",
    "r&d": "research development",
    "d&a": "depreciation amortization",
    "pp&e": "property equipment",
    "ppe": "property equipment",
    "eps": "earnings share",
    "opex": "operating expenses",
    "fcf": "free cash flow",
    "ocf": "cash operating activities",
    "operating cash flow": "cash operating activities",
    "operating cash flows": "cash operating activities",
}
"""What is written short, and the words that it stands for."""
_CALLED = {
    "cost cogs": r"cogs|costs? of (?:goods sold|sales|revenues?|products sold|merchandise sold)"
    r"|merchandise costs?",
    "capex": r"capex|capital (?:expenditures?|spending)"
    r"|(?:additions to|purchases? of) property(?:,? plant)?,? and equipment",
    "usa": r"u\.s\.(?:a\.)?|usa|§s|united states(?: of america)?",
    "uk": r"u\.k\.|uk|united kingdom",
    "canada": r"canada|canadian",
    "mexico": r"mexico|mexican",
    "germany": r"germany|german",
    "france": r"france|french",
    "spain": r"spain|spanish",
    "italy": r"italy|italian",
    "china": r"china|chinese",
    "japan": r"japan|japanese",
    "korea": r"korea|korean",
    "india": r"india|indian",
    "brazil": r"brazil|brazilian",
    "australia": r"australia|australian",
    "europe": r"europe|european",
}
"""What is called in several ways, by the stems that stand for all."""
_NAMES = re.compile(
    (
        r"(?<![\w&])(?:(?P<short>"
        + "|".join(sorted(_SHORT, key=len, reverse=True))
        + ")|"
        + "|".join(f"(?P<n{number}>{forms})" for number, forms in enumerate(_CALLED.values()))
        + r")(?![\w&])"
    ).replace(" ", r"\s")
)
_STEMS: Mapping[str, Sequence[str]] = {
    **{short: tuple(map(stem_of, words.split())) for short, words in _SHORT.items()},
    **{f"n{number}": tuple(stems.split()) for number, stems in enumerate(_CALLED)},
}
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CAPITALS = re.compile(r"(?<![\w.])US(?![\w.$])")


class PlacedStem(NamedTuple):
    """A word of a text that says something, and where it stands."""

    start: int
    end: int
    stem: str


def placed_stems(flat: str, start: int = 0, end: int | None = None) -> Iterator[PlacedStem]:
    """The stems of a flat text in order, things with several names as one; linear in it.

    Of a part of it, if `start` or `end` is given.
    """
    at, end = start, len(flat) if end is None else end
    for name in _NAMES.finditer(flat, start, end):
        yield from _plain(flat, at, name.start())
        for stem in _STEMS[
            " ".join(name["short"].split()) if name["short"] else name.lastgroup or ""
        ]:
            yield PlacedStem(name.start(), name.end(), stem)
        at = name.end()
    yield from _plain(flat, at, end)


def _plain(flat: str, start: int, end: int) -> Iterator[PlacedStem]:
    for token in _TOKEN.finditer(flat, start, end):
        if stem := stem_of(token[0]):
            yield PlacedStem(token.start(), token.end(), stem)


def words_of(flat: str) -> frozenset[str]:
    """The stems of a flat text, things with several names as one."""
    return frozenset(one.stem for one in placed_stems(flat))


@lru_cache(maxsize=512)
def is_trade_word(flat: str) -> bool:
    """Whether a flat name is one that accounts have: `SG&A`, and nobody's."""
    return flat in _SHORT or flat in ("cogs", "capex")


def named_flat(text: str, flat: str) -> str:
    """A flat text with `US` told from "us", which it is in none that is in lower case."""
    parts: list[str] = []
    at = 0
    for match in _CAPITALS.finditer(text):
        parts += flat[at : match.start()], "§s"
        at = match.end()
    return "".join((*parts, flat[at:]))


_ALIKE_ROWS = """revenue revenues sales turnover
profit income earnings
loss losses deficit
staff employees headcount personnel workforce people
costs cost expenses expense expenditure expenditures charges spending outlays
equity shareholders stockholders
debt debts borrowings borrowing loans loan notes
stores shops outlets locations warehouses branches restaurants
purchases repurchases buybacks
dividends distributions
margin rate ratio percentage
ingresos ventas
beneficio beneficios ganancias resultado
gastos costes costos
umsatz umsatzerlose erlose
gewinn ergebnis uberschuss
aufwand aufwendungen kosten
recettes revenus ventes
benefice resultat
charges couts depenses"""
_GROUPS = [words_of(row) for row in _ALIKE_ROWS.splitlines()]
ALIKE = {word: group for group in _GROUPS for word in group}
"""Words that are said of the same, by each of them."""
