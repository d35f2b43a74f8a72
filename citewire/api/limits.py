"""The limit on request bodies, before anything reads them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citewire.api.errors import error_response
from citewire.errors import BodyTooLarge


class BodyLimit:
    """ASGI middleware that answers 413 to a body of more than `max_bytes`.

    FastAPI's own `max_body_size` answers in plain text where our contract wants problem JSON, and
    Starlette's `BaseHTTPMiddleware` puts a task and a queue around every streamed answer.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length")
        if declared is not None:
            # The server itself holds the client to the length that it declared.
            too_long = not declared.isdigit() or int(declared) > self._max_bytes
            await (self._refuse if too_long else self._app)(scope, receive, send)
        elif b"transfer-encoding" in headers:
            await self._count(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a body of unknown length up to the limit, then pass it on in one piece."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_bytes:
                await self._refuse(scope, receive, send)
                return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replayed() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replayed, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = BodyTooLarge(f"the request body is over {self._max_bytes} bytes")
        await error_response(error)(scope, receive, send)
