"""Which keys of a namespace change: Redis tells, as it tells clients that keep copies of values."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from redis.asyncio import Redis

from citewire.errors import StorageUnavailable
from citewire.storage.connection.pool import WaitingPool
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys

ALIVE_S = 10.0
"""How often a connection that hears nothing is used, so that nothing on the way cuts it."""
ANSWER_S = 60.0
_PONG = b"PONG"


class ChangeFollower:
    """The keys of a namespace that changed; see `following_changes`.

    Args:
        connection: of its own, on which Redis tells.
        prefix: of the keys.
    """

    def __init__(self, connection: Any, prefix: bytes) -> None:
        self._connection = connection
        self._prefix = prefix
        self._changed: set[str] = set()
        self._pings = self._pongs = 0
        self._wake = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def take(self) -> set[str]:
        """The names of all keys that changed before now and were not taken yet.

        Raises:
            StorageUnavailable: the connection was lost, and nobody knows what changed since.
        """
        await self._hear()
        changed, self._changed = self._changed, set()
        return changed

    async def keep(self) -> None:
        """Keep the connection in use until cancelled, while others take their time."""
        while True:
            await asyncio.sleep(ALIVE_S)
            await self._hear()

    async def _hear(self) -> None:
        """Hear all that was to be told until now.

        Redis tells of changes when it has answered all that came at once: the first answer may come
        before what changed just before it, the second one, asked for later, does not.
        """
        for _ in range(2):
            await self._answered()

    async def _answered(self) -> None:
        self._pings += 1
        wanted = self._pings
        with storage_errors("to tell what changes"):
            await self._connection.send_command("PING")
        try:
            async with asyncio.timeout(ANSWER_S):
                while self._pongs < wanted:
                    self._check()
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            raise StorageUnavailable("Redis does not answer") from None
        self._check()

    async def close(self) -> None:
        """Stop listening."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._listening
        await self._connection.disconnect()

    async def _listen(self) -> None:
        try:
            while True:
                told = await self._connection.read_response(disable_decoding=True)
                if told == _PONG:
                    self._pongs += 1
                elif isinstance(told, list) and told and told[0] == b"invalidate":
                    self._note(told[1])
                self._wake.set()
        finally:
            self._wake.set()

    def _note(self, keys: list[bytes] | None) -> None:
        if keys is None:  # all of them: Redis was emptied
            raise StorageUnavailable("Redis was emptied in the meantime")
        start = len(self._prefix)
        self._changed.update(as_text(key[start:]) for key in keys if key.startswith(self._prefix))

    def _check(self) -> None:
        if not self._listening.done():
            return
        failure = None if self._listening.cancelled() else self._listening.exception()
        if isinstance(failure, StorageUnavailable):
            raise failure
        raise StorageUnavailable(
            "the connection on which Redis tells what changes was lost: run it again"
        ) from failure


@asynccontextmanager
async def following_changes(client: Redis, namespace: str) -> AsyncGenerator[ChangeFollower, None]:
    """Follow which keys change, for the block.

    Raises:
        StorageError: Redis does not tell.
        StorageUnavailable: it does not answer.
    """
    prefix = Keys(namespace).prefix
    pool = cast(WaitingPool, client.connection_pool)
    # Told in between, without a second connection: that needs the newer protocol.
    connection: Any = pool.apart(protocol=3, socket_timeout=None, health_check_interval=0)
    with storage_errors("to tell what changes"):
        await connection.connect()
        await connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", prefix)
        await connection.read_response()
    follower = ChangeFollower(connection, prefix.encode())
    keeping = asyncio.create_task(follower.keep())
    try:
        yield follower
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await keeping
        await follower.close()
