"""Asking: the streamed answer and the same answer in one piece."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated

import anyio
import orjson
from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from citewire.api.dependencies import (
    Asked,
    ChatServiceDep,
    JoinedRun,
    Owner,
    ReplaysDep,
    SettingsDep,
    services_of,
)
from citewire.api.errors import event_response, problem_response
from citewire.api.schemas import Identifier
from citewire.api.sse import last_event_number, run_response
from citewire.services.assembly.serving import Services
from citewire.services.chat import ChatService
from citewire.services.runs.log import last_event, split_event
from citewire.services.runs.runs import Run

router = APIRouter(tags=["chat"])

_STOPPED = {
    "timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "shutdown": HTTPStatus.SERVICE_UNAVAILABLE,
    "user": HTTPStatus.CONFLICT,
    "disconnect": HTTPStatus.NO_CONTENT,
}


@router.post("/chat_stream", response_class=EventSourceResponse)
async def chat_stream(asked: Asked, request: Request) -> Response:
    """Stream an answer with its sources as Server-Sent Events; leaving stops it."""
    # Called, not depended on, as in `admitted_run`.
    services = services_of(request)
    return run_response(_blocks(asked, services), services.settings)


@router.get("/chat_stream/{run_id}", response_class=EventSourceResponse)
async def follow_run(
    run_id: Annotated[Identifier, Path()],
    owner: Owner,
    replays: ReplaysDep,
    settings: SettingsDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Stream what a run told after `Last-Event-ID` and goes on telling; leaving changes nothing."""
    after = last_event_number(run_id, last_event_id)
    replay = await replays.open(run_id, owner, after=after)
    if replay is None:
        # With this a browser's EventSource does not connect again.
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return run_response(replay, settings)


@router.post("/chat")
async def chat(request: Request, asked: Asked) -> Response:
    """The same run without streaming: the `done` object, or a problem; leaving stops it too."""
    last = b""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_when_left, request, tasks.cancel_scope)
        async with aclosing(_blocks(asked, services_of(request))) as blocks:
            async for block in blocks:
                last = block
        tasks.cancel_scope.cancel()
    name, data = split_event(last_event(last))
    if name == "done":
        return Response(data, media_type="application/json")
    if name == "error":
        return event_response(orjson.loads(data))
    if name == "stopped":
        by = orjson.loads(data)["by"]
        told = f"the answer was stopped by {by}"
        return problem_response(_STOPPED[by], "stopped", told, retryable=True)
    # The client left: nobody reads this. Or another run was followed, whose end is not known.
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _blocks(asked: Run | JoinedRun, services: Services) -> AsyncGenerator[bytes, None]:
    if isinstance(asked, JoinedRun):
        return services.replays.follow(asked.run_id, asked.owner)
    if services.detached is not None:
        return services.detached.blocks(asked)
    return _own_blocks(asked, services.chat)


async def _own_blocks(run: Run, service: ChatService) -> AsyncGenerator[bytes, None]:
    async with aclosing(service.stream(run)) as batches:
        async for _, block in batches:
            yield block


@router.post("/chat_stream/{run_id}/stop", status_code=HTTPStatus.ACCEPTED)
async def stop_run(
    run_id: Annotated[Identifier, Path()], service: ChatServiceDep, owner: Owner
) -> Response:
    """Stop an answer, on whichever worker it is written; its stream tells what was said."""
    await service.runs.stop(run_id, owner)
    return Response(status_code=HTTPStatus.ACCEPTED)


async def _cancel_when_left(request: Request, asking: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    asking.cancel()
