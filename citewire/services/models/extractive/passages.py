"""Numbered sources as the scoring sees them, and their sentences that are worth reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citewire.content.table import BAR, Table, rows_of
from citewire.content.withheld import MARK
from citewire.text.sentences import split_sentences
from citewire.text.words import words, years

MAX_CANDIDATES = 160
"""Sentences that are scored at most; each costs about 3 ms of embedding on two cores."""

_MIN_WORDS, _LONG, _MAX_WORDS = 4, 60, 120
_NAMES, _SAYING = 6, 0.34
"""A sentence says something when that part of its words is in small letters."""

_FIGURE = re.compile(r"[\s$€£¥(+-]*+\d[\d.,\s]*+[%)]*+\s*+")
"""A cell of a table that is a number."""

_ADDRESS = re.compile(r"https?://|www\.|\bdoi\b", re.IGNORECASE)
"""What a list of references is full of."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the scoring needs to know of one source: its number, its text and its names.

    Of a table, `rows` has each row as it stands in the text, and as it is told: with its heads.
    """

    number: int
    text: str
    title: str = ""
    rows: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that may be picked, and where it stands."""

    text: str
    number: int
    """The source's number, from 1 in the order of retrieval."""
    position: int
    """Its place among the sentences of its passage."""
    years: frozenset[str] = frozenset()
    """The years it is about: its own, else those of its passage."""


def candidates(passages: Sequence[Passage]) -> list[Sentence]:
    """The sentences worth scoring: no headings, no references, no lists of names."""
    found: list[Sentence] = []
    seen: set[str] = set()
    for passage in passages:
        around = years(passage.text) | years(passage.title)
        pieces = passage.rows or [(text, text) for text in split_sentences(passage.text)]
        for position, (text, told) in enumerate(pieces):
            # A short row says enough with its heads.
            if _is_readable(told) and not _is_heap_of_names(text) and told not in seen:
                seen.add(told)
                about = years(told) or around
                found.append(Sentence(told, passage.number, position, about))
    return found[:MAX_CANDIDATES]


def rows_told(table: Table, text: str) -> list[tuple[str, str]]:
    """The rows of a table without its heads: as they stand in the text, and with their heads."""
    rows = list(rows_of(table, text))
    if not 0 < table.header_rows < table.rows:
        return [(BAR.join(row), BAR.join(row)) for row in rows]
    heads = [
        " ".join(dict.fromkeys(filter(None, column)))
        for column in zip(*rows[: table.header_rows], strict=True)
    ]
    unit = f" ({text[slice(*table.unit)].strip('()')})" if table.unit else ""
    return [
        (BAR.join(row), f"{_row_told(row, heads, table.header_columns)}{unit}")
        for row in rows[table.header_rows :]
    ]


def _row_told(row: Sequence[str], heads: Sequence[str], header_columns: int) -> str:
    told = list(filter(None, dict.fromkeys(row[:header_columns])))
    for head, cell in zip(heads[header_columns:], row[header_columns:], strict=True):
        if cell:
            told.append(f"{head}: {cell}" if head else cell)
    return BAR.join(told)


def is_fragment(text: str) -> bool:
    """Whether a sentence was cut at its start or end, or is a heading, a question or run on."""
    ends_well = text.rstrip('"”’») ').endswith((".", "!", "。", "！"))
    return not ends_well or text[0].islower() or len(words(text)) > _LONG


def _is_readable(text: str) -> bool:
    found = words(text)
    letters = sum(not word[0].isdigit() for word in found)
    if MARK in text:
        return False
    if not _MIN_WORDS <= len(found) <= _MAX_WORDS or letters < 2:
        return False
    # Headings in capitals are no sentences, however long.
    if text.isupper() and not text.rstrip().endswith((".", "!", "?")):
        return False
    return _ADDRESS.search(text) is None


def _is_heap_of_names(text: str) -> bool:
    """Whether it names people, institutions or columns of a table, and says nothing of them."""
    if "|" in text:
        return not any(_FIGURE.fullmatch(cell) for cell in text.split("|"))
    if any(letter.isdigit() for letter in text):
        return False
    found = [
        word for word in words(text) if word[0].isalpha() and word[0].lower() != word[0].upper()
    ]
    small = sum(word[0].islower() for word in found)
    return len(found) >= _NAMES and small < _SAYING * len(found)
