"""The rows that answer: of each report that is asked about, of each thing that is asked for."""

from collections.abc import Sequence
from dataclasses import replace

from citewire.services.citations.verdicts.named_ratios import ratios_in
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.models.extractive.figures import FittingRow, fitting_rows
from citewire.services.models.extractive.passages import Passage
from citewire.services.models.extractive.question import Stems, Wanted, is_calculated, roots
from citewire.services.models.extractive.table_sources import TableSource, table_sources

SURE = 0.8
"""The fit from which on a row is what was asked for."""

LIKELY = 0.7
"""The fit from which on a row may be."""

ROUGHLY = 0.4
"""The fit of a row that is told only where something must be, for the sources surely answer."""

MOST_ROWS = 5


def rows_that_answer(
    wanted: Wanted,
    passages: Sequence[Passage],
    told_as: Sequence[str],
    groups: Sequence[Sequence[str]],
) -> list[FittingRow]:
    """The rows that a question asks for, the most important first.

    Args:
        wanted: what it asks.
        passages: the sources.
        told_as: what reports call what it asks for.
        groups: the documents that each have a row of their own, as ids.
    """
    tables = table_sources(passages)
    found: list[FittingRow] = []
    for documents in groups:
        own = [table for table in tables if table.passage.document in documents]
        found += _rows(wanted, own, told_as, is_one=len(groups) > 1)
    return found[:MOST_ROWS]


def nearest_rows(wanted: Wanted, passages: Sequence[Passage]) -> list[FittingRow]:
    """The row that has most of the question's words, where none has enough of them."""
    return fitting_rows(wanted.stems, wanted, table_sources(passages), least=ROUGHLY)[:1]


def _rows(
    wanted: Wanted, tables: Sequence[TableSource], told_as: Sequence[str], *, is_one: bool
) -> list[FittingRow]:
    whole = fitting_rows(wanted.stems, wanted, tables, least=LIKELY)
    several = _best_of_each(wanted.parts, wanted, tables)
    more = _covered(several, wanted) - _covered(whole[:1], wanted)
    if len(several) > 1 and (more > 0 or (more == 0 and wanted.sets_against)):
        return _as_parts(several) if is_calculated(wanted) else several
    if whole and whole[0].fit >= SURE:
        return _alike(whole, is_one=is_one)
    if divided := _rows_of_ratio(wanted, tables):
        return divided
    renamed = [roots(words_of(flatten(phrase))) for phrase in told_as]
    parts = several or _best_of_each(renamed, wanted, tables)
    if parts:
        return _as_parts(parts) if is_calculated(wanted) else parts
    return _alike(whole, is_one=is_one)


def _as_parts(rows: Sequence[FittingRow]) -> list[FittingRow]:
    return [replace(row, is_part=True) for row in rows]


def _rows_of_ratio(wanted: Wanted, tables: Sequence[TableSource]) -> list[FittingRow]:
    """The rows that are divided for a ratio that the question calls by its name, if both are there.

    They are told and not divided: what is quoted stands in a report.
    """
    for ratio in ratios_in(flatten(wanted.text)):
        sides = [
            [
                row
                for words in side
                for row in fitting_rows(roots(words), wanted, tables, least=SURE)
            ]
            for side in ratio
        ]
        if all(sides):
            return _as_parts([min(rows, key=lambda row: row.rank) for rows in sides])
    return []


def _covered(rows: Sequence[FittingRow], wanted: Wanted) -> int:
    """How many of the words of a question the heads of some rows have."""
    said = frozenset[str]().union(*(row.head.words | row.head.group for row in rows))
    return len(said & wanted.stems)


def _alike(rows: Sequence[FittingRow], *, is_one: bool) -> list[FittingRow]:
    """The best row, and those of other reports that fit as well unless one is asked for."""
    found: dict[str, FittingRow] = {}
    for row in rows:
        if row.rank[:2] == rows[0].rank[:2]:
            found.setdefault(row.source.passage.document, row)
    return list(found.values())[: 1 if is_one else 3]


def _best_of_each(
    subjects: Sequence[Stems], wanted: Wanted, tables: Sequence[TableSource]
) -> list[FittingRow]:
    """The best row for each of several things, each once."""
    found: dict[tuple[int, int, int], FittingRow] = {}
    for subject in subjects:
        for row in fitting_rows(subject, wanted, tables, least=SURE)[:1]:
            passage = row.source.passage
            found.setdefault((passage.number, passage.start, row.line), row)
    return list(found.values())
