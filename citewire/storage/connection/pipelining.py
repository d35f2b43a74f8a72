"""A client whose callers share a connection where they can.

redis-py takes a connection of its own for each command that is under way: a write and a read each,
and a task that waits in between. Here the commands of all callers go over one, see `SharedLine`.
What waits, or changes the connection, or is large, goes over a connection of the pool, as do all
others while the shared one is held up.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import AbstractConnection
from redis.client import EMPTY_RESPONSE, NEVER_DECODE

from citewire.storage.connection.line import SharedLine
from citewire.storage.connection.pool import WaitingPool

LARGE = 65_536
"""Bytes of commands from which on they hold nobody up but themselves."""
# What waits, or changes what a connection is.
_APART = frozenset(
    "AUTH HELLO SELECT RESET QUIT CLIENT MULTI EXEC DISCARD WATCH UNWATCH MONITOR ASKING READONLY "
    "READWRITE SYNC PSYNC REPLCONF FAILOVER SHUTDOWN DEBUG SCRIPT MIGRATE WAIT WAITAOF BLPOP BRPOP "
    "BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP SUBSCRIBE PSUBSCRIBE SSUBSCRIBE "
    "UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE".split()
)
_WAIT_IF_TOLD = frozenset(("XREAD", "XREADGROUP"))


def goes_apart(command: Sequence[Any]) -> bool:
    """Whether a command waits, or changes its connection, and so needs one of its own."""
    name = command[0]
    word = (name.decode() if isinstance(name, bytes) else str(name)).split(" ", 1)[0].upper()
    if word in _WAIT_IF_TOLD:
        return any(str(part).upper() in ("BLOCK", "B'BLOCK'") for part in command[1:5])
    return word in _APART


class _Together:
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
        exchange: Any = _Together(self._line, cast(WaitingPool, self.connection_pool))
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
