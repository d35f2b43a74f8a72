"""OpenAI's Chat Completions: its clients can ask, and get citations with verdicts."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from citewire.api.chat import in_one_piece
from citewire.api.compat.asking import AskedElsewhere, let_in
from citewire.api.compat.openai_answers import Completion, chunks
from citewire.api.compat.openai_described import ChatCompletion, ChatCompletionChunk
from citewire.api.compat.openai_models import (
    ModelList,
    ModelName,
    ModelView,
    models_of,
    unknown_model,
)
from citewire.api.compat.openai_schemas import CompletionRequest
from citewire.api.contents import UNNAMED, answers, event_stream
from citewire.api.dependencies import CallerDep, ReachingDep, client_url, services_of
from citewire.api.scopes import ScopedRoute
from citewire.api.sse import stream_response
from citewire.services.runs.runs import Run

router = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=ScopedRoute)
CHUNKS = event_stream({UNNAMED: ChatCompletionChunk.__name__})


@router.get("/models")
async def models(reaching: ReachingDep, caller: CallerDep) -> ModelList:
    """Name the models that one can ask: all reports, and each collection that one may read."""
    return ModelList(data=models_of(await reaching.now(caller)))


@router.get("/models/{model}")
async def model(model: ModelName, reaching: ReachingDep, caller: CallerDep) -> ModelView:
    """Tell of one of them."""
    for one in models_of(await reaching.now(caller)):
        if one.id == model:
            return one
    raise unknown_model(model)


@dataclass(frozen=True, slots=True)
class AskedCompletion:
    """A request that was let in, with its run."""

    body: CompletionRequest
    run: Run


async def admitted_completion(
    body: CompletionRequest, request: Request
) -> AsyncGenerator[AskedCompletion, None]:
    """Let a question in, as `admitted_run` does."""
    wanted = AskedElsewhere(
        body.question,
        field="messages",
        told_before=body.told_before,
        chat_id=body.chat_id,
        filters=body.filters,
        model=body.model,
    )
    async with let_in(request, wanted) as run:
        yield AskedCompletion(body, run)


# The body is the dependency's alone: one that the route wants too would be read twice.
@router.post(
    "/chat/completions",
    responses={
        200: {
            "model": ChatCompletion,
            **answers("the answer, or with `stream` its pieces", CHUNKS),
        },
        204: answers("the client left"),
    },
)
async def chat_completions(
    request: Request, asked: Annotated[AskedCompletion, Depends(admitted_completion)]
) -> Response:
    """Answer the last message of a conversation; leaving stops it."""
    services, body = services_of(request), asked.body
    completion = Completion(asked.run.ids.run_id, body.model, client_url(request))
    told = services.stream(asked.run)
    if body.stream:
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        blocks = chunks(completion, told, with_usage=with_usage)
        return stream_response(blocks, services.settings.server)
    return await in_one_piece(
        request, told, lambda done: JSONResponse(completion.whole(orjson.loads(done)))
    )
