"""The events of one answering run: what goes in, what streams out, what it ends with."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.schema import NodeWithScore
from llama_index.core.workflow import Event, StartEvent, StopEvent
from pydantic import Field, InstanceOf
from pydantic.json_schema import SkipJsonSchema

from citewire.workflows.catalogue.model import DocumentName, SpokenOf
from citewire.workflows.evidence import Evidence
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing.plan import Plan
from citewire.workflows.run_context import Extracted, FinishReason, RunContext

Stage = Literal["screen", "condense", "retrieve", "look", "generate", "think"]
Route = Literal["answer", "catalogue", "reply", "refuse"]
WarningCode = Literal["condense_fallback", "model_fallback", "ambiguous_document", "not_reranked"]
# The library draws the graph with the schemas of the events, which have none for a future.
PendingVerdict = SkipJsonSchema[asyncio.Future[bool] | None]


class AskEvent(StartEvent):
    """A question, with what the run must know of its chat."""

    question: str
    history: list[ChatMessage] = Field(default_factory=list)
    filter: PassageFilter
    spoken_of: SpokenOf | None = Field(default_factory=SpokenOf)
    """What the turn before was about; None if that is to be found from the history."""
    run: SkipJsonSchema[InstanceOf[RunContext]] = Field(default_factory=RunContext)


class AskedEvent(Event):
    """The question may be worked on; while `verdict` is pending, nothing may be said yet."""

    ask: AskEvent
    verdict: PendingVerdict = None


class AnswerEvent(AskedEvent):
    """It is a question to the reports."""

    plan: Plan


class ReplyEvent(Event):
    """It wants no report, or what the catalogue tells: `text` is the reply.

    `nodes` are the passages that it quotes, `candidates` the documents of which one is to be
    chosen.
    """

    text: str
    verdict: PendingVerdict = None
    nodes: list[NodeWithScore] = Field(default_factory=list)
    candidates: list[DocumentName] = Field(default_factory=list)
    route: Route = "reply"


class RefuseEvent(Event):
    """It is not answered; `text` says so."""

    text: str


class RecordEvent(Event):
    """All is said."""

    finish_reason: FinishReason
    route: Route


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run shows while it goes on: no step takes it, so that it is no event of the library.

    One is made for each piece of an answer, and an event of the library costs as much as all else
    that is done with a token.
    """


@dataclass(frozen=True, slots=True)
class StageEvent(Shown):
    """The run enters a stage, or enters it again after a retry."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class RetrievingEvent(Shown):
    """Retrieval begins: the question stands alone; `parts` are its questions, if several.

    `document` alone is searched, because the question points at it.
    """

    standalone: str
    parts: tuple[str, ...] = ()
    document: DocumentName | None = None


@dataclass(frozen=True, slots=True)
class SourcesEvent(Shown):
    """The numbered passages that the model is given; source n is `nodes[n - 1]`.

    Unless the evidence is none, generation begins; it is None where nothing was to be answered
    from reports.
    """

    nodes: list[NodeWithScore]
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class WarnEvent(Shown):
    """Something of this run is not as it should be."""

    code: WarningCode
    message: str
    documents: list[DocumentName] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeltaEvent(Shown):
    """Text of the answer that arrived together, in the provider's own cuts.

    `quoted` says that it is taken from the passages, and said by nobody; `extracted` tells of each
    marker of the answer from where.
    """

    parts: tuple[str, ...]
    quoted: bool = False
    extracted: tuple[Extracted | None, ...] = ()


@dataclass(frozen=True, slots=True)
class QuietEvent(Shown):
    """The model has said nothing for a while."""


class AnsweredEvent(StopEvent):
    """The run is over: with what has streamed, this is what is stored of it."""

    finish_reason: FinishReason
    route: Route = "answer"
