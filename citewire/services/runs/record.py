"""The record of a run: what its turn does not tell. Put together once, when the run is over."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from pydantic import TypeAdapter

from citewire import __version__
from citewire.services.answers.answer import Answer
from citewire.services.answers.events import Ids, Usage
from citewire.services.answers.reducer import ToldAnswer
from citewire.settings import Settings
from citewire.storage.keys import Libraries, index_name
from citewire.storage.runs.records import StoredRecord
from citewire.workflows.model_calls import ModelCall
from citewire.workflows.retriever import PassageFilter

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Setup:
    """What is the same for all runs of a server.

    Args:
        version: of Citewire.
        model: who answers.
        similarity_top_k: passages given to it.
        embedding: the model that the passages were found with.
        index: the search index, with the version of its schema.
        withhold: whether parts of passages may be kept from the model.
        history_turns: how much of the chat is shown for condensing.
        history_tokens: the same.
    """

    version: str
    model: str
    similarity_top_k: int
    embedding: str
    index: str
    withhold: bool
    history_turns: int
    history_tokens: int

    @classmethod
    def from_settings(cls, settings: Settings, *, model: str, embedding: str) -> "Setup":
        """The setup of a server with these settings, and with models of these names."""
        return cls(
            version=__version__,
            model=model,
            similarity_top_k=settings.retrieval.similarity_top_k,
            embedding=embedding,
            index=index_name(settings.storage.namespace),
            withhold=settings.retrieval.withhold,
            history_turns=settings.chats.history_turns,
            history_tokens=settings.chats.history_tokens,
        )


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is kept of a run beside its turn, which has question, sources, answer and citations.

    Args:
        ids: of the run, its chat and its messages.
        asked_at: ISO 8601.
        setup: of the server that answered.
        doc_ids: only these documents were searched; empty: all.
        folder_ids: only these folders; empty: all.
        labels: only reports of these organisations, periods and kinds, as in `PassageFilter`.
        stages: each stage with when it began, in milliseconds since the run did.
        calls: what language models were asked, in order.
        usage: tokens of the answer.
        is_fallback: whether something else than the model's own plan was followed.
        has_text: whether the rest is kept: CITEWIRE_RUN_RECORDS=text.
        fallback: why the plan was not followed.
        summary: of older turns, in the words in which it was shown for condensing.
        searched: the libraries that were searched, as in `PassageFilter`.
    """

    ids: Ids
    asked_at: str
    setup: Setup
    doc_ids: tuple[str, ...]
    folder_ids: tuple[str, ...]
    stages: Sequence[tuple[str, float]]
    calls: Sequence[ModelCall]
    usage: Usage
    is_fallback: bool
    has_text: bool
    fallback: str = ""
    summary: str = ""
    labels: tuple[tuple[str, ...], ...] = ()
    searched: Libraries | None = None

    @classmethod
    def from_json(cls, body: bytes) -> "RunRecord":
        """A record as it is stored."""
        return _RECORD.validate_json(body)


_RECORD = TypeAdapter(RunRecord)


class Recorder:
    """Makes the records of a server's runs.

    Args:
        setup: of the server.
        keeps_text: keep what prompts are made from: it is text.
        ttl_days: how long a record is kept.
    """

    def __init__(self, setup: Setup, *, keeps_text: bool, ttl_days: int) -> None:
        self._setup = setup
        self._keeps_text = keeps_text
        self._ttl_s = ttl_days * DAY_S

    def record(
        self,
        ids: Ids,
        answer: Answer | ToldAnswer,
        *,
        asked_at: str,
        filter: PassageFilter,
        calls: Sequence[ModelCall] = (),
        history: Sequence[ChatMessage] = (),
        usage: Usage | None = None,
    ) -> StoredRecord:
        """The record of a run that is over, however it ended.

        Args:
            ids: of the run and its messages.
            answer: what was said.
            asked_at: ISO 8601.
            filter: what was searched.
            calls: what language models were asked.
            history: what was shown of the chat.
            usage: tokens of the answer.
        """
        record = RunRecord(
            ids=ids,
            asked_at=asked_at,
            setup=self._setup,
            doc_ids=filter.doc_ids,
            folder_ids=filter.folder_ids,
            labels=filter.labels,
            searched=filter.searched,
            stages=answer.stages,
            calls=calls if self._keeps_text else [_without_nonce(call) for call in calls],
            usage=usage or Usage(),
            is_fallback=bool(answer.fallback),
            has_text=self._keeps_text,
            fallback=answer.fallback if self._keeps_text else "",
            summary=_summary(history) if self._keeps_text else "",
        )
        return StoredRecord(ids.run_id, orjson.dumps(record), self._ttl_s)


def build_recorder(settings: Settings, setup: Setup) -> Recorder | None:
    """The recorder that the settings ask for."""
    if settings.runs.run_records == "off":
        return None
    return Recorder(
        setup,
        keeps_text=settings.runs.run_records == "text",
        ttl_days=settings.runs.run_records_ttl_days,
    )


def _without_nonce(call: ModelCall) -> ModelCall:
    """Without it the prompt cannot be made again."""
    return ModelCall(call.purpose, call.prompt_sha256, "", call.parameters)


def _summary(history: Sequence[ChatMessage]) -> str:
    first = history[0] if history else None
    return first.content or "" if first and first.role == MessageRole.SYSTEM else ""
