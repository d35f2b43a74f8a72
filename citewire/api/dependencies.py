"""What routes are given: the parts built in the lifespan, and questions that were let in."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError

from citewire.api.schemas import AskRequest
from citewire.errors import AlreadyAsked
from citewire.services.assembly.library import Library
from citewire.services.chat import ChatService
from citewire.services.chats.chats import Chats
from citewire.services.pages.copies import PageCopies
from citewire.services.passages.succession import Succession
from citewire.services.runs.detached import DetachedRuns
from citewire.services.runs.following import Replays
from citewire.services.runs.runs import Once, Run
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings
from citewire.storage.keys import folder_id
from citewire.storage.library.documents import DocumentStore
from citewire.workflows.retriever import PassageFilter


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the lifespan builds."""

    settings: Settings
    library: Library
    service: ChatService
    replays: Replays
    held: DetachedRuns | None
    chats: Chats
    uploads: Uploads
    jobs: Jobs
    page_copies: PageCopies
    succession: Succession


async def parts_of(request: Request) -> Parts:
    """The parts of the running app; async, for FastAPI runs plain functions in a thread."""
    return cast(Parts, request.app.state.parts)


AppParts = Annotated[Parts, Depends(parts_of)]


async def owner_of(request: Request) -> str:
    """Whose data a request is about: `KeyCheck` knows it."""
    return cast(str, request.state.owner)


Owner = Annotated[str, Depends(owner_of)]


async def documents_of(parts: AppParts, owner: Owner) -> DocumentStore:
    """The documents of whoever asks."""
    return parts.library.documents.owned_by(owner)


Documents = Annotated[DocumentStore, Depends(documents_of)]


@dataclass(frozen=True, slots=True)
class JoinedRun:
    """A run that was asked before with the same Idempotency-Key."""

    run_id: str
    owner: str


IdempotencyKey = Annotated[str | None, Header(pattern=r"^[ -~]{1,128}$")]


async def admitted_run(
    ask: AskRequest, request: Request, idempotency_key: IdempotencyKey = None
) -> AsyncGenerator[Run | JoinedRun, None]:
    """Let a question in, before the first byte; its place is held until the answer is sent.

    An exception inside a stream is a broken 200, so all that deserves a status is checked here.
    """
    # Called, not depended on: FastAPI takes longer to resolve each than all else done here.
    parts, owner = await parts_of(request), await owner_of(request)
    if len(ask.message) > parts.settings.server.max_message_chars:
        limit = parts.settings.server.max_message_chars
        raise RequestValidationError(
            [{"loc": ("body", "message"), "msg": f"must have at most {limit} characters"}]
        )
    once = _once(idempotency_key, owner, ask) if idempotency_key is not None else None
    async with AsyncExitStack() as stack:
        while True:
            admitted = parts.service.admitted(
                ask.message,
                owner=owner,
                chat_id=ask.chat_id,
                filter=_passage_filter(ask, owner),
                replaces=ask.replaces,
                once=once,
            )
            try:
                run: Run | JoinedRun = await stack.enter_async_context(admitted)
                break
            except AlreadyAsked as before:
                # One that was refused before its first event leaves the key to the next.
                stack.enter_context(parts.replays.reading())
                if await parts.replays.begun(before.run_id, owner):
                    run = JoinedRun(before.run_id, owner)
                    break
        yield run


Asked = Annotated[Run | JoinedRun, Depends(admitted_run)]


async def reader(parts: AppParts) -> AsyncGenerator[None, None]:
    """Hold the place of one that follows a run, until it has been sent what it wants."""
    with parts.replays.reading():
        yield


Reading = Annotated[None, Depends(reader)]


def _once(key: str, owner: str, ask: AskRequest) -> Once:
    named = hashlib.sha256(f"{owner}\0{key}".encode()).hexdigest()
    return Once(named, hashlib.sha256(ask.model_dump_json().encode()).hexdigest())


def _passage_filter(ask: AskRequest, owner: str) -> PassageFilter:
    if ask.filters is None:
        return PassageFilter(owner)
    folders = tuple(folder_id(name, owner) for name in ask.filters.folders)
    return PassageFilter(owner, doc_ids=tuple(ask.filters.doc_ids), folder_ids=folders)
