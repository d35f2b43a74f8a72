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
from citewire.services.runs import Run
from citewire.services.uploads import Uploads
from citewire.settings import Settings
from citewire.storage.chats import DEFAULT_OWNER
from citewire.storage.schema import folder_id
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


async def parts_of(request: Request) -> Parts:
    """The parts of the running app; async, for FastAPI runs plain functions in a thread."""
    return cast(Parts, request.app.state.parts)


AppParts = Annotated[Parts, Depends(parts_of)]


async def owner_of(request: Request) -> str:
    """Whose data a request is about; one owner, as there are no API keys."""
    return DEFAULT_OWNER


Owner = Annotated[str, Depends(owner_of)]


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
        filter=_passage_filter(ask),
        replaces=ask.replaces,
    ) as run:
        yield run


AdmittedRun = Annotated[Run, Depends(admitted_run)]


def _passage_filter(ask: AskRequest) -> PassageFilter:
    if ask.filters is None:
        return PassageFilter()
    folders = tuple(folder_id(name) for name in ask.filters.folders)
    return PassageFilter(doc_ids=tuple(ask.filters.doc_ids), folder_ids=folders)
