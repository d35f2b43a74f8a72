"""The wire form of what one may ask."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from citewire.services.suggestions.suggesting import Suggestions


class SuggestedQuestion(BaseModel):
    """A question that reports at hand answer; `doc_ids` are those that it is about."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    doc_ids: list[str]


class ExampleView(BaseModel):
    """A question with words of a report that answer it, as they stand there.

    `quote` is what is marked in the passage; `unit` is what stands over a table of its figures,
    empty if nothing does. `title`, `organisation` and `periods` are those of the report.
    """

    question: str
    answer: str
    quote: str
    unit: str
    passage_id: str
    doc_id: str
    title: str
    organisation: str
    periods: list[str]
    page: int
    page_label: str


class SuggestionsView(BaseModel):
    """What one may ask of the reports at hand, and one question that is answered."""

    questions: list[SuggestedQuestion]
    example: ExampleView | None

    @classmethod
    def of(cls, found: Suggestions) -> Self:
        """As it is told."""
        questions = [SuggestedQuestion.model_validate(one) for one in found.questions]
        return cls(questions=questions, example=cls._example(found))

    @staticmethod
    def _example(found: Suggestions) -> ExampleView | None:
        example = found.example
        if example is None:
            return None
        record, told = example.record, example.passage.metadata
        return ExampleView(
            question=example.question,
            answer=example.answer,
            quote=example.quote,
            unit=example.unit,
            passage_id=example.passage.id_,
            doc_id=record.doc_id,
            title=record.title,
            organisation=record.organisation,
            periods=list(record.periods),
            page=told["page"],
            page_label=str(told.get("page_label", "")),
        )
