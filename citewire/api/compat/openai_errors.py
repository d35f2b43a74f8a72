"""Problems in OpenAI's form, on the paths where its clients ask."""

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/v1/"
_TYPES = {
    401: "invalid_request_error",
    403: "permission_error",
    404: "invalid_request_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def is_asked_as_openai(scope: Scope) -> bool:
    """Whether a request is for a path where OpenAI's clients ask."""
    path: str = scope.get("path", "").removeprefix(scope.get("root_path", ""))
    return path.startswith(PREFIX)


def failed_chunk(code: str, message: str) -> bytes:
    """What a stream that has begun ends with when the answer fails."""
    error = {"message": message, "type": "server_error", "param": None, "code": code}
    return b"data: %b\n\n" % orjson.dumps({"error": error})


class OpenAiErrors:
    """ASGI middleware that tells our problems to OpenAI's clients as they expect them.

    Around all else, so that refused keys and bodies are told so, too.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a problem that comes back is told in other words."""
        if scope["type"] != "http" or not is_asked_as_openai(scope):
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
                    await _send(start, bytes(body), send)

        await self._app(scope, receive, told)


def _is_problem(start: Message) -> bool:
    return (b"content-type", b"application/problem+json") in start["headers"]


async def _send(start: Message, problem: bytes, send: Send) -> None:
    told, status = orjson.loads(problem), int(start["status"])
    if status == 422:  # OpenAI says 400 to what it cannot read.
        status = 400
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    error = {"message": told["detail"], "type": kind, "param": None, "code": told["code"]}
    body = orjson.dumps({"error": error})
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
