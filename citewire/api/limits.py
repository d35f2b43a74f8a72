"""The limits on request bodies and on how many requests come, before anything reads them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citewire.api.errors import error_response
from citewire.api.key_check import is_open
from citewire.errors import BodyTooLarge, TooManyRequests
from citewire.services.access.allowances import Allowances


class RequestLimit:
    """ASGI middleware behind the check of keys: 429 to an owner who asks too often.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, if its owner may have one more; what all may see is not counted."""
        if scope["type"] == "http" and not is_open(scope):
            allowances = cast(Allowances, scope["app"].state.services.allowances)
            try:
                await allowances.take_request(scope["state"]["caller"].owner)
            except TooManyRequests as error:
                await error_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """ASGI middleware that answers 413 to a body that is too large.

    Args:
        app: what comes next.
        max_bytes: of a body.
        larger: other limits by method and path.
        streamed: the same of routes that read their body as it comes.

    FastAPI's own `max_body_size` answers in plain text where our contract wants problem JSON, and
    Starlette's `BaseHTTPMiddleware` puts a task and a queue around every streamed answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        larger: Mapping[tuple[str, str], int] = MappingProxyType({}),
        streamed: Mapping[tuple[str, str], int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        declared, is_chunked = headers.get(b"content-length"), b"transfer-encoding" in headers
        del headers  # not for as long as an answer streams
        limit = self._streamed.get((scope["method"], scope["path"]))
        if limit is not None:
            await self._stream(scope, receive, send, limit, declared)
            return
        limit = self._larger.get((scope["method"], scope["path"]), self._max_bytes)
        if declared is not None:
            # The server itself holds the client to the length that it declared.
            too_long = not declared.isdigit() or int(declared) > limit
            if too_long:
                await _refuse(scope, receive, send, limit)
            else:
                await self._app(scope, receive, send)
        elif is_chunked:
            await self._count(scope, receive, send, limit)
        else:
            await self._app(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Read a body of unknown length up to the limit, then pass it on in one piece."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                await _refuse(scope, receive, send, limit)
                return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replayed() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replayed, send)

    async def _stream(
        self, scope: Scope, receive: Receive, send: Send, limit: int, declared: bytes | None
    ) -> None:
        """Pass the request on; reading more of its body than `limit` raises BodyTooLarge."""
        if declared is not None and (not declared.isdigit() or int(declared) > limit):
            await _refuse(scope, receive, send, limit)
            return
        count = 0

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"the request body is over {limit} bytes")


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    await error_response(_too_large(limit))(scope, receive, send)
