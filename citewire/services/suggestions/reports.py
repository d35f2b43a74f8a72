"""What suggestions are made of: the newest reports, and what each of them says."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from llama_index.core.schema import TextNode

from citewire.content.identity import Identity
from citewire.services.suggestions.figures import SOUGHT, StatedFigure, figures_of
from citewire.services.suggestions.questions import best_heading, of_figure, of_whole
from citewire.storage.library.documents import DocumentReader, DocumentRecord
from citewire.storage.library.outline import Outline, OutlineReader
from citewire.text.words import fold, sought_terms
from citewire.workflows.catalogue.opening import extracts_of, headings_of

LOOKED_AT: Final = 60
"""So many of the newest reports are looked at."""
MOST_REPORTS: Final = 10
"""Of so many of these questions are made, of as many organisations as there are."""
MOST_KEPT: Final = 512
YEAR: Final = 4
"""Characters of a period that is a year."""
LONGEST_EXTRACT: Final = 400


@dataclass(frozen=True, slots=True)
class Example:
    """A question with words of a report that answer it, as they stand there.

    Args:
        question: in words.
        answer: the words: a figure with its name, or a sentence.
        quote: what is marked in the passage.
        unit: what stands over the table of a figure of its unit; empty if nothing does.
        passage: in which they stand.
        record: of the report.
        is_figure: whether they are one of a table.
    """

    question: str
    answer: str
    quote: str
    unit: str
    passage: TextNode
    record: DocumentRecord
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class ReportSaid:
    """What a report says of which one may ask.

    Args:
        record: of the report.
        figures: that its tables state plainly.
        headings: those that tell most.
        heading: the one of them that says best what stands under it; None if none does.
        example: a question that it answers; None if there is none.
    """

    record: DocumentRecord
    figures: tuple[StatedFigure, ...]
    headings: tuple[str, ...]
    heading: str | None
    example: Example | None


class SuggestingReports:
    """Reads what reports say of which one may ask, each once.

    Args:
        outlines: tell how reports begin and what stands in their tables.
    """

    def __init__(self, outlines: OutlineReader) -> None:
        self._outlines = outlines
        self._known: OrderedDict[tuple[str, str, Identity], ReportSaid] = OrderedDict()

    async def said(self, records: Sequence[DocumentRecord]) -> list[ReportSaid]:
        """What each of some reports says.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        return [await self._said(record) for record in records]

    async def _said(self, record: DocumentRecord) -> ReportSaid:
        key = record.doc_id, record.title, record.identity
        said = self._known.get(key)
        if said is None:
            outline = await self._outlines.read(record.doc_id)
            tables = await self._outlines.with_words(record.doc_id, sought_terms(SOUGHT))
            # Off the loop: a report may have hundreds of headings and large tables.
            said = await asyncio.to_thread(_said_by, record, outline, tables)
            self._known[key] = said
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return said


async def newest(documents: DocumentReader, doc_ids: Sequence[str]) -> list[DocumentRecord]:
    """The newest reports, those of a known kind and of different organisations first.

    Args:
        documents: where they lie.
        doc_ids: of all that lie there, the newest last.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    if not doc_ids:  # no ids are all
        return []
    last = doc_ids[-LOOKED_AT:]
    records = [one async for some in documents.batches(last) for one in some]
    records.reverse()
    first: dict[str, DocumentRecord] = {}
    rest: list[DocumentRecord] = []
    for record in sorted(records, key=lambda record: not record.kind):
        whose = fold(record.organisation or record.title)
        if whose in first:
            rest.append(record)
        else:
            first[whose] = record
    return [*first.values(), *rest][:MOST_REPORTS]


def _said_by(record: DocumentRecord, outline: Outline, tables: Sequence[TextNode]) -> ReportSaid:
    # A quarter stands beside other columns of its year.
    wanted = frozenset(period for period in record.periods if len(period) == YEAR)
    figures = tuple(figures_of(tables, wanted))
    found, _ = headings_of(outline, record.title)
    headings = tuple(one.text for one in found)
    heading = best_heading(headings, besides=f"{record.title} {record.organisation}")
    return ReportSaid(record, figures, headings, heading, _exemplary(record, figures, outline))


def _exemplary(
    record: DocumentRecord, figures: Sequence[StatedFigure], outline: Outline
) -> Example | None:
    for figure in figures:
        if figure.is_certain and (question := of_figure(record, figure)):
            told = f"{figure.label}, {figure.year}: {figure.value}"
            unit, passage = figure.unit, figure.passage
            return Example(question.text, told, figure.quote, unit, passage, record, is_figure=True)
    for extract in extracts_of(outline, record.title):
        sentence = extract.sentences[0]
        if len(sentence) <= LONGEST_EXTRACT:
            told = " ".join(sentence.split())
            node = extract.passage.node
            assert isinstance(node, TextNode)
            return Example(of_whole(record).text, told, sentence, "", node, record)
    return None
