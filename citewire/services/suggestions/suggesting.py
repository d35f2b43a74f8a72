"""What one may ask of some libraries: made once for each of their newest reports, and kept."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from llama_index.core.schema import TextNode

from citewire.content.identity import Identity
from citewire.services.suggestions.figures import SOUGHT, StatedFigure, figures_of
from citewire.services.suggestions.questions import (
    Question,
    best_heading,
    is_title,
    of_both,
    of_figure,
    of_heading,
    of_whole,
)
from citewire.storage.keys import Libraries
from citewire.storage.library.documents import DocumentReader, DocumentRecord
from citewire.storage.library.outline import Outline, OutlineReader
from citewire.text.words import fold, sought_terms
from citewire.workflows.catalogue.opening import extracts_of, headings_of

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

MOST_QUESTIONS = 6
LOOKED_AT = 60
"""So many of the newest reports are looked at."""
MOST_REPORTS = 10
"""Of so many of these questions are made, of as many organisations as there are."""
YEAR = 4
"""Characters of a period that is a year."""
MOST_KEPT = 512
"""Choices of libraries, and as many reports."""
LONGEST_EXTRACT = 400


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
class Suggestions:
    """What one may ask, and one question that is answered; empty and None without reports."""

    questions: tuple[Question, ...] = ()
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made of one report."""

    record: DocumentRecord
    figures: tuple[StatedFigure, ...]
    heading: str | None
    example: Example | None


@dataclass(frozen=True, slots=True)
class _KeptSuggestions:
    suggestions: Suggestions
    changes: int


class Suggesting:
    """Makes and keeps what one may ask.

    Args:
        outlines: tell how reports begin and what stands in their tables.
    """

    def __init__(self, outlines: OutlineReader) -> None:
        self._outlines = outlines
        self._kept: OrderedDict[Libraries, _KeptSuggestions] = OrderedDict()
        self._made: OrderedDict[tuple[str, str, Identity], _Made] = OrderedDict()

    async def of(self, documents: DocumentReader, libraries: Libraries) -> Suggestions:
        """What one may ask of the documents of `libraries`, kept until documents change.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        changes = await documents.changes()
        kept = self._kept.get(libraries)
        if kept is None or kept.changes != changes:
            kept = _KeptSuggestions(await self._read(documents), changes)
        _keep(self._kept, libraries, kept)
        return kept.suggestions

    async def _read(self, documents: DocumentReader) -> Suggestions:
        newest = (await documents.ids())[-LOOKED_AT:]
        if not newest:  # no ids are all
            return Suggestions()
        records = [one async for some in documents.batches(newest) for one in some]
        made = [await self._of_one(record) for record in _chosen(records)]
        return Suggestions(tuple(_picked(made)), _example(made))

    async def _of_one(self, record: DocumentRecord) -> _Made:
        key = record.doc_id, record.title, record.identity
        known = self._made.get(key)
        if known is not None:
            return known
        outline = await self._outlines.read(record.doc_id)
        tables = await self._outlines.with_words(record.doc_id, sought_terms(SOUGHT))
        # Off the loop: a report may have hundreds of headings and large tables.
        made = await asyncio.to_thread(_make, record, outline, tables)
        _keep(self._made, key, made)
        return made


def _keep(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)


def _chosen(records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    """The newest reports, those of a known kind and of different organisations first."""
    first: dict[str, DocumentRecord] = {}
    rest: list[DocumentRecord] = []
    newest = records[::-1]
    for record in sorted(newest, key=lambda record: not record.kind):
        whose = fold(record.organisation or record.title)
        if whose in first:
            rest.append(record)
        else:
            first[whose] = record
    return [*first.values(), *rest][:MOST_REPORTS]


def _make(record: DocumentRecord, outline: Outline, tables: Sequence[TextNode]) -> _Made:
    # A quarter stands beside other columns of its year.
    wanted = frozenset(period for period in record.periods if len(period) == YEAR)
    figures = tuple(figures_of(tables, wanted))
    headings, _ = headings_of(outline, record.title)
    besides = f"{record.title} {record.organisation}"
    heading = best_heading([one.text for one in headings], besides=besides)
    return _Made(record, figures, heading, _exemplary(record, figures, outline))


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


def _picked(made: Sequence[_Made]) -> list[Question]:
    """Of two reports at once, of figures, of headings and of whole reports: each of another one."""
    pair = _of_two(made)
    paired = {doc_id for question in pair for doc_id in question.doc_ids}
    asked = [some for one in made if (some := _figures(one))]
    # Those of the pair come last: the same is asked of them already.
    figures = [some[0] for some in sorted(asked, key=lambda some: some[0].doc_ids[0] in paired)]
    others = sorted(
        (one for one in made if not _figures(one)), key=lambda one: not is_title(one.record)
    )
    headings = [of_heading(one.record, one.heading) for one in others if one.heading]
    wholes = [of_whole(one.record) for one in others if not one.heading] or [
        of_whole(one.record) for one in made[-1:]
    ]
    more = [question for one in made for question in _figures(one)[1:]]
    shares = [*pair, *figures[:2], *headings[:2], *wholes[:1]]
    picked = [*shares, *figures[2:], *more, *headings[2:], *wholes[1:]]
    return list({question.text: question for question in picked}.values())[:MOST_QUESTIONS]


def _figures(one: _Made) -> list[Question]:
    asked = [of_figure(one.record, figure) for figure in one.figures]
    return [question for question in asked if question is not None]


def _of_two(made: Sequence[_Made]) -> list[Question]:
    """The first question that two reports answer alike."""
    for at, one in enumerate(made):
        for other in made[at + 1 :]:
            for figure in one.figures:
                for like in other.figures:
                    if question := of_both(one.record, other.record, figure, like):
                        return [question]
    return []


def _example(made: Sequence[_Made]) -> Example | None:
    """One in the language of most reports: a figure if there is one, best with its unit."""
    spoken = Counter(one.record.language for one in made)
    examples = [one.example for one in made if one.example is not None]

    def worth(one: Example) -> tuple[int, bool, bool]:
        return spoken[one.record.language], one.is_figure, bool(one.unit)

    return max(examples, key=worth, default=None)
