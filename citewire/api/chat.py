"""Asking: the streamed answer and the same answer in one piece."""

from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated

import anyio
import orjson
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from citewire.api.dependencies import AdmittedRun, AppParts, Owner
from citewire.api.errors import error_response, problem_response
from citewire.api.schemas import Identifier
from citewire.api.sse import run_response
from citewire.services.run_events import Done, Failed, RunEvent, Stopped

router = APIRouter(tags=["chat"])

_STOPPED = {
    "timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "shutdown": HTTPStatus.SERVICE_UNAVAILABLE,
    "user": HTTPStatus.CONFLICT,
    "disconnect": HTTPStatus.NO_CONTENT,
}


@router.post("/chat_stream", response_class=EventSourceResponse)
async def chat_stream(run: AdmittedRun, parts: AppParts) -> Response:
    """Stream an answer with its sources as Server-Sent Events; leaving stops it."""
    settings = parts.settings
    return run_response(
        parts.service,
        run,
        ping_s=settings.sse_ping_s,
        send_timeout_s=settings.send_timeout_s,
        # A client that reads nothing is cut off while there is still time to store its turn.
        grace_s=settings.shutdown_grace_s / 4,
    )


@router.post("/chat")
async def chat(request: Request, run: AdmittedRun, parts: AppParts) -> Response:
    """The same run without streaming: the `done` object, or a problem; leaving stops it too."""
    last: RunEvent | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_when_left, request, tasks.cancel_scope)
        async with aclosing(parts.service.stream(run)) as batches:
            async for batch in batches:
                last = batch[-1]
        tasks.cancel_scope.cancel()
    match last:
        case Done():
            return Response(orjson.dumps(last), media_type="application/json")
        case Failed():
            return error_response(last.error)
        case Stopped():
            return problem_response(
                _STOPPED[last.by], "stopped", f"the answer was stopped by {last.by}", retryable=True
            )
    return Response(status_code=HTTPStatus.NO_CONTENT)  # the client left: nobody reads this


@router.post("/chat_stream/{run_id}/stop", status_code=HTTPStatus.ACCEPTED)
async def stop_run(
    run_id: Annotated[Identifier, Path()], parts: AppParts, owner: Owner
) -> Response:
    """Stop an answer, on whichever worker it is written; its stream tells what was said."""
    await parts.service.runs.stop(run_id, owner)
    return Response(status_code=HTTPStatus.ACCEPTED)


async def _cancel_when_left(request: Request, asking: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    asking.cancel()
