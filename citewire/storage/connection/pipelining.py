"""A client whose callers share a connection: what they ask in one turn of the loop is one write.

redis-py takes a connection of its own for each command that is under way: a write and a read each,
and a task that waits in between. Here the commands of all callers go over one connection, in the
order in which they were asked, and replies find their caller by that order. What takes long, or
changes the connection, or is large, goes over a connection of the pool, as do all others while the
shared one is held up.

A caller hears only of its own commands: what Redis refuses is refused to who asked. One that is
cancelled leaves: what it has asked is not sent, or its replies are dropped when they come. If the
connection breaks, what was sent over it fails, as it may have been done; the rest is sent over the
next one. Nothing is sent twice.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import hiredis
from redis._parsers import BaseParser
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import AbstractConnection
from redis.client import EMPTY_RESPONSE, NEVER_DECODE
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from citewire.storage.connection.pool import WaitingPool

LARGE = 65_536
"""Bytes of commands from which on they hold nobody up but themselves."""
HELD_UP_S = 0.25
"""So long may the shared connection owe a reply before what is asked next goes another way."""

# What waits, or changes what a connection is.
_APART = frozenset(
    "AUTH HELLO SELECT RESET QUIT CLIENT MULTI EXEC DISCARD WATCH UNWATCH MONITOR ASKING READONLY "
    "READWRITE SYNC PSYNC REPLCONF FAILOVER SHUTDOWN DEBUG SCRIPT MIGRATE WAIT WAITAOF BLPOP BRPOP "
    "BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP SUBSCRIBE PSUBSCRIBE SSUBSCRIBE "
    "UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE".split()
)
_WAIT_IF_TOLD = frozenset(("XREAD", "XREADGROUP"))
_NOT_ALL = object()


def goes_apart(command: Sequence[Any]) -> bool:
    """Whether a command waits, or changes its connection, and so needs one of its own."""
    name = command[0]
    word = (name.decode() if isinstance(name, bytes) else str(name)).split(" ", 1)[0].upper()
    if word in _WAIT_IF_TOLD:
        return any(str(part).upper() in ("BLOCK", "B'BLOCK'") for part in command[1:5])
    return word in _APART


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

    @property
    def is_usable(self) -> bool:
        """Whether more may be sent over it."""
        return not (self._transport.is_closing() or self._failure)

    def is_held_up(self) -> bool:
        """Whether it takes no more for now, or owes a reply for long."""
        owes = self._sent and self._loop.time() - self._sent[0].sent_at > HELD_UP_S
        return bool(self._is_full or owes)

    def is_idle_for(self, idle_s: float) -> bool:
        """Whether it owes nothing, and nothing was heard over it for so many seconds."""
        return not self._sent and self._loop.time() - self._heard_at > idle_s

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
        if link is None or not link.is_usable or self._has_idled(link):
            if self._connecting is None:
                self._connecting = asyncio.ensure_future(self._connect())
            return
        asked, self._asked = [some for some in self._asked if not some.answer.done()], []
        if asked:
            link.send(asked)

    def _has_idled(self, link: _Link) -> bool:
        """Whether it was silent for so long that what is between may have forgotten it."""
        interval_s = self._connection.health_check_interval
        return bool(interval_s) and link.is_idle_for(interval_s)

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


class _Exchange:
    """What redis-py's pipelines take for a connection: they send once, and read all replies."""

    def __init__(self, line: SharedLine, pool: WaitingPool) -> None:
        self._line, self._pool = line, pool
        self._count = 0
        self._replies: Iterator[Any] = iter(())
        self._apart: AbstractConnection | None = None

    def pack_commands(self, commands: Iterable[Sequence[Any]]) -> list[bytes]:
        """The commands as they go over the wire."""
        packed = [self._line.pack(command) for command in commands]
        self._count = len(packed)
        return packed

    async def send_packed_command(self, packed: Sequence[bytes]) -> None:
        """Send them together, so that nothing of others comes between."""
        if sum(map(len, packed)) > LARGE or self._line.is_held_up():
            self._apart = await self._pool.get_connection()
            await self._apart.send_packed_command(packed)
            return
        self._replies = iter(await self._line.ask(b"".join(packed), self._count))

    async def read_response(self, **options: Any) -> Any:
        """The next reply."""
        if self._apart is not None:
            return await self._apart.read_response(**options)
        reply = next(self._replies)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def close(self) -> None:
        """Give back what was taken of the pool."""
        if self._apart is not None:
            await self._pool.release(self._apart)


class SharedPipeline(Pipeline):
    """A pipeline, or a transaction, that goes over the shared connection as one piece."""

    def __init__(self, line: SharedLine, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Execute what was put into it; gives the replies, or raises the first error in them."""
        commands = [command for command, _ in self.command_stack]
        is_bound = self.connection or self.watching or self.scripts or self.explicit_transaction
        if is_bound or not commands or any(map(goes_apart, commands)):
            return await super().execute(raise_on_error)
        run = self._execute_transaction if self.is_transaction else self._execute_pipeline
        exchange: Any = _Exchange(self._line, cast(WaitingPool, self.connection_pool))
        try:
            return cast("list[Any]", await run(exchange, self.command_stack, raise_on_error))
        finally:
            await exchange.close()
            await self.reset()  # type: ignore[no-untyped-call]


class PipeliningRedis(Redis):
    """redis-py's client, whose commands share a connection where they can."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._line = SharedLine(cast(WaitingPool, self.connection_pool))

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Execute a command and give its reply, in the form that redis-py gives it."""
        is_odd = NEVER_DECODE in options or EMPTY_RESPONSE in options or goes_apart(args)
        if is_odd or self._line.is_held_up():
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        packed = self._line.pack(args)
        if len(packed) > LARGE:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        [reply] = await self._line.ask(packed, 1)
        if isinstance(reply, Exception):
            raise reply
        options.pop("keys", None)  # for redis-py's cache alone
        read: Any = self.response_callbacks.get(args[0])
        if read is None:
            return reply
        value = read(reply, **options)
        return await value if asyncio.iscoroutine(value) else value

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """A pipeline, by default a transaction."""
        callbacks = self.response_callbacks
        pool = self.connection_pool
        return SharedPipeline(self._line, pool, callbacks, transaction, shard_hint)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close all connections."""
        await self._line.close()
        await super().aclose(close_connection_pool)


def _fail(asked: _Asked, failure: Exception) -> None:
    if not asked.answer.done():
        # Each its own: whoever raises one changes it.
        own = type(failure)(*failure.args)
        own.__cause__ = failure
        asked.answer.set_exception(own)
