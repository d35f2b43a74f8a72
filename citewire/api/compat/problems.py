"""Problems in the words that clients of other interfaces expect."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Retold = Callable[[int, Mapping[str, Any]], tuple[int, Mapping[str, Any]]]
"""From a status and a problem to those that are sent instead."""


class RetoldProblems:
    """ASGI middleware that tells our problems on some paths in other words.

    Around all else, so that refused keys and bodies are told so, too.

    Args:
        app: what comes next.
        is_for: whether it is for a path.
        retold: makes the other words.
    """

    def __init__(self, app: ASGIApp, *, is_for: Callable[[str], bool], retold: Retold) -> None:
        self._app = app
        self._is_for = is_for
        self._retold = retold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a problem that comes back is told in other words."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or not self._is_for(path):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def told(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._send(start, bytes(body), send)

        await self._app(scope, receive, told)

    async def _send(self, start: Message, problem: bytes, send: Send) -> None:
        status, said = self._retold(int(start["status"]), orjson.loads(problem))
        body = orjson.dumps(said)
        headers = [
            (name, value)
            for name, value in start["headers"]
            if name not in (b"content-type", b"content-length")
        ]
        headers += [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({**start, "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _is_problem(start: Message) -> bool:
    return (b"content-type", b"application/problem+json") in start["headers"]
