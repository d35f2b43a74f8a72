"""Cells of words that a question asks for: the country of a site, who is to do a task."""

from collections.abc import Iterator, Sequence

from citewire.content.table import rows_of
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.models.extractive.figures import share_said
from citewire.services.models.extractive.markdown_pieces import heads_of
from citewire.services.models.extractive.passages import LONG_CELL, Passage, Sentence, is_number
from citewire.services.models.extractive.question import Stems, Wanted, is_light, roots

_SAID = 0.8
"""So much of the question must row, column and what stands above them say."""


def cells_that_answer(wanted: Wanted, passages: Sequence[Passage]) -> list[Sentence]:
    """The cell in the row and the column that a question names, told with both; one at most.

    Args:
        wanted: what it asks.
        passages: the sources, and what stands beside them.
    """
    if wanted.counts:
        return []
    found = [
        cell for place, passage in enumerate(passages) for cell in _cells(wanted, passage, place)
    ]
    best = max(found, key=lambda cell: cell[0], default=None)
    return [] if best is None else [best[1]]


def _cells(wanted: Wanted, passage: Passage, place: int) -> Iterator[tuple[float, Sentence]]:
    table = passage.table
    if table is None or not table.header_rows or table.columns < 2:
        return
    grid = list(rows_of(table, passage.text))
    heads = heads_of(table, grid)
    above = _stems(passage.section)
    asked = [(at, _stems(head) & wanted.stems) for at, head in enumerate(heads)]
    columns = [(at, words) for at, words in asked if at and any(map(_tells, words))]
    if not columns:
        return
    rows = [(at, _stems(grid[at][0]) & wanted.stems) for at in range(table.header_rows, len(grid))]
    named = [(at, words) for at, words in rows if any(map(_tells, words))]
    most = max((len(words) for _, words in named), default=0)
    meant = [(at, words) for at, words in named if len(words) == most]
    if len(meant) != 1:
        return
    [(line, words)] = meant
    row = grid[line]
    for at, head in columns:
        cell = row[at]
        said = share_said(wanted.stems, words | head | above)
        if said >= _SAID and cell and not is_number(cell) and len(cell) <= LONG_CELL:
            text = f"{row[0]}, {heads[at]}: {cell}"
            yield said, Sentence(text, passage.number, 0, row=line, place=place)


def _tells(word: str) -> bool:
    return not is_light(word)


def _stems(text: str) -> Stems:
    return roots(words_of(flatten(text)))
