"""An answer under way, which ends when what let its request in is revoked."""

import asyncio
from uuid import uuid4

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citewire.api.compat.openai_errors import failed_chunk, is_openai_path
from citewire.api.compat.ui_parts import failed_part
from citewire.api.errors import error_response
from citewire.api.mcp.problems import broken_off, is_mcp_path
from citewire.errors import CredentialRevoked

REVOKED = CredentialRevoked("the key or session that let this in was revoked")
LEFT: Message = {"type": "http.disconnect"}
EVENT_STREAM = b"text/event-stream"
UI_PATH = "/ui/chat"


class WatchedRequest:
    """One request: to the app a revocation is a client that left, and the client is told.

    So it ends as all else does whose client leaves: what runs is stopped, what was said is kept.
    A stream ends with an `error` event, or OpenAI's error, what had not begun with a problem; of a
    file the connection is cut, for half of one must not pass for the whole.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._waiting: asyncio.Task[object] | None = None
        self._has_begun = False
        self._is_stream = False
        self._is_complete = False
        self._is_revoked = False

    def revoke(self) -> None:
        """Let the app believe that the client left."""
        self._is_revoked = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Answer with `app`."""
        await app(scope, self._heard, self._sent)
        if not self._is_revoked or self._is_complete:
            return
        if not self._has_begun:
            await error_response(REVOKED)(scope, self._receive, self._send)
        elif self._is_stream:
            last = _last_event(scope)
            await self._send({"type": "http.response.body", "body": last})

    async def _heard(self) -> Message:
        if self._is_revoked:
            return LEFT
        task = asyncio.current_task()
        assert task is not None
        before, self._waiting = task.cancelling(), task
        try:
            return await self._receive()
        except asyncio.CancelledError:
            # As in asyncio.timeout: ours is taken back, another's is passed on.
            if self._is_revoked and task.uncancel() <= before:
                return LEFT
            raise
        finally:
            self._waiting = None

    async def _sent(self, message: Message) -> None:
        if self._is_revoked:
            return
        if message["type"] == "http.response.start":
            self._has_begun = True
            headers = dict(message.get("headers", ()))
            self._is_stream = headers.get(b"content-type", b"").startswith(EVENT_STREAM)
        elif message["type"] == "http.response.body":
            self._is_complete = not message.get("more_body", False)
        await self._send(message)


def _last_event(scope: Scope) -> bytes:
    """How a stream says that it is broken off, in the form of those who ask there."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if is_mcp_path(path):
        number = scope["state"].get("message_id")
        return broken_off(number, REVOKED.code, REVOKED.public)
    if is_openai_path(path):
        return failed_chunk(REVOKED.code, REVOKED.public)
    if path == UI_PATH:
        return failed_part(REVOKED.public)
    said = {
        "code": REVOKED.code,
        "message": REVOKED.public,
        "retryable": False,
        "request_id": uuid4().hex,
    }
    return b"event: error\ndata: %b\n\n" % orjson.dumps(said)
