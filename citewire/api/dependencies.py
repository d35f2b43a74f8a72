"""What routes are given: the services that they need, and questions that were let in."""

import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Path, Request
from fastapi.exceptions import RequestValidationError

from citewire.api.audit import who_asks
from citewire.api.patterns import IDEMPOTENCY_KEY
from citewire.api.schemas import AskRequest, Filters, Identifier
from citewire.errors import AlreadyAsked, FolderNotFound
from citewire.services.access.audit.log import Who
from citewire.services.access.caller import Caller
from citewire.services.access.changes import CollectionChanges
from citewire.services.access.door import Door
from citewire.services.access.made_keys import MadeKeys
from citewire.services.access.reach import Reach, Reaching
from citewire.services.assembly.readiness import ReadinessChecks
from citewire.services.assembly.serving import Services
from citewire.services.chat import ChatService
from citewire.services.chats.chats import Chats
from citewire.services.chats.sharing import Sharing
from citewire.services.citations.model import CollectionNames
from citewire.services.pages.copies import PageCopies
from citewire.services.passages.succession import Succession
from citewire.services.runs.follower import Follower
from citewire.services.runs.runs import Once, Run
from citewire.services.uploads.ending import EndingCollections
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings
from citewire.storage.chats.store import ChatStore
from citewire.storage.collections.store import CollectionStore
from citewire.storage.keys import folder_id
from citewire.storage.library.documents import DocumentReader, DocumentStore
from citewire.storage.library.folders import missing_folders
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
CollectionChangesDep = Annotated[CollectionChanges, _service(lambda services: services.changes)]
CollectionStoreDep = Annotated[CollectionStore, _service(lambda services: services.collections)]
ChatStoreDep = Annotated[ChatStore, _service(lambda services: services.chat_store)]
DoorDep = Annotated[Door, _service(lambda services: services.door)]
EndingDep = Annotated[EndingCollections, _service(lambda services: services.ending)]
JobsDep = Annotated[Jobs, _service(lambda services: services.jobs)]
MadeKeysDep = Annotated[MadeKeys, _service(lambda services: services.made_keys)]
PageCopiesDep = Annotated[PageCopies, _service(lambda services: services.page_copies)]
PassagesDep = Annotated[PassageReader, _service(lambda services: services.passages)]
ReadinessDep = Annotated[ReadinessChecks, _service(lambda services: services.readiness)]
SettingsDep = Annotated[Settings, _service(lambda services: services.settings)]
SharingDep = Annotated[Sharing, _service(lambda services: services.sharing)]
SuccessionDep = Annotated[Succession, _service(lambda services: services.succession)]
UploadsDep = Annotated[Uploads, _service(lambda services: services.uploads)]


async def caller_of(request: Request) -> Caller:
    """Who asks: `KeyCheck` knows it."""
    caller = cast(Caller, request.state.caller)
    # Before anything is done: what cannot be told is not done.
    await services_of(request).audit.know(caller.owner)
    return caller


CallerDep = Annotated[Caller, Depends(caller_of)]


def client_url(request: Request) -> str:
    """Where the web client is reached, without a slash at its end."""
    public = services_of(request).settings.sign_in.public_url
    return (public or str(request.base_url)).rstrip("/")


async def who_of(request: Request) -> Who:
    """Who asks, as the audit log tells it."""
    return who_asks(request.scope)


WhoDep = Annotated[Who, Depends(who_of)]


async def owner_of(request: Request) -> str:
    """Whose data a request is about."""
    return (await caller_of(request)).owner


Owner = Annotated[str, Depends(owner_of)]

ReachingDep = Annotated[Reaching, _service(lambda services: services.reaching)]


async def reach_of(reaching: ReachingDep, caller: CallerDep) -> Reach:
    """What whoever asks may read: the private collection, and those shared with them."""
    return await reaching.of(caller)


ReachDep = Annotated[Reach, Depends(reach_of)]


async def documents_of(request: Request, reach: ReachDep) -> DocumentReader:
    """The documents that whoever asks may read."""
    return services_of(request).documents.within(reach.libraries)


DocumentsDep = Annotated[DocumentReader, Depends(documents_of)]


async def changeable_document(
    doc_id: Annotated[Identifier, Path()],
    request: Request,
    reaching: ReachingDep,
    caller: CallerDep,
) -> DocumentStore:
    """The documents beside which one lies that whoever asks may change.

    Raises:
        DocumentNotFound: they may not even read it.
        RoleTooLow: they may only read it.
    """
    documents = services_of(request).documents
    # As it is now: who was an editor a second ago may be none any more.
    reach = await reaching.now(caller)
    record = await documents.within(reach.libraries).known(doc_id)
    reach.check(reach.named(record.owner)[0], "editor")
    return documents.owned_by(record.owner)


ChangeableDocument = Annotated[DocumentStore, Depends(changeable_document)]


