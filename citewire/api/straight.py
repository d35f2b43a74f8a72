"""Routes that FastAPI describes, and whose questions are asked without it where nothing is wrong.

For each question FastAPI solves three dependencies, one of them a generator in two context managers
of its own, and opens two exit stacks that stay open as long as the answer streams: 0.4 ms and 6 kB.
What is not plainly right goes its way, and is refused in its words.
"""

import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from inspect import signature
from typing import Any, Final

from fastapi import Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from citewire.api.dependencies import admitted_run
from citewire.api.schemas import AskRequest
from citewire.api.scopes import NEEDED, ScopedRoute, check

_admitted = asynccontextmanager(admitted_run)
_JSON: Final = b"application/json"


class StraightRoute(ScopedRoute):
    """A route that goes straight if its endpoint takes `asked`, with `request` and nothing else."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self.asks = "asked" in signature(endpoint).parameters

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a question that is plainly one; leave all else to FastAPI."""
        if not (self.asks and _is_plain(scope)):
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive, send)
        check(request.state.caller, NEEDED["POST", self.path])
        try:
            body = await request.body()
        except ClientDisconnect:
            await super().handle(scope, receive, send)
            return
        question = _question_in(body)
        if question is None:
            await super().handle(scope, _with(body, receive), send)
            return
        async with _admitted(question, request) as asked:
            del body, question  # not for as long as the answer streams
            response = await self.endpoint(asked=asked, request=request)
            await response(scope, receive, send)


def _is_plain(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    is_json = scope["method"] == "POST" and headers.get(b"content-type") == _JSON
    return is_json and b"idempotency-key" not in headers


def _question_in(body: bytes) -> AskRequest | None:
    """The question in a body, read as FastAPI reads it; None if it is no question."""
    try:
        return AskRequest.model_validate(json.loads(body))
    except (ValidationError, ValueError, RecursionError):
        return None


def _with(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read, and then what follows it."""
    read: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return read.pop() if read else await receive()

    return again
