"""Which way a claim says that something changed, and which way a cell of changes says it did."""

import re
from collections.abc import Iterator
from itertools import pairwise

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.fitting import FigureTable
from citewire.services.citations.verdicts.from_cells import length_of, time_of
from citewire.services.citations.verdicts.sides import SIDES
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.units import PERCENT

BESIDE = 60
"""Characters before and behind an amount in which the word that says its direction stands."""

MOST_CELLS = 8
"""Of a row: those of a few years."""

_WORD = re.compile(r"[^\W_]+")
_ENDS = re.compile(r"[.;:!?|\n]\s")
_BETWEEN = frozenset(
    """by of a an about around approximately nearly almost roughly over only just some more than
 another further in during the fiscal year years quarter per cent percent on over um en de un una
 del cerca alrededor aproximadamente mas rund etwa fast knapp d environ pres plus""".split()
)
"""Words between what changed and by how much: `fell in 2022 by about 22 %`, `a decline of 3 %`."""
_OF_COURSES = frozenset(
    """to from million billion thousand m bn k tonnes percentage points usd eur
 zu auf von desde""".split()
)
"""Between what changed and what it came to: `fell from 9 million to 8 million`."""
_FROM = frozenset("from von desde".split())
_TO = re.compile(r"\s(?:to|auf|a|hasta|zu)\s")
_BEHIND = frozenset("year on over annual yoy sequential organic net percent per cent".split())
"""Words between an amount and its direction: `a 22 % year-over-year decline`."""
_DENIES = frozenset("not no never nor without didn t nicht kein no sin pas".split())
_UNCLEAR = frozenset("improved gain gains gained cut expanded expansion".split())
"""Of costs, what improves falls; a gain may be a figure, and so may a cut."""
_PLAIN_HEAD = re.compile(r"\binc\w{0,6}\s?(?:/|or)?\s?\(?dec\w{0,6}\)?")
"""`Increase (decrease)`: what is in brackets fell."""
_OTHER_HEAD = re.compile(
    r"\bfavou?rabl|\bunfavou?rabl|\bbetter\b|\bworse\b|\bdec(?:r|l)|\breduc|\bimprov|\bsaving"
    r"|\babnahme|\bruckgang|\bdisminu|\bbaisse"
)
"""Heads by which a figure without a sign is no rise."""


_PROFIT = re.compile(
    r"\b(?:profits?|income|earnings|ebitd?a?|surplus|beneficios?|ganancias?|resultado|gewinn|ergebnis"
    r"|uberschuss|benefice|resultat)\b"
)
_NO_PROFIT = re.compile(
    r"\b(?:tax(?:es)?|expenses?|comprehensive|other|interest|adjust\w*|reclass\w*|eliminat\w*"
    r"|deduct\w*|less|allocat\w*|unallocated|corporate|minority|noncontrolling|dividends?|discontinued"
    r"|deferred|unearned|equity|impuestos?|steuern?|impots?)\b"
)
"""Rows whose figures in brackets are no losses."""
_LOSS = re.compile(
    r"\b(?:loss(?:es)?|lost|losing|negative|deficit|minus|shortfall|red|unprofitable|below|perdidas?"
    r"|negativ[oa]?|verluste?|pertes?|fehlbetrag|change\w*|[a-z]*creased?|fell|rose|declin\w*|grew)\b"
    r"|[-−–(]\s?[$€£]?\s?\d"
)


def said_direction(flat: str, amount: Amount, *, is_course: bool = False) -> int:
    """1 if a text says that something rose by an amount, -1 that it fell; 0 if it says neither.

    Args:
        flat: the flat text.
        amount: of it.
        is_course: whether it may be what something rose or fell to, or from, as well.
    """
    before = _ENDS.split(flat[max(0, amount.start - BESIDE) : amount.start])[-1]
    words = _WORD.findall(before)
    between = _BETWEEN | _OF_COURSES if is_course else _BETWEEN
    is_from = False
    while words and (words[-1] in between or words[-1].isdigit()):
        is_from |= words.pop() in _FROM
    # `Down from 5 % growth` tells nothing of the 5 %; `down from 5 % to 4 %` does.
    if is_from and not _TO.match(flat, amount.end):
        return 0
    if words and (side := _side(words[-1])):
        return 0 if _DENIES & set(words[-4:]) else side
    if is_course:
        return 0
    behind = _ENDS.split(flat[amount.end : amount.end + BESIDE])[0]
    for word in _WORD.findall(behind)[:4]:
        if word not in _BEHIND:
            return 0 if _DENIES & set(words[-4:]) else _side(word)
    return 0


def told_direction(table: FigureTable, line: int, figure: CellFigure) -> int:
    """1 if a cell of changes tells of a rise, -1 of a fall; 0 if that is not sure.

    The figures of its row say it where it comes out of two of them; its sign does where its head
    says nothing of what a sign means, and others of its column show that falls have one.
    """
    if not figure.is_change or not figure.value:
        return 0
    found = set(_changes(table, line, figure))
    if found:
        return found.pop() if len(found) == 1 else 0
    if not _is_signed(table, line, figure):
        return 0
    if figure.value < 0:
        return -1
    column = (one.value for _, one in table.cells if one.head == figure.head)
    return 1 if any(value < 0 for value in column) else 0


def may_be_rise(table: FigureTable, line: int, figure: CellFigure) -> bool:
    """Whether a cell of changes without a sign is rather a rise, though nothing tells so for sure.

    Where nothing fell no sign shows what one would mean.
    """
    is_open = figure.is_change and figure.value > 0 and figure.place is not None
    if not is_open or any(_changes(table, line, figure)):
        return False
    return _is_signed(table, line, figure)


def is_loss_told_as_profit(flat: str, table: FigureTable, line: int, figure: CellFigure) -> bool:
    """Whether a claim calls profit what its cell, in brackets or below zero, tells as a loss."""
    row = table.lines[line]
    label = flatten(row.label)
    if figure.value >= 0 or row.is_cost or figure.is_change or _NO_PROFIT.search(label):
        return False
    return bool(_PROFIT.search(label) and _PROFIT.search(flat)) and not _LOSS.search(flat)


def _is_signed(table: FigureTable, line: int, figure: CellFigure) -> bool:
    """Whether a fall would have a sign: not of costs, nor where a head says what a sign means."""
    row, head = table.lines[line], table.heads[figure.head]
    labels = _PLAIN_HEAD.sub(" ", flatten(f"{row.label} \n {head.label}"))
    return not row.is_cost and not _OTHER_HEAD.search(labels)


def _changes(table: FigureTable, line: int, figure: CellFigure) -> Iterator[int]:
    """1 for each rise, -1 for each fall between neighbours of its row that a change comes from."""
    row = [
        (line, one)
        for one in table.by_line[line]
        if not one.is_change and one.value > 0 and one.period is not None and one.kind != PERCENT
    ]
    row = sorted(row[:MOST_CELLS], key=lambda cell: (length_of(cell) or 0, time_of(cell)))
    for old, new in pairwise(row):
        change = new[1].value - old[1].value
        by = 100 * change / old[1].value if figure.kind == PERCENT else change
        is_told = abs(abs(by) - abs(figure.value)) <= figure.step * 0.51
        if is_told and time_of(old) != time_of(new) and length_of(old) == length_of(new):
            yield (change > 0) - (change < 0)


def _side(word: str) -> int:
    if word in _UNCLEAR:
        return 0
    return {"up": 1, "down": -1, "widen": 1, "narrow": -1}.get(SIDES.get(word, word), 0)
