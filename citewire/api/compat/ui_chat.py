"""The AI SDK's `useChat`: it can ask, and listen again to an answer under way."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from citewire.api.audit import note_act
from citewire.api.compat.asking import AskedElsewhere, let_in, retold
from citewire.api.compat.ui_described import UiStreamPart
from citewire.api.compat.ui_parts import HEADERS, UiTelling
from citewire.api.compat.ui_schemas import UiChatRequest, chat_named, is_ours
from citewire.api.contents import UNNAMED, answers, event_stream
from citewire.api.dependencies import (
    ChatsDep,
    FollowingDep,
    Owner,
    client_url,
    owner_of,
    services_of,
)
from citewire.api.schemas import Identifier
from citewire.api.scopes import ScopedRoute
from citewire.api.sse import stream_response
from citewire.services.access.audit.schema import Resource
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.runs import Run

router = APIRouter(prefix="/ui", tags=["AI SDK"], route_class=ScopedRoute)
PARTS = event_stream({UNNAMED: UiStreamPart.__name__})


@dataclass(frozen=True, slots=True)
class AskedUi:
    """A request that was let in, with its run."""

    body: UiChatRequest
    run: Run


async def admitted_ui(body: UiChatRequest, request: Request) -> AsyncGenerator[AskedUi, None]:
    """Let a question in, as `admitted_run` does."""
    wanted = AskedElsewhere(
        body.question,
        field="messages",
        told_before=body.told_before,
        chat_id=body.stored_chat,
        filters=body.filters,
        replaces=await _replaced(body, request),
    )
    async with let_in(request, wanted) as run:
        yield AskedUi(body, run)


# The body is the dependency's alone: one that the route wants too would be read twice.
@router.post(
    "/chat",
    response_class=EventSourceResponse,
    responses={200: answers("a UI message stream", PARTS)},
)
async def ui_chat(request: Request, asked: Annotated[AskedUi, Depends(admitted_ui)]) -> Response:
    """Answer the last message as a UI message stream; leaving stops it."""
    told = services_of(request).stream(asked.run)
    return _streamed(request, told, is_kept=asked.body.stored_chat is not None)


@router.get(
    "/chat/{chat_id}/stream",
    response_class=EventSourceResponse,
    responses={
        200: answers("a UI message stream", PARTS),
        204: answers("no answer is under way"),
    },
)
async def resume_ui_chat(
    chat_id: Annotated[Identifier, Path()],
    request: Request,
    chats: ChatsDep,
    owner: Owner,
    following: FollowingDep,
) -> Response:
    """Stream the answer under way in a stored chat from its start; 204 if there is none."""
    if chat_named(chat_id) is None:  # one that `useChat` made up: nothing of it is stored
        return Response(status_code=HTTPStatus.NO_CONTENT)
    await chats.read(chat_id, owner, last=0)
    run_id = await chats.running(chat_id, owner)
    told = None if run_id is None else await following.open(run_id, owner, after=0)
    if run_id is None or told is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    note_act(request, Resource("run", run_id))
    return _streamed(request, told, is_kept=True)


def _streamed(
    request: Request, told: AsyncGenerator[ToldBatch, None], *, is_kept: bool
) -> Response:
    telling = UiTelling(client_url(request), is_kept=is_kept)
    response = stream_response(retold(telling, told), services_of(request).settings.server)
    response.headers.update(HEADERS)
    return response


async def _replaced(body: UiChatRequest, request: Request) -> str | None:
    """The question of a stored chat in whose place one is asked; None where it is a new one.

    Raises:
        ChatNotFound: there is no such chat.
        RequestValidationError: a question is edited that is named by an id which is none of ours.
    """
    if (chat_id := body.stored_chat) is None:
        return None
    if body.trigger != "regenerate-message":
        if body.messageId is not None and not is_ours(body.messageId):
            told = "the stored chat knows its questions by other ids: load them from GET /chats/ID"
            raise RequestValidationError([{"loc": ("body", "messageId"), "msg": told}])
        return body.messageId
    chat = await services_of(request).chats.read(chat_id, await owner_of(request))
    parents = {one["message_id"]: one.get("parent_id") for one in chat.messages}
    if body.messageId in parents:
        return parents[body.messageId]
    # Which answer is not said: the last, if the last question that was stored is this one.
    questions = [one for one in chat.messages if one["role"] == "user"]
    if questions and questions[-1]["text"] == body.question:
        return str(questions[-1]["message_id"])
    return None
