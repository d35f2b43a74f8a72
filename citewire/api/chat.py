"""Asking: the streamed answer and the same answer in one piece."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated, Any

import anyio
import orjson
from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from citewire.api.contents import answers, event_stream
from citewire.api.dependencies import (
    Asked,
    ChatServiceDep,
    FollowingDep,
    JoinedRun,
    Owner,
    SettingsDep,
    services_of,
)
from citewire.api.errors import STOPPED_STATUSES, event_response, problem_response
from citewire.api.schemas import Identifier
from citewire.api.sse import last_event_number, run_response
from citewire.api.straight import StraightRoute
from citewire.services.answers.events import EVENTS, Done
from citewire.services.assembly.serving import Services
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.runs import Run

router = APIRouter(tags=["chat"], route_class=StraightRoute)

RUN_EVENTS = event_stream({name: kind.__name__ for name, kind in EVENTS.items()})


@router.post(
    "/chat_stream",
    response_class=EventSourceResponse,
    responses={200: answers("the answer as it is written", RUN_EVENTS)},
)
async def chat_stream(asked: Asked, request: Request) -> Response:
    """Stream an answer with its sources as Server-Sent Events; leaving stops it."""
    # Called, not depended on, as in `admitted_run`.
    services = services_of(request)
    run_id = asked.run_id if isinstance(asked, JoinedRun) else asked.ids.run_id
    return run_response(run_id, _told(asked, services), services.settings.server)


@router.get(
    "/chat_stream/{run_id}",
    response_class=EventSourceResponse,
    responses={
        200: answers("what the run tells", RUN_EVENTS),
        204: answers("the run is over, and all of it was told before"),
    },
)
async def follow_run(
    run_id: Annotated[Identifier, Path()],
    owner: Owner,
    following: FollowingDep,
    settings: SettingsDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Stream what a run told after `Last-Event-ID` and goes on telling; leaving changes nothing."""
    after = last_event_number(run_id, last_event_id)
    replay = await following.open(run_id, owner, after=after)
    if replay is None:
        # With this a browser's EventSource does not connect again.
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return run_response(run_id, replay, settings.server)


@router.post(
    "/chat",
    responses={
        200: {"model": Done, "description": "the answer: the data of the event `done`"},
        204: answers("how the run ended that was asked before is not known any more"),
    },
)
async def chat(request: Request, asked: Asked) -> Response:
    """The same run without streaming: the `done` object, or a problem; leaving stops it too."""
    return await in_one_piece(
        request,
        _told(asked, services_of(request)),
        lambda done: Response(done, media_type="application/json"),
    )


def _told(asked: Run | JoinedRun, services: Services) -> AsyncGenerator[ToldBatch, None]:
    if isinstance(asked, JoinedRun):
        return asked.follower.follow(asked.run_id, asked.owner)
    return services.stream(asked)


@router.post("/chat_stream/{run_id}/stop", status_code=HTTPStatus.ACCEPTED, response_class=Response)
async def stop_run(
    run_id: Annotated[Identifier, Path()], service: ChatServiceDep, owner: Owner
) -> Response:
    """Stop an answer, on whichever worker it is written; its stream tells what was said."""
    await service.runs.stop(run_id, owner)
    return Response(status_code=HTTPStatus.ACCEPTED)


async def in_one_piece(
    request: Request,
    told: AsyncGenerator[ToldBatch, None],
    answered: Callable[[bytes], Response],
) -> Response:
    """Hear a run to its end, and answer with that; leaving stops it.

    Args:
        request: whose client may leave.
        told: by the run.
        answered: makes the answer of the data of `done`; other ends are problems.
    """
    last: ToldBatch = ()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_when_left, request, tasks.cancel_scope)
        async with aclosing(told) as batches:
            async for batch in batches:
                last = batch
        tasks.cancel_scope.cancel()
    # The terminal event has all of the answer, and comes last.
    match last[-1:]:
        case [(_, "done", data)]:
            return answered(data)
        case [(_, "error" | "stopped" as name, data)]:
            return _problem_of_end(name, orjson.loads(data))
    # The client left: nobody reads this. Or another run was followed, whose end is not known.
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _problem_of_end(name: str, told: Mapping[str, Any]) -> Response:
    """The problem that a run is told as which ended by `error` or `stopped`."""
    if name == "error":
        return event_response(told)
    detail = f"the answer was stopped by {told['by']}"
    retryable = told["by"] != "access"  # which comes back by nothing that a client does
    return problem_response(STOPPED_STATUSES[told["by"]], "stopped", detail, retryable=retryable)


async def _cancel_when_left(request: Request, asking: anyio.CancelScope) -> None:
    """Cancel what is asked for a client that leaves, for as long as it is listened to."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    asking.cancel()
