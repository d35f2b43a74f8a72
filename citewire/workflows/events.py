"""The events of one answering run: what goes in, what streams out, what it ends with."""

from typing import Literal

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.schema import NodeWithScore
from llama_index.core.workflow import Event, StartEvent, StopEvent
from pydantic import Field

from citewire.workflows.evidence import Evidence
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.synthesis import FinishReason, Generation

Stage = Literal["screen", "condense", "retrieve", "generate"]


class AskEvent(StartEvent):
    """A question, with what the run must know of its chat.

    `generation` is filled in while the answer streams, so that whoever cancels the run can still
    read what was used so far.
    """

    question: str
    history: list[ChatMessage] = Field(default_factory=list)
    filter: PassageFilter
    generation: Generation = Field(default_factory=Generation)


class StageEvent(Event):
    """The run enters a stage, or enters it again after a retry."""

    stage: Stage


class RetrievingEvent(Event):
    """Retrieval begins: the question stands alone."""

    standalone: str


class SourcesEvent(Event):
    """The numbered passages that the model is given; source n is `nodes[n - 1]`.

    Unless the evidence is none, generation begins.
    """

    nodes: list[NodeWithScore]
    evidence: Evidence


class DeltaEvent(Event):
    """Text of the answer that arrived together, in the provider's own cuts."""

    parts: tuple[str, ...]


class QuietEvent(Event):
    """The model has said nothing for a while."""


class AnsweredEvent(StopEvent):
    """The answer is complete."""

    finish_reason: FinishReason
