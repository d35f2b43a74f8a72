"""Asking in the words of others: one way in for all of them, and one way through their streams."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request

from citewire.api.compat.openai_models import MODEL, answerable_by
from citewire.api.dependencies import caller_of, check_length, services_of
from citewire.api.schemas import Filters
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.runs import Run
from citewire.storage.chats.store import Message


@dataclass(frozen=True, slots=True)
class AskedElsewhere:
    """What is asked, in whichever words it was.

    Args:
        question: the last message.
        field: of the body that has it.
        told_before: the turns before it, where no stored chat is named.
        chat_id: of the stored chat that is gone on with; None keeps nothing.
        filters: what it may be answered from.
        model: that is asked.
        replaces: a question of the chat in whose place this one is asked.
    """

    question: str
    field: str
    told_before: Sequence[Message]
    chat_id: str | None = None
    filters: Filters | None = None
    model: str = MODEL
    replaces: str | None = None


@asynccontextmanager
async def let_in(request: Request, wanted: AskedElsewhere) -> AsyncGenerator[Run, None]:
    """Let a question in, as `admitted_run` does: all that is refused is refused here."""
    services, caller = services_of(request), await caller_of(request)
    check_length(services, wanted.question, wanted.field)
    passages, collections = await answerable_by(services, caller, wanted.model, wanted.filters)
    async with services.chat.admitted(
        wanted.question,
        owner=caller.owner,
        chat_id=wanted.chat_id,
        filter=passages,
        replaces=wanted.replaces,
        turns=wanted.told_before if wanted.chat_id is None else None,
        caller=caller,
        collections=collections,
    ) as run:
        yield run


class Telling(Protocol):
    """Tells a run in other words."""

    def take(self, batch: ToldBatch) -> bytes:
        """What is sent of events that became known together; nothing of some."""


async def retold(
    telling: Telling, told: AsyncGenerator[ToldBatch, None]
) -> AsyncGenerator[bytes, None]:
    """Give the blocks of a stream in other words."""
    async with aclosing(told) as batches:
        async for batch in batches:
            if block := telling.take(batch):
                yield block


async def overheard(
    telling: Telling, told: AsyncGenerator[ToldBatch, None]
) -> AsyncGenerator[ToldBatch, None]:
    """Pass on what a run tells as it is, once `telling` has heard it."""
    async with aclosing(told) as batches:
        async for batch in batches:
            telling.take(batch)
            yield batch
