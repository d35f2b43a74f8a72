"""Asking: the streamed answer and the same answer in one piece."""

from contextlib import aclosing
from http import HTTPStatus

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from citewire.api.dependencies import AdmittedRun, AppParts
from citewire.api.errors import error_response, problem_response
from citewire.api.sse import run_response
from citewire.services.run_events import Done, Failed, Stopped

router = APIRouter(tags=["chat"])


@router.post("/chat_stream", response_class=EventSourceResponse)
async def chat_stream(run: AdmittedRun, parts: AppParts) -> Response:
    """Stream an answer with its sources as Server-Sent Events; leaving stops it."""
    settings = parts.settings
    return run_response(
        parts.service,
        run,
        ping_s=settings.sse_ping_s,
        send_timeout_s=settings.send_timeout_s,
        grace_s=settings.shutdown_grace_s,
    )


@router.post("/chat")
async def chat(run: AdmittedRun, parts: AppParts) -> Response:
    """The same run without streaming: the `done` object, or a problem."""
    async with aclosing(parts.service.stream(run)) as batches:
        async for batch in batches:
            last = batch[-1]
    match last:
        case Done():
            return Response(orjson.dumps(last), media_type="application/json")
        case Failed():
            return error_response(last.error)
        case Stopped():
            return problem_response(
                HTTPStatus.GATEWAY_TIMEOUT if last.by == "timeout" else HTTPStatus.CONFLICT,
                "stopped",
                f"the answer was stopped by {last.by}",
                retryable=True,
            )
    raise AssertionError(f"a run ended with {last}")
