"""A connection that callers share: what they ask in one turn of the loop is one write.

Replies find their caller by the order in which was asked. A caller hears only of its own commands:
what Redis refuses is refused to who asked. One that is cancelled leaves: what it has asked is not
sent, or its replies are dropped when they come. If the connection breaks, what was sent over it
fails, as it may have been done; the rest is sent over the next one. Nothing is sent twice.

Deliberate oddity: redis-py connects, with all that it knows of TLS and passwords; then its reader
and writer are left, and the transport speaks to us, so that no task waits for each reply.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from math import inf
from selectors import EVENT_READ, DefaultSelector
from typing import Any, cast

import hiredis
from redis._parsers import BaseParser
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from citewire.storage.connection.pool import WaitingPool

HELD_UP_S = 0.25
"""So long may the shared connection owe a reply before what is asked next goes another way."""
LOOKED_AT_S = 0.05
"""After so much silence it is asked whether the server has hung up."""

_NOT_ALL = object()


class _Asked:
    """Commands that were asked together, and the future of their replies."""

    __slots__ = ("answer", "count", "packed", "replies", "sent_at")

    def __init__(self, packed: bytes, count: int, answer: "asyncio.Future[list[Any]]") -> None:
        self.packed, self.count, self.answer = packed, count, answer
        self.replies: list[Any] = []
        self.sent_at = 0.0


class _Link(asyncio.Protocol):
    """One connection that is shared: what was sent over it and is not answered yet."""

    def __init__(self, writer: asyncio.StreamWriter, owner: "SharedLine") -> None:
        self._writer = writer  # kept: it closes the transport when nobody has it
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._transport = cast(asyncio.Transport, writer.transport)
        self._reader = hiredis.Reader(
            protocolError=InvalidResponse,
            replyError=BaseParser.parse_error,
            notEnoughData=_NOT_ALL,
        )
        self._sent: deque[_Asked] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._failure: RedisError | None = None
        self._is_full = False
        self._heard_at = self._loop.time()
        self.is_over = self._loop.create_future()
        self._transport.set_protocol(self)
        self._looking = DefaultSelector()
        self._looking.register(self._transport.get_extra_info("socket").fileno(), EVENT_READ)

    @property
    def is_usable(self) -> bool:
        """Whether more may be sent over it."""
        return not (self._transport.is_closing() or self._failure)

    def is_held_up(self) -> bool:
        """Whether it takes no more for now, or owes a reply for long."""
        owes = self._sent and self._loop.time() - self._sent[0].sent_at > HELD_UP_S
        return bool(self._is_full or owes)

    def is_stale(self, trusted_s: float) -> bool:
        """Whether it owes nothing and must not be used again.

        It was silent for longer than `trusted_s`, so that what lies between may have forgotten it;
        or there is something to be read, which is that the server has hung up: the loop stood still
        since, and hears of it too late.
        """
        silent_s = self._loop.time() - self._heard_at
        if self._sent or silent_s < LOOKED_AT_S:
            return False
        return silent_s > trusted_s or bool(self._looking.select(0))

    def send(self, asked: Sequence[_Asked]) -> None:
        """Send what was asked, as one write."""
        now = self._loop.time()
        self._transport.write(b"".join([some.packed for some in asked]))
        for some in asked:
            some.sent_at, some.packed = now, b""
        self._sent.extend(asked)
        if self._timer is None and (limit_s := self._owner.answer_timeout_s):
            self._timer = self._loop.call_at(self._sent[0].sent_at + limit_s, self._look)

    def close(self, failure: RedisError | None = None) -> None:
        """Let go of it; what it owes fails."""
        self._failure = self._failure or failure
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Give replies to those who wait for them."""
        self._heard_at = self._loop.time()
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not _NOT_ALL:
                if not isinstance(reply, hiredis.PushNotification):
                    self._take(reply)
        except (InvalidResponse, IndexError) as error:
            self.close(RedisConnectionError(f"Redis answered what nobody asked: {error}"))

    def pause_writing(self) -> None:
        """The system takes no more for now."""
        self._is_full = True

    def resume_writing(self) -> None:
        """The system takes more again."""
        self._is_full = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what was sent: it may have been done."""
        if self._timer is not None:
            self._timer.cancel()
        failure = self._failure or RedisConnectionError("Connection closed by server.")
        for asked in self._sent:
            _fail(asked, failure)
        self._sent.clear()
        self._looking.close()
        self.is_over.set_result(None)

    def _take(self, reply: Any) -> None:
        asked = self._sent[0]
        asked.replies.append(reply)
        if len(asked.replies) == asked.count:
            self._sent.popleft()
            if not asked.answer.done():  # else it was cancelled
                asked.answer.set_result(asked.replies)

    def _look(self) -> None:
        self._timer = None
        if not self._sent:
            return
        due = self._sent[0].sent_at + self._owner.answer_timeout_s
        if due <= self._loop.time():
            self.close(RedisTimeoutError("Timeout reading from the shared connection"))
        else:
            self._timer = self._loop.call_at(due, self._look)


class SharedLine:
    """The shared connection of a client, and what is to be sent over it at the end of the turn.

    Args:
        pool: makes its connections; they are not among those of the pool.
    """

    def __init__(self, pool: WaitingPool) -> None:
        make: Any = pool.make_connection
        self._connection: AbstractConnection = make()
        self.answer_timeout_s: float = self._connection.socket_timeout or 0.0
        self._trusted_s: float = self._connection.health_check_interval or inf
        self._asked: list[_Asked] = []
        self._link: _Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._is_due = False

    def pack(self, command: Sequence[Any]) -> bytes:
        """A command as it goes over the wire."""
        return b"".join(self._connection.pack_command(*command))

    def is_held_up(self) -> bool:
        """Whether who asks now had better go another way."""
        return self._link is not None and self._link.is_held_up()

    def ask(self, packed: bytes, count: int) -> "asyncio.Future[list[Any]]":
        """Have commands sent, with those of all others in this turn; gives all their replies."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        self._asked.append(_Asked(packed, count, answer))
        if not self._is_due:
            self._is_due = True
            loop.call_soon(self._send)
        return answer

    async def close(self) -> None:
        """Close the connection; whoever still waits is told so."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        self._fail_all(RedisConnectionError("the client was closed"))
        if self._link is not None:
            self._link.close(RedisConnectionError("the client was closed"))
            await self._link.is_over
            self._link = None

    def _send(self) -> None:
        self._is_due = False
        link = self._link
        if link is None or not link.is_usable or link.is_stale(self._trusted_s):
            if self._connecting is None:
                self._connecting = asyncio.ensure_future(self._connect())
            return
        asked, self._asked = [some for some in self._asked if not some.answer.done()], []
        if asked:
            link.send(asked)

    async def _connect(self) -> None:
        connection: Any = self._connection
        try:
            if self._link is not None:
                self._link.close()
                self._link = None
            await connection.connect()
            # From here on the replies are ours: no task waits for each.
            writer, reader = connection._writer, connection._reader
            connection._writer = connection._reader = None
            if writer.transport.is_closing() or reader.at_eof() or reader.exception():
                writer.transport.abort()
                raise RedisConnectionError("Connection closed by server.")
            self._link = _Link(writer, self)
        except asyncio.CancelledError:
            self._fail_all(RedisConnectionError("the client was closed"))
            raise
        except Exception as error:
            self._fail_all(error)
        finally:
            self._connecting = None
        self._send()

    def _fail_all(self, failure: Exception) -> None:
        asked, self._asked = self._asked, []
        for some in asked:
            _fail(some, failure)


def _fail(asked: _Asked, failure: Exception) -> None:
    if not asked.answer.done():
        # Each its own: whoever raises one changes it.
        own = type(failure)(*failure.args)
        own.__cause__ = failure
        asked.answer.set_exception(own)
