"""Connections with limits on what a client may send before a request is there, and how slowly.

uvicorn itself has none for its faster parser: headers without end fill the memory, and half a
request holds its connection for ever.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from citewire.api.errors import error_response
from citewire.api.request_log import HEADER
from citewire.api.turn_writes import TurnTransport
from citewire.errors import CitewireError, HeadersTooLarge, MalformedRequest, RequestStalled
from citewire.settings.groups import ServerSettings

logger = logging.getLogger(__name__)

MIN_BODY_BYTES = 16 * 1024
"""What has to arrive of a body in each `body_timeout_s`, if it is not complete by then."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a client is held to.

    Args:
        header_bytes: of the request's line and headers.
        header_s: for them to arrive.
        body_s: in which a body has to be complete, or to bring MIN_BODY_BYTES.
    """

    header_bytes: int
    header_s: float
    body_s: float


class LimitedConnection(HttpToolsProtocol):
    """uvicorn's connection, within limits; what exceeds them is told so and closed."""

    limits: ClassVar[ConnectionLimits]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.awaited: Literal["headers", "body"] | None = None
        self.unseen_bytes = 0  # of which the parser has said nothing yet
        self.body_bytes = 0  # since the timer was set
        self.timer: asyncio.TimerHandle | None = None
        self.refusal: CitewireError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client its time for the first request."""
        super().connection_made(transport)
        self.transport: Any = TurnTransport(transport)
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._unset_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse it, and wait for the rest no longer than the limits say."""
        self.unseen_bytes += len(data)  # what the parser says of it sets this to 0
        super().data_received(data)
        if self.transport.is_closing():
            self._unset_timer()
        elif self.unseen_bytes > self.limits.header_bytes:
            self._refuse(self._too_large())
        elif self.timer is None and (self.awaited is not None or not self._is_answering()):
            self._set_timer()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._await("headers")
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Pass the request on, unless its headers are too large."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.header_bytes:
            self.refusal = self._too_large()
            raise self.refusal  # the parser stops, and `send_400_response` is called
        self._await("body")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self.unseen_bytes = 0
        self.body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._await(None)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a request that could not be parsed."""
        self._refuse(self.refusal or MalformedRequest("this is no HTTP request that can be read"))

    def _await(self, awaited: Literal["headers", "body"] | None) -> None:
        self.awaited = awaited
        self.unseen_bytes = 0
        self._unset_timer()

    def _set_timer(self) -> None:
        after_s = self.limits.body_s if self.awaited == "body" else self.limits.header_s
        self.body_bytes = 0
        self.timer = self.loop.call_later(after_s, self._on_timer)

    def _unset_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _on_timer(self) -> None:
        self.timer = None
        if self.flow.read_paused or self.body_bytes >= MIN_BODY_BYTES:
            self._set_timer()  # it is we who do not read, or it goes on
        elif self.awaited is None:
            self.transport.close()
        else:
            self._refuse(RequestStalled(f"the rest of the {self.awaited} does not arrive"))

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, error: CitewireError) -> None:
        """Answer with a problem, if no other answer is being written, and close."""
        self._unset_timer()
        if not self._can_answer():
            self.transport.abort()
            return
        answer = error_response(error)
        request_id = answer.headers[HEADER.decode()]
        facts = {"status": answer.status_code, "code": error.code, "request_id": request_id}
        logger.info("no request", extra={"facts": facts})
        head = [*answer.raw_headers, (b"connection", b"close")]
        lines = [b"%b: %b\r\n" % (name, value) for name, value in head]
        self.transport.write(b"".join([STATUS_LINE[answer.status_code], *lines, b"\r\n"]))
        self.transport.write(bytes(answer.body))
        self.transport.close()

    def _can_answer(self) -> bool:
        if not self._is_answering():
            return True
        # It is the answer to this very request that is not begun.
        return self.awaited == "body" and not self.cycle.response_started and not self.pipeline

    def _too_large(self) -> HeadersTooLarge:
        return HeadersTooLarge(f"the headers are over {self.limits.header_bytes} bytes")


def limited_connection(server: ServerSettings) -> type[LimitedConnection]:
    """The connections of a server, with its limits."""

    class Connection(LimitedConnection):
        limits = ConnectionLimits(
            server.max_header_bytes, server.header_timeout_s, server.body_timeout_s
        )

    return Connection
