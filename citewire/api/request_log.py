"""Each request's id, in its answer and in all that is logged meanwhile, and its line in the log."""

import logging
import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citewire.api.request_metrics import CountedRequest
from citewire.services.access.caller import Caller
from citewire.services.telemetry.metrics import Metrics
from citewire.tracing import spans

logger = logging.getLogger(__name__)

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class RequestFacts:
    """What is known of the request that is being answered; `code` is that of its problem."""

    request_id: str
    code: str | None = None


_CURRENT: ContextVar[RequestFacts | None] = ContextVar("request", default=None)


def note_problem(code: str) -> str:
    """Note that the request is answered with a problem; gives its id."""
    request = _CURRENT.get() or RequestFacts(uuid4().hex)
    request.code = code
    return request.request_id


def request_facts() -> RequestFacts | None:
    """What is known of the request that is being answered."""
    return _CURRENT.get()


def mark_log_lines() -> None:
    """Let all that is logged bear the id of the request that it is about."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(_mark)


def _mark(record: logging.LogRecord) -> bool:
    if request := _CURRENT.get():
        record.request_id = request.request_id
    return True


class RequestLog:
    """ASGI app around the whole other one: ids, and a line for each request once it is over.

    Around it, and not among its middleware: an exception that nobody foresaw is answered outside
    of that.

    Args:
        app: answers.
        metrics: count them.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and log what was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = RequestFacts(_id_of(scope))
        _CURRENT.set(request)  # the task is the request's own
        if spans.is_on():
            spans.enter_request(_trace_of(scope))
        own = (HEADER, request.request_id.encode())
        status: int | None = None
        started = time.perf_counter()
        counted = CountedRequest(self._metrics)

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                counted.begin(scope, message, time.perf_counter() - started)
                if request.code is None:  # a problem says it by itself
                    message["headers"] = [*message.get("headers", ()), own]
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            counted.end(scope, status, request.code)
            if logger.isEnabledFor(logging.INFO):
                ms = round((time.perf_counter() - started) * 1000, 1)
                logger.info("request", extra={"facts": _facts(scope, request, status, ms)})


def _id_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == HEADER and _SANE.fullmatch(value):
            return str(value, "ascii")
    return uuid4().hex


def _trace_of(scope: Scope) -> Mapping[str, str]:
    """The headers that name the trace that a request is part of."""
    return {
        name.decode("ascii"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in (b"traceparent", b"tracestate")
    }


def _facts(
    scope: Scope, request: RequestFacts, status: int | None, ms: float
) -> Mapping[str, object]:
    """What is logged of a request: nothing that a person wrote."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    return {
        "method": scope["method"],
        "path": getattr(scope.get("route"), "path", None),
        "status": status,
        "code": request.code,
        "ms": ms,
        "owner": caller.owner if caller else None,
    }
