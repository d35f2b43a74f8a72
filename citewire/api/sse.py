"""Server-Sent Events on the wire: their bytes, and the response that sends them."""

import asyncio
import re
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from types import coroutine
from typing import Any, cast

import anyio
from fastapi.exceptions import RequestValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message, Receive, Scope, Send

from citewire.services.runs.log import ToldBatch
from citewire.settings.groups import ServerSettings


class RunResponse(EventSourceResponse):
    """sse-starlette's response, streaming in the task of the request (ADR 0009).

    The library's own opens a task group with a task, two scopes and an event for each thing that it
    does: 15 kB of an open stream, and 0.1 ms. What is no plain stream is left to it. Its time limit
    for sending is set only where the client does not take all at once.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # Nobody else wants it, nearly always: then it is had without a turn of the loop.
        self._send_lock = anyio.Lock(fast_acquire=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the end, or until the client leaves or the server has to go."""
        is_plain = scope["type"] == "http" and scope["method"] != "HEAD"
        if not is_plain or self.data_sender_callable is not None:
            await super().__call__(scope, receive, send)
            return
        await self._stream_here(receive, send)
        if self.background is not None:
            await self.background()

    async def _stream_here(self, receive: Receive, send: Send) -> None:
        streaming = anyio.CancelScope()
        watches = _Watches(self, streaming, receive, send)
        try:
            with streaming:
                await self._stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                ends = await watches.close()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def ping(self, send: Send) -> None:
        """Send one ping, unless the stream has ended."""
        told = ServerSentEvent(comment=f"ping - {datetime.now(UTC)}", sep=self.sep)
        async with self._send_lock:
            if self.active:
                body = {"type": "http.response.body", "body": told.encode(), "more_body": True}
                await self._send_with_timeout(send, body)

    async def _send_with_timeout(self, send: Send, message: Message) -> None:
        sending = cast(Coroutine[Any, Any, None], send(message))
        try:
            waited_for = sending.send(None)
        except StopIteration:
            return
        await super()._send_with_timeout(lambda _: _rest_of(sending, waited_for), message)


class _Watches:
    """What ends a stream: its client leaves, the server has to go, or a ping is not taken.

    One task waits for the client. The end of the server is waited for by one task for all streams,
    and pings by a timer: each in a task of its own took 5 kB of an open stream.
    """

    __slots__ = ("_pinging", "_response", "_send", "_streaming", "_tasks", "_timer")

    def __init__(
        self, response: RunResponse, streaming: anyio.CancelScope, receive: Receive, send: Send
    ) -> None:
        self._response, self._streaming, self._send = response, streaming, send
        self._tasks: list[asyncio.Task[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._pinging: asyncio.Task[None] | None = None
        self._begin(response._listen_for_disconnect(receive))
        _EXITS.add(self)
        self._ping_later()

    def go(self) -> None:
        """Let the stream end by itself for as long as it may, then end it: the server goes."""
        self._begin(self._response._listen_for_exit_signal_with_grace())

    async def close(self) -> list[BaseException | None]:
        """Watch no longer; gives what the watches ended with."""
        _EXITS.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._pinging is not None:
            self._tasks.append(self._pinging)
        for task in self._tasks:
            task.cancel()
        return await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, watch: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(watch)
        self._tasks.append(task)
        task.add_done_callback(self._ended)

    def _ended(self, _: asyncio.Task[None]) -> None:
        self._streaming.cancel()

    def _ping_later(self) -> None:
        if seconds := self._response.ping_interval:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._ping)

    def _ping(self) -> None:
        self._pinging = asyncio.create_task(self._response.ping(self._send))
        self._pinging.add_done_callback(self._pinged)

    def _pinged(self, ping: asyncio.Task[None]) -> None:
        if ping.cancelled():
            return
        if ping.exception() is not None:
            self._streaming.cancel()
        else:
            self._ping_later()


class _Exits:
    """Tells the streams of a loop that the server has to go."""

    def __init__(self) -> None:
        self._streams: set[_Watches] = set()
        self._listening: asyncio.Task[None] | None = None

    def add(self, stream: _Watches) -> None:
        """Tell a stream."""
        self._streams.add(stream)
        heard = self._listening
        if heard is None or heard.done() or heard.get_loop() is not asyncio.get_running_loop():
            self._listening = asyncio.create_task(self._listen())

    def discard(self, stream: _Watches) -> None:
        """Tell it no longer."""
        self._streams.discard(stream)

    async def _listen(self) -> None:
        await RunResponse._listen_for_exit_signal()
        for stream in list(self._streams):
            stream.go()


_EXITS = _Exits()


@coroutine
def _rest_of(begun: Coroutine[Any, Any, None], waited_for: Any) -> Generator[Any, Any, None]:
    """What is left of a coroutine that was begun by hand, and waits."""
    while True:
        try:
            given = yield waited_for
        except BaseException as error:
            resume = partial(begun.throw, error)
        else:
            resume = partial(begun.send, given)
        try:
            waited_for = resume()
        except StopIteration:
            return


async def _blocks(
    stream_id: str, batches: AsyncGenerator[ToldBatch, None]
) -> AsyncGenerator[bytes, None]:
    stream = stream_id.encode()
    async with aclosing(batches):
        async for batch in batches:
            yield b"".join(
                [
                    b"event: %b\nid: %b:%d\ndata: %b\n\n" % (name.encode(), stream, seq, data)
                    for seq, name, data in batch
                ]
            )


def run_response(
    stream_id: str, batches: AsyncGenerator[ToldBatch, None], server: ServerSettings
) -> EventSourceResponse:
    """Stream what a run or a job tells; when the client leaves, its generator is cancelled."""
    return stream_response(_blocks(stream_id, batches), server)


def stream_response(
    blocks: AsyncGenerator[bytes, None], server: ServerSettings
) -> EventSourceResponse:
    """Stream blocks of events as they are; when the client leaves, their generator is cancelled."""
    return RunResponse(
        blocks,
        sep="\n",
        ping=server.sse_ping_s,
        send_timeout=server.send_timeout_s,
        # A client that reads nothing is cut off while there is still time to store its turn.
        shutdown_grace_period=server.shutdown_grace_s / 4,
        headers={"Cache-Control": "no-store"},
    )


def last_event_number(run_id: str, header: str | None) -> int:
    """The number in a `Last-Event-ID` of a run; 0 without one.

    Raises:
        RequestValidationError: it is no event of this run.
    """
    if header is None:
        return 0
    found = re.fullmatch(re.escape(run_id) + r":(\d{1,9})", header, re.ASCII)
    if found is None:
        told = f"must be {run_id}:<number>"
        raise RequestValidationError([{"loc": ("header", "Last-Event-ID"), "msg": told}])
    return int(found[1])
