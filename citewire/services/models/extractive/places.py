"""Where in a passage that stands which is told: a sentence, or a row of its table."""

from collections.abc import Iterable

from citewire.content.table import span_at
from citewire.services.citations.locating import SearchText, placed
from citewire.services.models.extractive.passages import Passage, Sentence
from citewire.workflows.run_context import Extracted


def sentence_place(sentence: Sentence, passage: Passage) -> Extracted | None:
    """Find the words of a sentence in its passage: its row, where it was made of one."""
    if sentence.row is not None:
        return row_place(passage, sentence.row)
    return text_place(sentence.text, passage)


def text_place(text: str, passage: Passage) -> Extracted | None:
    """Find words in a passage, as they are or in normal form."""
    found = placed(text, SearchText(passage.text))
    return None if found is None else _extracted(passage, *found[:2])


def row_place(passage: Passage, row: int) -> Extracted | None:
    """Find a row of a passage's table, from its first to its last cell with words.

    Args:
        passage: of the table.
        row: of its grid, from 0, heads and all.
    """
    table = passage.table
    if table is None or not 0 <= row < table.rows:
        return None
    spans = [
        span_at(cell, row, column)
        for cell in table.cells
        if cell.row <= row < cell.row + cell.rows
        for column in range(cell.column, cell.column + cell.columns)
    ]
    full = [(start, end) for start, end in spans if start < end]
    if not full:
        return None
    return _extracted(passage, min(start for start, _ in full), max(end for _, end in full))


def rows_places(passage: Passage, rows: Iterable[int]) -> tuple[Extracted | None, ...]:
    """Find several rows of a passage's table, in their order."""
    return tuple(row_place(passage, row) for row in rows)


def _extracted(passage: Passage, start: int, end: int) -> Extracted:
    return Extracted(passage.passage_id, passage.text[start:end], start)
