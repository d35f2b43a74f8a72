"""Sentences that only announce what follows: they are told with it, or not at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from citewire.content.table import rows_of
from citewire.services.models.extractive.markdown_pieces import (
    MOST_COLUMNS,
    heads_of,
    piece_of,
)
from citewire.services.models.extractive.passages import Passage, Sentence, sentences_of
from citewire.services.models.extractive.places import rows_places, text_place
from citewire.workflows.run_context import Extracted

MOST_ITEMS, MOST_ROWS = 8, 8
"""Of what a sentence announces: so much is told with it."""

_LONG_ITEM = 240
"""Characters; what is longer is no item of a list."""

_ANNOUNCES = re.compile(
    r":\s*$|\b(?:as follows|the following|set forth below|shown below|summari[sz]ed below"
    r"|(?:table|chart|figure|schedule)s? (?:below|that follows?)|following (?:table|chart)s?"
    r"|como sigue|a continuaci[oó]n|la siguiente tabla|el siguiente cuadro)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:see|refer to|incorporated (?:herein )?by reference|in conjunction with|v[eé]ase)\b"
    r"|^\(?[1-9]\)\s|^(?:included? in|includes|excludes|net of|represents?)\b",
    re.IGNORECASE,
)
_TAIL = 160
"""Characters at the end of a sentence in which it says that something follows."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What a sentence announces: items of a list, or rows of a table as Markdown with markers."""

    items: tuple[str, ...] = ()
    piece: str = ""
    places: tuple[Extracted | None, ...] = ()
    """Of each of them, where it stands."""


def announces(sentence: str) -> bool:
    """Whether a sentence only says that something follows."""
    return _ANNOUNCES.search(sentence[-_TAIL:]) is not None


def points_elsewhere(sentence: str) -> bool:
    """Whether a sentence is a note, or says where else something stands."""
    return _POINTS.search(sentence) is not None


def what_follows(lead: Sentence, passage: Passage, passages: Sequence[Passage]) -> Announced:
    """What follows a sentence in its passage, or in the next source on its page if it ends there.

    Args:
        lead: the sentence that announces it.
        passage: in which it stands.
        passages: all sources.
    """
    if passage.table is None:
        after = sentences_of(passage)[lead.position + 1 :]
        items = list(takewhile(_is_item, after))[:MOST_ITEMS]
        if items and lead.text.rstrip().endswith(":"):
            places = tuple(text_place(item, passage) for item in items)
            return Announced(items=tuple(items), places=places)
        if after:
            return Announced()
    table = _next_table(passage, passages)
    return Announced() if table is None else _first_rows(table)


def _first_rows(passage: Passage) -> Announced:
    """The first rows of a table below its heads, as Markdown with a marker each."""
    table = passage.table
    assert table is not None
    grid = list(rows_of(table, passage.text))
    first = range(len(grid))[table.header_rows : table.header_rows + MOST_ROWS]
    full = [at for at in first if any(grid[at][:MOST_COLUMNS])]
    heads = heads_of(table, grid)[:MOST_COLUMNS]
    piece = piece_of(heads, [grid[at][:MOST_COLUMNS] for at in full], passage.number)
    return Announced(piece=piece, places=rows_places(passage, full))


def _is_item(text: str) -> bool:
    return len(text) <= _LONG_ITEM and not announces(text)


def _next_table(lead: Passage, passages: Sequence[Passage]) -> Passage | None:
    if lead.table is not None:
        return lead
    following = [
        one
        for one in passages
        if (one.document, one.page) == (lead.document, lead.page)
        and one.table is not None
        and one.start >= lead.end > 0
    ]
    return min(following, key=lambda one: one.start, default=None)
