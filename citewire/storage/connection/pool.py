"""The pool of connections to Redis."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Any, ClassVar, Final, Literal, Protocol

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection, Connection, ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

_REFUSED: Final = (
    *(AuthenticationError, BusyLoadingError, NoPermissionError),
    *(OutOfMemoryError, ReadOnlyError),
)
CONNECTION_WAIT_S = 5.0

Failure = Literal["connection", "timeout", "pool", "refused"]


class PoolWatch(Protocol):
    """Is told how the connections of a pool fare."""

    def released(self, seconds: float) -> None:
        """A connection was taken for so long."""

    def failed(self, kind: Failure) -> None:
        """Something failed."""


class QuickSending(AbstractConnection):
    """Sends commands without what redis-py does beside it, which costs more than most replies."""

    watch: ClassVar[PoolWatch | None] = None

    def pack_command(self, *args: Any) -> list[bytes]:
        """A command as it goes over the wire, packed in C as for synchronous connections."""
        name, *rest = args
        words = name.encode().split() if isinstance(name, str) else [name]
        try:
            return [pack_command((*words, *rest))]
        except TypeError:
            packed: list[bytes] = super().pack_command(*args)  # says which word it cannot be
            return packed

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Send; there is a time limit only where the system does not take all at once.

        redis-py's own wraps each send in `asyncio.wait_for`. Before Python 3.12 that is a task and
        a timer, and it swallows a cancellation that comes just when the send is done: whoever was
        told to stop goes on.
        """
        if not self.is_connected:
            await self._connect_first()
        elif check_health:
            await self.check_health()  # type: ignore[no-untyped-call]
        if isinstance(command, str):
            command = command.encode()
        writer: Any = self._writer
        try:
            writer.writelines([command] if isinstance(command, bytes) else command)
            if writer.is_closing() or writer.transport.get_write_buffer_size():
                async with asyncio.timeout(self.socket_timeout):
                    await writer.drain()
        except BaseException as error:
            # What was sent in part cannot be taken back.
            await self.disconnect(nowait=True)
            if isinstance(error, TimeoutError):
                raise RedisTimeoutError("Timeout writing to socket") from None
            if isinstance(error, OSError):
                raise RedisConnectionError(f"Error while writing to socket: {error}") from error
            raise

    async def read_response(self, *args: Any, **more: Any) -> Any:
        """The next reply; of one that is a failure the watch is told."""
        try:
            return await super().read_response(*args, **more)
        except RedisError as error:
            if self.watch is not None and (kind := _failure_of(error)):
                self.watch.failed(kind)
            raise

    async def _connect_first(self) -> None:
        connect: Callable[[], Awaitable[None]] = self.connect
        await connect()


class WaitingPool(ConnectionPool):
    """A bounded pool in which commands wait in line for a free connection.

    Deliberately not `BlockingConnectionPool`: its release awaits a lock, so a command cancelled
    while others wait loses its connection for good. And unlike `ConnectionPool` it connects outside
    of any lock, so that nobody queues behind a server that does not answer.
    """

    def __init__(
        self,
        *,
        connection_class: type[AbstractConnection] = Connection,
        watch: PoolWatch | None = None,
        **kwargs: Any,
    ) -> None:
        # One of three: over TCP, TLS or a socket of this machine.
        own = {"watch": watch}
        quick = type(connection_class.__name__, (QuickSending, connection_class), own)
        super().__init__(connection_class=quick, **kwargs)
        self._plain_class = connection_class
        self._watch = watch
        self._taken_at: dict[AbstractConnection, float] = {}
        self._free = asyncio.Semaphore(self.max_connections)

    @property
    def taken(self) -> int:
        """How many connections are in use."""
        return len(self._taken_at)

    async def get_connection(
        self, command_name: str | None = None, *keys: Any, **options: Any
    ) -> AbstractConnection:
        """Take a connection, connected and checked; `release` gives it back."""
        if self._free.locked():
            await self._wait()
        else:
            await self._free.acquire()  # at once
        take: Callable[[], AbstractConnection] = self.get_available_connection
        connection = take()
        self._taken_at[connection] = perf_counter()
        try:
            await self.ensure_connection(connection)
        except BaseException as error:
            if self._watch is not None and (kind := _failure_of(error)):
                self._watch.failed(kind)
            await self.release(connection)
            raise
        return connection

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(CONNECTION_WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            if self._watch is not None:
                self._watch.failed("pool")
            raise RedisTimeoutError("all connections are in use") from None

    def sibling(self, max_connections: int) -> "WaitingPool":
        """Another pool of connections to the same server."""
        kwargs: dict[str, Any] = self.connection_kwargs
        return WaitingPool(
            connection_class=self._plain_class, max_connections=max_connections, **kwargs
        )

    def apart(self, **options: Any) -> AbstractConnection:
        """A connection to the same server that is none of the pool's; whoever asks closes it.

        Args:
            options: of the connection, other than those of the pool.
        """
        return self._plain_class(**{**self.connection_kwargs, **options})

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        """Connect, anew if the server has hung up or if something was left to be read.

        redis-py asks by reading with a time limit of nothing. That costs more than a small command,
        and before Python 3.11.3 it fails in a task that was ever cancelled (ADR 0003).
        """
        connect: Callable[[], Awaitable[None]] = connection.connect
        await connect()
        if _is_stale(connection):
            await connection.disconnect()
            await connect()

    async def release(self, connection: AbstractConnection) -> None:
        """Give a connection back and let the next in line have it."""
        try:
            await super().release(connection)
        finally:
            self._free.release()
            taken_at = self._taken_at.pop(connection, None)
            if self._watch is not None and taken_at is not None:
                self._watch.released(perf_counter() - taken_at)


def _failure_of(error: BaseException) -> Failure | None:
    """What kind of failure it is; None: a reply that its asker understands, or no failure."""
    if isinstance(error, _REFUSED) or str(error).startswith("MISCONF"):
        return "refused"
    if isinstance(error, RedisTimeoutError):
        return "timeout"
    return "connection" if isinstance(error, RedisConnectionError) else None


def _is_stale(connection: AbstractConnection) -> bool:
    reader: Any = connection._reader
    return reader is None or reader.at_eof() or reader.exception() or bool(reader._buffer)
