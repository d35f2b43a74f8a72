"""Connections to Redis: one client per process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from citewire.errors import ConfigurationError, StorageError
from citewire.settings.groups import StorageSettings
from citewire.storage.connection.fingerprint import read_fingerprint
from citewire.storage.connection.pipelining import PipeliningRedis
from citewire.storage.connection.pool import PoolWatch, WaitingPool
from citewire.storage.connection.replies import (
    MODULES_REMEDY,
    storage_errors,
    translate_redis_errors,
)

MAX_CONNECTIONS = 64
_CONNECT_TIMEOUT_S = 3.0
# Longer than the embedded server's own limit on a search, so that its error arrives first.
_ANSWER_TIMEOUT_S = 10.0
_HEALTH_CHECK_S = 30
_CONNECT_RETRIES = 3
_NEEDED = {"FT.SEARCH": "search", "JSON.SET": "JSON"}


@asynccontextmanager
async def open_redis(
    storage: StorageSettings, watch: PoolWatch | None = None, *, whatever_is_stored: bool = False
) -> AsyncIterator[Redis]:
    """Open the client of `storage.redis_url`, or of the embedded server in `storage.data_dir`.

    How its connections fare is told to `watch`.

    The event loop is not blocked while the embedded server starts. A command is never sent twice:
    only connecting is tried again.

    Args:
        storage: says where it is.
        whatever_is_stored: open it also for what is of another version, or not whole.

    Raises:
        ConfigurationError: CITEWIRE_REDIS_URL is not a Redis URL.
        EmbeddedRedisError: the embedded server does not start.
        StorageUnavailable: Redis does not answer.
        StorageError: it refuses the password or lacks a module.
        IndexMismatch: what is stored in the namespace is of another version.
    """
    if storage.redis_url is not None:
        async with open_client(storage.redis_url.get_secret_value(), watch) as client:
            if not whatever_is_stored:
                await read_fingerprint(client, storage.namespace)
            yield client
        return
    # Deferred: it needs flock, which not every system has where a Redis of one's own works.
    from citewire.storage.embedded.client import open_embedded_redis

    async with (
        _entered_in_thread(open_embedded_redis(storage.data_dir)) as url,
        open_client(url, watch) as client,
    ):
        if not whatever_is_stored:
            await read_fingerprint(client, storage.namespace)
        yield client


@asynccontextmanager
async def open_client(url: str, watch: PoolWatch | None = None) -> AsyncIterator[Redis]:
    """Open a client on `url` and check that the modules are there; raises as `open_redis`."""
    client = PipeliningRedis.from_pool(_build_pool(url, watch))
    try:
        await check_modules(client)
        yield client
    finally:
        await client.aclose()


def open_sibling(client: Redis, *, max_connections: int) -> Redis:
    """Another client of the same server, for commands that wait; connects when it is first used."""
    pool = cast(WaitingPool, client.connection_pool)
    return Redis.from_pool(pool.sibling(max_connections))


async def check_modules(client: Redis) -> None:
    """Check that search and JSON are there.

    Asks for their commands, not for modules: Redis 8 has them built in, and managed servers
    refuse `MODULE LIST`.

    Raises:
        StorageError: one is missing; the message says which and what to do.
        StorageUnavailable: Redis does not answer.
    """
    ask: Callable[..., Awaitable[list[object]]] = client.execute_command
    with translate_redis_errors():
        # One word for redis-py, whose reader of COMMAND fails on commands that do not exist.
        found = await ask("COMMAND INFO", *_NEEDED)
    missing = [name for name, known in zip(_NEEDED.values(), found, strict=True) if not known]
    if missing:
        raise StorageError(f"this Redis has no {' and no '.join(missing)} module: {MODULES_REMEDY}")


async def ping(client: Redis) -> None:
    """Check that Redis answers.

    Raises:
        StorageUnavailable: it does not, or it is still loading its data.
        StorageError: it refuses the password, or everything, for its disk is full.
    """
    with storage_errors("to answer"):
        await client.ping()


def connections_taken(client: Redis) -> int:
    """How many connections of a client are in use."""
    return cast(WaitingPool, client.connection_pool).taken


def _build_pool(url: str, watch: PoolWatch | None) -> WaitingPool:
    try:
        pool: WaitingPool = WaitingPool.from_url(
            url,
            watch=watch,
            max_connections=MAX_CONNECTIONS,
            decode_responses=False,
            socket_connect_timeout=_CONNECT_TIMEOUT_S,
            socket_timeout=_ANSWER_TIMEOUT_S,
            socket_keepalive=True,
            health_check_interval=_HEALTH_CHECK_S,
            # Refused while a server starts again: worth another try. A timeout is not.
            retry=Retry(
                ExponentialBackoff(cap=0.2, base=0.02),
                _CONNECT_RETRIES,
                supported_errors=(ConnectionError, RedisConnectionError),  # type: ignore[arg-type]
            ),
            # Naming the library costs two round trips for each connection.
            lib_name=None,
            lib_version=None,
        )
        build: Callable[[], AbstractConnection] = pool.make_connection
        build()  # connects nothing, but refuses unknown options
    except (ValueError, TypeError, RedisError):
        # Without the cause: it may repeat the URL, and with it the password.
        raise ConfigurationError(
            "CITEWIRE_REDIS_URL is not a valid Redis URL; it looks like "
            "redis://user:password@host:6379/0, with rediss:// for TLS"
        ) from None
    return pool


@asynccontextmanager
async def _entered_in_thread(opened: AbstractContextManager[str]) -> AsyncIterator[str]:
    entering = asyncio.create_task(asyncio.to_thread(opened.__enter__))
    try:
        url = await asyncio.shield(entering)
    except asyncio.CancelledError:
        # The thread cannot be stopped: what it opens is closed when it comes.
        entering.add_done_callback(lambda entered: _leave(opened, entered))
        raise
    try:
        yield url
    finally:
        opened.__exit__(None, None, None)


def _leave(opened: AbstractContextManager[str], entered: asyncio.Task[str]) -> None:
    if not entered.cancelled() and entered.exception() is None:
        opened.__exit__(None, None, None)
