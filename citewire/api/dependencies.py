"""What routes are given: the parts built in the lifespan, and questions that were let in."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError

from citewire.api.schemas import AskRequest
from citewire.services.chat import ChatService
from citewire.services.chats import Chats
from citewire.services.jobs import Jobs
from citewire.services.library import Library
from citewire.services.page_copies import PageCopies
from citewire.services.runs import Run
from citewire.services.succession import Succession
from citewire.services.uploads import Uploads
from citewire.settings import Settings
from citewire.storage.documents import DocumentStore
from citewire.storage.keys import folder_id
from citewire.workflows.retriever import PassageFilter


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the lifespan builds."""

    settings: Settings
    library: Library
    service: ChatService
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


async def admitted_run(ask: AskRequest, parts: AppParts, owner: Owner) -> AsyncGenerator[Run, None]:
    """Let a question in, before the first byte; its place is held until the answer is sent.

    An exception inside a stream is a broken 200, so all that deserves a status is checked here.
    """
    if len(ask.message) > parts.settings.max_message_chars:
        limit = parts.settings.max_message_chars
        raise RequestValidationError(
            [{"loc": ("body", "message"), "msg": f"must have at most {limit} characters"}]
        )
    async with parts.service.admitted(
        ask.message,
        owner=owner,
        chat_id=ask.chat_id,
        filter=_passage_filter(ask, owner),
        replaces=ask.replaces,
    ) as run:
        yield run


AdmittedRun = Annotated[Run, Depends(admitted_run)]


def _passage_filter(ask: AskRequest, owner: str) -> PassageFilter:
    if ask.filters is None:
        return PassageFilter(owner)
    folders = tuple(folder_id(name, owner) for name in ask.filters.folders)
    return PassageFilter(owner, doc_ids=tuple(ask.filters.doc_ids), folder_ids=folders)
