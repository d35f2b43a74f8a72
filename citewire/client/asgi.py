"""An ASGI app asked by httpx without a socket, with answers that stream.

httpx's own transport gives an answer when all of it is there.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import httpx

from citewire.errors import ServerFailed

AHEAD = 16
"""So many pieces the app may be ahead of whoever reads."""

Message = dict[str, Any]


class AppTransport(httpx.AsyncBaseTransport):
    """Hands requests to an app; closing an answer early is what leaving is on a socket.

    Args:
        app: is asked.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask; returns with the head of the answer."""
        exchange = _Exchange(request)
        serving = asyncio.create_task(exchange.serve(self._app))
        try:
            head = await exchange.head()
        except BaseException:
            serving.cancel()
            raise
        return httpx.Response(
            head["status"], headers=head["headers"], stream=_Answer(exchange, serving)
        )


class _Exchange:
    """One request and its answer."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._body = aiter(request.stream)  # type: ignore[arg-type]  # it is an asynchronous one
        self._is_asked = False
        self._left = asyncio.Event()
        self._told: asyncio.Queue[Message | None] = asyncio.Queue(AHEAD)

    async def serve(self, app: Any) -> None:
        url = self._request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 0),
        }
        try:
            await app(scope, self._receive, self._send)
        finally:
            await self._tell(None)

    async def head(self) -> Message:
        """The status and the headers.

        Raises:
            ServerFailed: the app ended without them.
        """
        message = await self._told.get()
        if message is None:
            raise ServerFailed("there was no answer")
        return message

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        while (message := await self._told.get()) is not None:
            if message["type"] == "http.response.body":
                yield message.get("body", b"")
                if not message.get("more_body", False):
                    return

    def leave(self) -> None:
        self._left.set()
        while not self._told.empty():  # whoever waits for a place goes on
            self._told.get_nowait()

    async def _receive(self) -> Message:
        if not self._is_asked:
            with suppress(StopAsyncIteration):
                piece = await anext(self._body)
                return {"type": "http.request", "body": piece, "more_body": True}
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self._tell(message)

    async def _tell(self, message: Message | None) -> None:
        if not self._left.is_set():
            await self._told.put(message)


class _Answer(httpx.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, exchange: _Exchange, serving: "asyncio.Task[None]") -> None:
        self._exchange = exchange
        self._serving = serving

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        async for piece in self._exchange.pieces():
            yield piece

    async def aclose(self) -> None:
        """Leave, and wait until the app has done what it does then."""
        self._exchange.leave()
        await self._serving
