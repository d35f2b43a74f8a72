"""Turns: what is stored of a question with its answer, and what of it is shown for condensing."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from citewire.errors import CitewireError
from citewire.services.answers.answer import Answer
from citewire.services.answers.events import Ids, StoppedBy, TurnStatus, Usage
from citewire.services.answers.reducer import ToldAnswer
from citewire.services.citations.model import Citation, Source
from citewire.storage.chats.store import Message
from citewire.workflows.catalogue.model import SpokenOf

CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class HistoryLimits:
    """How much of the chat is shown for condensing."""

    turns: int
    tokens: int


def to_messages(
    ids: Ids,
    answer: Answer | ToldAnswer,
    status: TurnStatus,
    *,
    model: str,
    at: str,
    stopped_by: StoppedBy | None = None,
    usage: Usage | None = None,
    error: CitewireError | None = None,
) -> tuple[Message, Message]:
    """The question and the answer of one turn, as stored.

    Args:
        ids: of the run and its messages.
        answer: what was said so far.
        status: how the run ended.
        model: who answered.
        at: now, in ISO 8601.
        stopped_by: who ended it before its end.
        usage: tokens of a whole answer.
        error: why it failed; its message is kept.
    """
    asked = {
        "message_id": ids.user_message_id,
        "role": "user",
        "text": answer.question,
        "status": status,
        "created_at": at,
        "sources": [],
    }
    answered: Message = {
        "message_id": ids.assistant_message_id,
        "role": "assistant",
        "text": answer.text,
        "status": status,
        "created_at": at,
        "run_id": ids.run_id,
        "model": model,
        "standalone": answer.standalone,
        "sub_questions": answer.sub_questions,
        "document": answer.document,
        "finish_reason": answer.finish_reason if status == "complete" else None,
        "route": answer.route,
        "spoken_of": answer.spoken_of,
        "sources": answer.sources,
        "evidence": answer.evidence,
        "citations": answer.citations,
        "warnings": answer.warnings,
        "timings": answer.timings,
        "error": str(error) if error else None,
    }
    # A chat is exported as it is stored: what does not belong to its end is not in it.
    if stopped_by is not None:
        answered["stopped_by"] = stopped_by
    if usage is not None:
        answered["usage"] = usage
    return asked, answered


def kept_sources(sources: Sequence[Source]) -> Sequence[Source]:
    """The sources whose passages are kept with a turn: the cited ones, all if none is."""
    return [source for source in sources if source.cited] or sources


def kept_passages(sources: Sequence[Source], citations: Sequence[Citation]) -> list[str]:
    """The ids of the passages that are kept with a turn, those with words of a claim among them."""
    beside = (one.verification.beside for one in citations)
    ids = [source.passage_id for source in kept_sources(sources)]
    return list(dict.fromkeys([*ids, *(one.passage_id for one in beside if one)]))


def recent_turns(messages: Sequence[Message], *, tokens: int) -> list[tuple[Message, Message]]:
    """The last turns, as question and answer, that fit in `tokens`, oldest first.

    Tokens are estimated at four characters each.
    """
    turns: list[tuple[Message, Message]] = []
    room = tokens * CHARS_PER_TOKEN
    for asked, answered in zip(messages[-2::-2], messages[-1::-2], strict=True):
        room -= len(asked["text"]) + len(answered["text"])
        if room < 0:
            break
        turns.insert(0, (asked, answered))
    return turns


def without_refused(messages: Sequence[Message]) -> list[Message]:
    """Whole turns without those that were refused: no follow-up may lead back to them."""
    turns = zip(messages[::2], messages[1::2], strict=True)
    return [one for turn in turns if turn[1].get("finish_reason") != "blocked" for one in turn]


def last_spoken_of(messages: Sequence[Message]) -> SpokenOf:
    """What the last answer that had sources spoke of; thanks and the like are passed over."""
    for message in reversed(without_refused(messages)):
        spoken_of = SpokenOf.from_json(message.get("spoken_of"))
        # Of an answer that found nothing, its sources tell nothing unless one report was asked.
        is_told = message.get("finish_reason") != "no_evidence" or spoken_of.alone
        if spoken_of.doc_ids and is_told:
            return spoken_of
    return SpokenOf()


def recent_history(
    messages: Sequence[Message], *, tokens: int, summary: str | None = None
) -> list[ChatMessage]:
    """The last turns that fit in `tokens`, oldest first, after a summary of those before.

    A turn that failed before it said anything is left out: two questions in a row would be
    condensed as one. So is one that was refused.
    """
    history: list[ChatMessage] = []
    if summary:
        told = f"Earlier in this conversation: {summary}"
        history.append(ChatMessage(role=MessageRole.SYSTEM, content=told))
    for asked, answered in recent_turns(without_refused(messages), tokens=tokens):
        if answered["text"]:
            history += (
                ChatMessage(role=MessageRole.USER, content=asked["text"]),
                ChatMessage(role=MessageRole.ASSISTANT, content=answered["text"]),
            )
    return history
