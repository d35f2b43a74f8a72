"""What is counted of a request: by its route's template and its status, never by what was sent."""

from typing import Final

from starlette.types import Message, Scope

from citewire.services.telemetry.metrics import Metrics

NONE: Final = "none"
METHODS: Final = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_STREAM: Final = b"text/event-stream"


class CountedRequest:
    """One request on its way; `end` is to be called, however it goes.

    Args:
        metrics: count it.
    """

    __slots__ = ("_is_stream", "_metrics")

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._is_stream = False
        metrics.open_requests.inc()

    def begin(self, scope: Scope, head: Message, after_s: float) -> None:
        """The answer begins with this head, so many seconds after the request."""
        self._metrics.response_s.labels(_route(scope)).observe(after_s)
        for name, value in head.get("headers", ()):
            if name.lower() == b"content-type" and value.startswith(_STREAM):
                self._is_stream = True
                self._metrics.open_streams.inc()
                return

    def end(self, scope: Scope, status: int | None, code: str | None) -> None:
        """It is over: answered with a status, if at all, and with the code of a problem."""
        metrics, method = self._metrics, scope["method"]
        metrics.open_requests.dec()
        if self._is_stream:
            metrics.open_streams.dec()
        known = method if method in METHODS else "other"
        metrics.requests.labels(known, _route(scope), str(status or NONE)).inc()
        if code is not None:
            metrics.problems.labels(code).inc()


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", NONE)