@dataclass(frozen=True, slots=True)
class JoinedRun:
    """A run that was asked before with the same Idempotency-Key, and who follows it now."""

    run_id: str
    owner: str
    follower: Follower


IdempotencyKey = Annotated[str | None, Header(pattern=IDEMPOTENCY_KEY)]


async def admitted_run(
    ask: AskRequest, request: Request, idempotency_key: IdempotencyKey = None
) -> AsyncGenerator[Run | JoinedRun, None]:
    """Let a question in, before the first byte; its place is held until the answer is sent.

    An exception inside a stream is a broken 200, so all that deserves a status is checked here.
    """
    # Called, not depended on: FastAPI takes longer to resolve each than all else done here.
    services, caller = services_of(request), await caller_of(request)
    owner = caller.owner
    check_length(services, ask.message)
    passages, collections = await answerable_from(services, caller, ask.filters)
    admitted = partial(
        services.chat.admitted,
        ask.message,
        owner=owner,
        chat_id=ask.chat_id,
        filter=passages,
        replaces=ask.replaces,
        caller=caller,
        collections=collections,
    )
    if idempotency_key is None:
        async with admitted() as run:
            yield run
        return
    once = _once(idempotency_key, owner, ask)
    async with AsyncExitStack() as stack:
        while True:
            try:
                asked: Run | JoinedRun = await stack.enter_async_context(admitted(once=once))
                break
            except AlreadyAsked as before:
                # One that was refused before its first event leaves the key to the next.
                stack.enter_context(services.following.reading(owner))
                if await services.following.begun(before.run_id, owner):
                    follower = Follower(services.following, services.reaching, caller)
                    asked = JoinedRun(before.run_id, owner, follower)
                    break
        yield asked


Asked = Annotated[Run | JoinedRun, Depends(admitted_run)]


def check_length(services: Services, question: str, field: str = "message") -> None:
    """Return if a question is no longer than it may be.

    Raises:
        RequestValidationError: it is.
    """
    if len(question) > (limit := services.settings.server.max_message_chars):
        raise RequestValidationError(
            [{"loc": ("body", field), "msg": f"must have at most {limit} characters"}]
        )


async def following_runs(request: Request, caller: CallerDep) -> AsyncGenerator[Follower, None]:
    """Whoever asks as one who follows runs, whose place is held until all was sent."""
    services = services_of(request)
    with services.following.reading(caller.owner):
        yield Follower(services.following, services.reaching, caller)


FollowingDep = Annotated[Follower, Depends(following_runs)]


def _once(key: str, owner: str, ask: AskRequest) -> Once:
    named = hashlib.sha256(f"{owner}\0{key}".encode()).hexdigest()
    return Once(named, hashlib.sha256(ask.model_dump_json().encode()).hexdigest())


async def answerable_from(
    services: Services, caller: Caller, filters: Filters | None
) -> tuple[PassageFilter, CollectionNames]:
    """What a question may be answered from, and what the collections in it are called.

    Raises:
        TooManyTokens: the caller may ask no model at the moment.
        CollectionNotFound: a collection is wanted that the caller may not read.
        FolderNotFound: a folder is wanted in which the caller may read nothing.
    """
    await services.allowances.check_tokens(caller.owner)
    return await searchable_from(services, caller, filters)


async def searchable_from(
    services: Services, caller: Caller, filters: Filters | None
) -> tuple[PassageFilter, CollectionNames]:
    """What is searched where no model is asked, and what the collections in it are called.

    Raises:
        CollectionNotFound: a collection is wanted that the caller may not read.
        FolderNotFound: a folder is wanted in which the caller may read nothing.
    """
    wanted = filters or Filters()
    reach = await services.reaching.with_all(caller, wanted.collections)
    passages = _passage_filter(wanted, reach)
    documents = services.documents
    missing = await missing_folders(
        documents.client, documents.namespace, wanted.folders, passages.searched or reach.libraries
    )
    if missing:
        place = wanted.folders.index(missing[0])
        told = "there is no such folder with anything in it"
        raise FolderNotFound(f"filters.folders.{place}: {told}")
    return passages, reach.by_tag


def _passage_filter(wanted: Filters, reach: Reach) -> PassageFilter:
    """Which passages a question may be answered from, of those that whoever asks may read.

    Raises:
        CollectionNotFound: a collection is wanted that they may not read.
    """
    libraries = tuple(map(reach.library, dict.fromkeys(wanted.collections))) or reach.libraries
    folders = tuple(folder_id(name, library) for library in libraries for name in wanted.folders)
    labels = (
        organisation_labels(wanted.organisations),
        period_labels(wanted.periods),
        kind_labels(wanted.kinds),
    )
    return PassageFilter(
        reach.owner,
        doc_ids=tuple(wanted.doc_ids),
        folder_ids=folders,
        labels=tuple(some for some in labels if some),
        searched=libraries,
        leaves_out=len(libraries) < len(reach.libraries),
    )
