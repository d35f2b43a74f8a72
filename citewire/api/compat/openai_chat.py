"""OpenAI's Chat Completions: its clients can ask, and get citations with verdicts."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from http import HTTPStatus
from typing import Annotated

import anyio
import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from citewire.api.chat import cancel_when_left, problem_of_end
from citewire.api.compat.openai_answers import Completion, chunks
from citewire.api.compat.openai_schemas import MODEL, CompletionRequest, ModelList, ModelView
from citewire.api.dependencies import owner_of, passage_filter, services_of
from citewire.api.scopes import ScopedRoute
from citewire.api.sse import RunResponse
from citewire.errors import ModelNotFound
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.runs import Run

router = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=ScopedRoute)


@router.get("/models")
async def models() -> ModelList:
    """Name the models that can be asked."""
    return ModelList(data=[ModelView(id=MODEL)])


async def admitted_completion(
    body: CompletionRequest, request: Request
) -> AsyncGenerator[Run, None]:
    """Let a question in, as `admitted_run` does."""
    _known(body.model)
    services, owner = services_of(request), await owner_of(request)
    limit = services.settings.server.max_message_chars
    if len(body.question) > limit:
        raise RequestValidationError(
            [{"loc": ("body", "messages"), "msg": f"the last may have {limit} characters"}]
        )
    await services.allowances.check_tokens(owner)
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(
            services.chat.admitted(
                body.question,
                owner=owner,
                chat_id=body.chat_id,
                filter=passage_filter(body.filters, owner),
                turns=body.told_before if body.chat_id is None else None,
            )
        )


@router.post("/chat/completions")
async def chat_completions(
    body: CompletionRequest,
    request: Request,
    run: Annotated[Run, Depends(admitted_completion)],
) -> Response:
    """Answer the last message of a conversation; leaving stops it."""
    services = services_of(request)
    base_url = str(request.base_url).rstrip("/")
    completion = Completion(run.ids.run_id, body.model, base_url)
    told = services.stream(run)
    if body.stream:
        server = services.settings.server
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        return RunResponse(
            chunks(completion, told, with_usage=with_usage),
            sep="\n",
            ping=server.sse_ping_s,
            send_timeout=server.send_timeout_s,
            shutdown_grace_period=server.shutdown_grace_s / 4,
            headers={"Cache-Control": "no-store"},
        )
    last: ToldBatch = ()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(cancel_when_left, request, tasks.cancel_scope)
        async with aclosing(told) as batches:
            async for batch in batches:
                last = batch
        tasks.cancel_scope.cancel()
    match last[-1:]:
        case [(_, "done", data)]:
            return JSONResponse(completion.whole(orjson.loads(data)))
        case [(_, "error" | "stopped" as name, data)]:
            return problem_of_end(name, orjson.loads(data))
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _known(model: str) -> str:
    if model != MODEL:
        raise ModelNotFound(f"there is no model {model!r}: ask for {MODEL!r}")
    return model
