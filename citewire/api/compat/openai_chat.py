"""OpenAI's Chat Completions: its clients can ask, and get citations with verdicts."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from citewire.api.chat import in_one_piece
from citewire.api.compat.openai_answers import Completion, chunks
from citewire.api.compat.openai_described import ChatCompletion, ChatCompletionChunk
from citewire.api.compat.openai_schemas import MODEL, CompletionRequest, ModelList, ModelView
from citewire.api.contents import UNNAMED, answers, event_stream
from citewire.api.dependencies import answerable_from, caller_of, services_of
from citewire.api.scopes import ScopedRoute
from citewire.api.sse import stream_response
from citewire.errors import ModelNotFound
from citewire.services.runs.runs import Run

router = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=ScopedRoute)
CHUNKS = event_stream({UNNAMED: ChatCompletionChunk.__name__})


@router.get("/models")
async def models() -> ModelList:
    """Name the models that can be asked."""
    return ModelList(data=[ModelView(id=MODEL)])


@dataclass(frozen=True, slots=True)
class AskedCompletion:
    """A request that was let in, with its run."""

    body: CompletionRequest
    run: Run


async def admitted_completion(
    body: CompletionRequest, request: Request
) -> AsyncGenerator[AskedCompletion, None]:
    """Let a question in, as `admitted_run` does."""
    _check_known(body.model)
    services, caller = services_of(request), await caller_of(request)
    limit = services.settings.server.max_message_chars
    if len(body.question) > limit:
        raise RequestValidationError(
            [{"loc": ("body", "messages"), "msg": f"the last may have {limit} characters"}]
        )
    passages, collections = await answerable_from(services, caller, body.filters)
    async with services.chat.admitted(
        body.question,
        owner=caller.owner,
        chat_id=body.chat_id,
        filter=passages,
        turns=body.told_before if body.chat_id is None else None,
        caller=caller,
        collections=collections,
    ) as run:
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
    base_url = str(request.base_url).rstrip("/")
    completion = Completion(asked.run.ids.run_id, body.model, base_url)
    told = services.stream(asked.run)
    if body.stream:
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        blocks = chunks(completion, told, with_usage=with_usage)
        return stream_response(blocks, services.settings.server)
    return await in_one_piece(
        request, told, lambda done: JSONResponse(completion.whole(orjson.loads(done)))
    )


def _check_known(model: str) -> None:
    if model != MODEL:
        raise ModelNotFound(f"there is no model {model!r}: ask for {MODEL!r}")
