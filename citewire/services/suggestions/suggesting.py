"""What one may ask of some libraries: made once for each of their newest reports, and kept."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from citewire.services.suggestions.by_model import ModelSuggestions, Running
from citewire.services.suggestions.questions import (
    Question,
    is_title,
    of_both,
    of_figure,
    of_heading,
    of_whole,
)
from citewire.services.suggestions.reports import Example, ReportSaid, SuggestingReports, newest
from citewire.services.suggestions.wanted import Language
from citewire.storage.keys import Libraries
from citewire.storage.library.documents import DocumentReader

MOST_QUESTIONS: Final = 6
ENOUGH: Final = 3
"""With so many questions of a model none are told that no model made."""
MOST_KEPT: Final = 512
"""Choices of libraries."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What one may ask, and one question that is answered; empty and None without reports."""

    questions: tuple[Question, ...] = ()
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class _KeptSuggestions:
    suggestions: Suggestions
    changes: int


class Suggesting:
    """Makes and keeps what one may ask.

    Args:
        reports: tell what they say.
        by_model: has better questions after a while; None: no model is asked.
    """

    def __init__(
        self, reports: SuggestingReports, by_model: ModelSuggestions | None = None
    ) -> None:
        self._reports = reports
        self._by_model = by_model
        self._kept: OrderedDict[Libraries, _KeptSuggestions] = OrderedDict()

    async def of(
        self,
        documents: DocumentReader,
        libraries: Libraries,
        *,
        owner: str,
        language: Language | None = None,
    ) -> Suggestions:
        """What one may ask of the documents of `libraries`, kept until documents change.

        Args:
            documents: of the libraries.
            libraries: whose documents.
            owner: who asks, on whose account a model is asked later.
            language: in which a model is to ask; None: that of the reports.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        changes = await documents.changes()
        kept = self._kept.get(libraries)
        if kept is None or kept.changes != changes:
            kept = _KeptSuggestions(await self._read(documents), changes)
        self._kept[libraries] = kept
        self._kept.move_to_end(libraries)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        if self._by_model is None or not kept.suggestions.questions:
            return kept.suggestions
        better = await self._by_model.questions(documents, libraries, changes, owner, language)
        more = () if len(better) >= ENOUGH else kept.suggestions.questions
        questions = {question.text: question for question in (*better, *more)}
        return replace(kept.suggestions, questions=tuple(questions.values())[:MOST_QUESTIONS])

    async def run(self, running: Running) -> None:
        """Ask the model until cancelled, for what was wished for; at once over without a model.

        Args:
            running: counts the answers that are being written. While they are many, it waits.
        """
        if self._by_model is not None:
            await self._by_model.run(running)

    async def _read(self, documents: DocumentReader) -> Suggestions:
        records = await newest(documents, await documents.ids())
        said = await self._reports.said(records)
        return Suggestions(tuple(_picked(said)), _example(said))


def _picked(made: Sequence[ReportSaid]) -> list[Question]:
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


def _figures(one: ReportSaid) -> list[Question]:
    asked = [of_figure(one.record, figure) for figure in one.figures]
    return [question for question in asked if question is not None]


def _of_two(made: Sequence[ReportSaid]) -> list[Question]:
    """The first question that two reports answer alike."""
    for at, one in enumerate(made):
        for other in made[at + 1 :]:
            for figure in one.figures:
                for like in other.figures:
                    if question := of_both(one.record, other.record, figure, like):
                        return [question]
    return []


def _example(made: Sequence[ReportSaid]) -> Example | None:
    """One in the language of most reports: a figure if there is one, best with its unit."""
    spoken = Counter(one.record.language for one in made)
    examples = [one.example for one in made if one.example is not None]

    def worth(one: Example) -> tuple[int, bool, bool]:
        return spoken[one.record.language], one.is_figure, bool(one.unit)

    return max(examples, key=worth, default=None)
