"""Which of two cells a figure of a claim speaks of, where the claim tells the figures of several.

`Goodwill was $1,383 million and inventories $5,140 million` names two rows: each figure's is the
one that words of its own name, not the one that words of another figure do.
"""

from collections.abc import Sequence

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.fitting import FigureTable
from citewire.services.citations.verdicts.units import PERCENT

Stems = frozenset[str]
Cell = tuple[int, CellFigure]
"""A figure, with the number of its line."""

MOST = 3
"""Amounts before and after one that are looked at for it."""


def beside(amount: Amount, amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts next to one in a claim, years aside."""
    plain = [one for one in amounts if not one.is_year]
    at = plain.index(amount) if amount in plain else 0
    return [one for one in plain[max(0, at - MOST) : at + MOST + 1] if one is not amount]


def words_of_cell(table: FigureTable, line: int, figure: CellFigure) -> Stems:
    """The words of the heads of a cell."""
    heads = table.lines[line], table.heads[figure.head]
    return frozenset[str]().union(*(head.words | head.group for head in heads))


def speaks_of(own: Stems, cell: Stems, other: Stems) -> bool:
    """Whether a figure's own words name a cell, and not another one instead."""
    return bool(own & (cell - other)) and not own & (other - cell)


def rival(
    table: FigureTable, cell: Cell, own: Stems, others: Stems
) -> tuple[int, CellFigure, Stems] | None:
    """The cell beside one that a figure's own words name instead, if words of others name this one.

    With those words.

    Args:
        table: that has the cells.
        cell: that has the figure.
        own: the words of the figure.
        others: those of other figures of the claim.
    """
    line, figure = cell
    words = words_of_cell(table, line, figure)
    if not words & others:
        return None
    best: tuple[int, CellFigure, Stems] | None = None
    for other_line, figures in table.by_line.items():
        for other in figures:
            is_beside = (other_line == line) != (other.head == figure.head)
            if not is_beside or other.value == figure.value:
                continue
            if (other.kind == PERCENT) != (figure.kind == PERCENT):
                continue
            theirs = words_of_cell(table, other_line, other)
            if speaks_of(own, theirs, words) and others & (words - theirs):
                named = own & (theirs - words)
                if best is None or len(named) > len(best[2]):
                    best = other_line, other, named
    return best
