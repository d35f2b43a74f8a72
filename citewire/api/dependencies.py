"""What routes are given: the services that they need, and questions that were let in."""

import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError

from citewire.api.schemas import AskRequest, Filters
from citewire.errors import AlreadyAsked
from citewire.services.access.caller import Caller
from citewire.services.access.door import Door
from citewire.services.access.made_keys import MadeKeys
from citewire.services.assembly.readiness import ReadinessChecks
from citewire.services.assembly.serving import Services
from citewire.services.chat import ChatService
from citewire.services.chats.chats import Chats
from citewire.services.pages.copies import PageCopies
from citewire.services.passages.succession import Succession
from citewire.services.runs.following import Following
from citewire.services.runs.runs import Once, Run
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings
from citewire.storage.chats.store import ChatStore
from citewire.storage.keys import folder_id
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.labels import kind_labels, organisation_labels, period_labels
from citewire.storage.library.passage_read import PassageReader
from citewire.workflows.retriever import PassageFilter


def services_of(request: Request) -> Services:
    """The services of the running app."""
    return cast(Services, request.app.state.services)


def _service(pick: Callable[[Services], object]) -> Any:
    """A dependency on one of the services; async, for FastAPI runs plain functions in a thread."""

    async def given(request: Request) -> object:
        return pick(services_of(request))

    return Depends(given)


ChatServiceDep = Annotated[ChatService, _service(lambda services: services.chat)]
ChatsDep = Annotated[Chats, _service(lambda services: services.chats)]
ChatStoreDep = Annotated[ChatStore, _service(lambda services: services.chat_store)]
DoorDep = Annotated[Door, _service(lambda services: services.door)]
JobsDep = Annotated[Jobs, _service(lambda services: services.jobs)]
MadeKeysDep = Annotated[MadeKeys, _service(lambda services: services.made_keys)]
PageCopiesDep = Annotated[PageCopies, _service(lambda services: services.page_copies)]
PassagesDep = Annotated[PassageReader, _service(lambda services: services.passages)]
ReadinessDep = Annotated[ReadinessChecks, _service(lambda services: services.readiness)]
SettingsDep = Annotated[Settings, _service(lambda services: services.settings)]
SuccessionDep = Annotated[Succession, _service(lambda services: services.succession)]
UploadsDep = Annotated[Uploads, _service(lambda services: services.uploads)]


async def caller_of(request: Request) -> Caller:
    """Who asks: `KeyCheck` knows it."""
    return cast(Caller, request.state.caller)


CallerDep = Annotated[Caller, Depends(caller_of)]


async def owner_of(request: Request) -> str:
    """Whose data a request is about."""
    owner = (await caller_of(request)).owner
    # Before anything is done: what cannot be told is not done.
    await services_of(request).audit.know(owner)
    return owner


Owner = Annotated[str, Depends(owner_of)]


async def documents_of(request: Request, owner: Owner) -> DocumentStore:
    """The documents of whoever asks."""
    return services_of(request).documents.owned_by(owner)


DocumentsDep = Annotated[DocumentStore, Depends(documents_of)]


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
    services, owner = services_of(request), await owner_of(request)
    if len(ask.message) > services.settings.server.max_message_chars:
        limit = services.settings.server.max_message_chars
        raise RequestValidationError(
            [{"loc": ("body", "message"), "msg": f"must have at most {limit} characters"}]
        )
    await services.allowances.check_tokens(owner)
    once = _once(idempotency_key, owner, ask) if idempotency_key is not None else None
    async with AsyncExitStack() as stack:
        while True:
            admitted = services.chat.admitted(
                ask.message,
                owner=owner,
                chat_id=ask.chat_id,
                filter=passage_filter(ask.filters, owner),
                replaces=ask.replaces,
                once=once,
            )
            try:
                run: Run | JoinedRun = await stack.enter_async_context(admitted)
                break
            except AlreadyAsked as before:
                # One that was refused before its first event leaves the key to the next.
                stack.enter_context(services.following.reading(owner))
                if await services.following.begun(before.run_id, owner):
                    run = JoinedRun(before.run_id, owner)
                    break
        yield run


Asked = Annotated[Run | JoinedRun, Depends(admitted_run)]


async def following_runs(request: Request, owner: Owner) -> AsyncGenerator[Following, None]:
    """Those who follow runs, with the place of one more, until it has been sent what it wants."""
    following = services_of(request).following
    with following.reading(owner):
        yield following


FollowingDep = Annotated[Following, Depends(following_runs)]


def _once(key: str, owner: str, ask: AskRequest) -> Once:
    named = hashlib.sha256(f"{owner}\0{key}".encode()).hexdigest()
    return Once(named, hashlib.sha256(ask.model_dump_json().encode()).hexdigest())


def passage_filter(wanted: Filters | None, owner: str) -> PassageFilter:
    """Which passages an owner's question may be answered from."""
    if wanted is None:
        return PassageFilter(owner)
    folders = tuple(folder_id(name, owner) for name in wanted.folders)
    labels = (
        organisation_labels(wanted.organisations),
        period_labels(wanted.periods),
        kind_labels(wanted.kinds),
    )
    return PassageFilter(
        owner,
        doc_ids=tuple(wanted.doc_ids),
        folder_ids=folders,
        labels=tuple(some for some in labels if some),
    )
