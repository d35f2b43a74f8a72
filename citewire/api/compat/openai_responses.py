"""OpenAI's Responses: its clients can ask, and get passages, citations and verdicts.

None is stored, so none can be asked for, deleted or gone on with by its id.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from citewire.api.chat import in_one_piece
from citewire.api.compat.asking import AskedElsewhere, let_in, overheard, retold
from citewire.api.compat.openai_described import RESPONSE_EVENTS, OpenAiResponse, ResponseEvent
from citewire.api.compat.responses_answers import ResponseTelling
from citewire.api.compat.responses_schemas import RESULTS, ResponseRequest
from citewire.api.contents import answers, event_stream
from citewire.api.dependencies import client_url, services_of
from citewire.api.scopes import ScopedRoute
from citewire.api.sse import stream_response
from citewire.services.runs.runs import Run

router = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=ScopedRoute)
EVENTS = event_stream(dict.fromkeys(RESPONSE_EVENTS, ResponseEvent.__name__))


@dataclass(frozen=True, slots=True)
class AskedResponse:
    """A request that was let in, with its run."""

    body: ResponseRequest
    run: Run


async def admitted_response(
    body: ResponseRequest, request: Request
) -> AsyncGenerator[AskedResponse, None]:
    """Let a question in, as `admitted_run` does."""
    wanted = AskedElsewhere(
        body.question,
        field="input",
        told_before=body.told_before,
        chat_id=body.stored_chat,
        filters=body.searched,
        model=body.model,
    )
    async with let_in(request, wanted) as run:
        yield AskedResponse(body, run)


# The body is the dependency's alone: one that the route wants too would be read twice.
@router.post(
    "/responses",
    responses={
        200: {
            "model": OpenAiResponse,
            **answers("the response, or with `stream` its events", EVENTS),
        },
        204: answers("the client left"),
    },
)
async def responses(
    request: Request, asked: Annotated[AskedResponse, Depends(admitted_response)]
) -> Response:
    """Answer what is asked last; leaving stops it."""
    services, body = services_of(request), asked.body
    telling = ResponseTelling(
        asked.run.ids.run_id,
        body.told_of(),
        client_url(request),
        with_results=RESULTS in (body.include or ()),
    )
    told = services.stream(asked.run)
    if body.stream:
        return stream_response(retold(telling, told), services.settings.server)
    return await in_one_piece(
        request, overheard(telling, told), lambda _: JSONResponse(telling.response)
    )
