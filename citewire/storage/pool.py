"""The pool of connections to Redis."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection, Connection, ConnectionPool
from redis.exceptions import TimeoutError as RedisTimeoutError

CONNECTION_WAIT_S = 5.0


class CompiledPacking(AbstractConnection):
    """Packs commands in C: in Python, redis-py takes longer for a passage than Redis takes over it.

    What it does for its synchronous connections alone.
    """

    def pack_command(self, *args: Any) -> list[bytes]:
        """A command as it goes over the wire."""
        name, *rest = args
        words = name.encode().split() if isinstance(name, str) else [name]
        try:
            return [pack_command((*words, *rest))]
        except TypeError:
            packed: list[bytes] = super().pack_command(*args)  # says which word it cannot be
            return packed


class WaitingPool(ConnectionPool):
    """A bounded pool in which commands wait in line for a free connection.

    Deliberately not `BlockingConnectionPool`: its release awaits a lock, so a command cancelled
    while others wait loses its connection for good. And unlike `ConnectionPool` it connects outside
    of any lock, so that nobody queues behind a server that does not answer.
    """

    def __init__(
        self, *, connection_class: type[AbstractConnection] = Connection, **kwargs: Any
    ) -> None:
        # One of three: over TCP, TLS or a socket of this machine.
        packing = type(connection_class.__name__, (CompiledPacking, connection_class), {})
        super().__init__(connection_class=packing, **kwargs)
        self._plain_class = connection_class
        self._free = asyncio.Semaphore(self.max_connections)

    async def get_connection(
        self, command_name: str | None = None, *keys: Any, **options: Any
    ) -> AbstractConnection:
        """Take a connection, connected and checked; `release` gives it back."""
        try:
            async with asyncio.timeout(CONNECTION_WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise RedisTimeoutError("all connections are in use") from None
        take: Callable[[], AbstractConnection] = self.get_available_connection
        connection = take()
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    def sibling(self, max_connections: int) -> "WaitingPool":
        """Another pool of connections to the same server."""
        kwargs: dict[str, Any] = self.connection_kwargs
        return WaitingPool(
            connection_class=self._plain_class, max_connections=max_connections, **kwargs
        )

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


def _is_stale(connection: AbstractConnection) -> bool:
    reader: Any = connection._reader
    return reader is None or reader.at_eof() or reader.exception() or bool(reader._buffer)
