"""The client: its pool, its checks, and what its failures are turned into, on a real Redis."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.connection import Connection
from redis.exceptions import BusyLoadingError, DataError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from citewire.errors import ConfigurationError, StorageError, StorageUnavailable
from citewire.settings.groups import StorageSettings
from citewire.storage.connection.connection import (
    MAX_CONNECTIONS,
    connections_taken,
    open_client,
    open_redis,
    ping,
)
from citewire.storage.connection.pool import QuickSending, WaitingPool
from citewire.storage.connection.replies import translate_redis_errors
from citewire.storage.embedded.binaries import find_binaries
from citewire.storage.embedded.folder import RedisFolder, ask, is_held
from tests.doubles.redis_fixtures import StoppableRedis

pytestmark = pytest.mark.timeout(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def settings_for(url: str) -> StorageSettings:
    return StorageSettings(redis_url=SecretStr(url))


async def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "waited 15 s in vain"
        await asyncio.sleep(0.002)


async def block(client: Redis, key: str) -> None:
    """Occupy a connection with a command that does not end."""
    await client.blpop([key], 60)  # type: ignore[misc]


@pytest.fixture
def plain_redis_url(tmp_path: Path) -> Iterator[str]:
    """A server without any module."""
    port = free_port()
    command = [
        str(find_binaries().server),
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 10
        while not ask(port, "", "PING"):
            assert time.monotonic() < deadline, "waited 10 s in vain"
            time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}"
        process.terminate()


async def test_a_configured_url_is_used(redis_url: str) -> None:
    async with open_redis(settings_for(redis_url)) as client:
        await ping(client)


async def test_answers_stay_bytes(redis_client: Redis, namespace: str) -> None:
    await redis_client.set(namespace, "é")

    assert "é".encode() == await redis_client.get(namespace)


async def test_without_url_the_embedded_server_is_started_and_ended(tmp_path: Path) -> None:
    folder = RedisFolder(tmp_path)
    async with open_redis(StorageSettings(data_dir=tmp_path)) as client:
        await ping(client)

    await wait_until(lambda: not is_held(folder.supervisor_lock))


async def test_the_loop_goes_on_while_the_embedded_server_starts(tmp_path: Path) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    beating = asyncio.create_task(beat())
    async with open_redis(StorageSettings(data_dir=tmp_path)):
        beating.cancel()

    assert beats > 3


async def test_cancelling_the_start_leaves_no_server(tmp_path: Path) -> None:
    folder = RedisFolder(tmp_path)

    async def use() -> None:
        async with open_redis(StorageSettings(data_dir=tmp_path)):
            pass

    using = asyncio.create_task(use())
    await wait_until(lambda: is_held(folder.start_lock))
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using

    await wait_until(lambda: not is_held(folder.start_lock) and not is_held(folder.supervisor_lock))


@pytest.mark.parametrize(
    "url", ["", "http://x", "redis://u:hush@h:port", "redis://:hush@h/0?no_such_option=1"]
)
async def test_a_wrong_url_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="CITEWIRE_REDIS_URL") as caught:
        async with open_client(url):
            pass

    assert "hush" not in str(caught.value)


async def test_a_wrong_password_names_the_setting(redis_url: str) -> None:
    scheme, _, address = redis_url.rpartition("@")
    with pytest.raises(StorageError, match="CITEWIRE_REDIS_URL") as caught:
        async with open_client(f"{scheme[:-3]}@{address}"):
            pass

    assert not isinstance(caught.value, StorageUnavailable)


async def test_nobody_at_the_address_is_told_soon() -> None:
    async with asyncio.timeout(2):
        with pytest.raises(StorageUnavailable):
            async with open_client(f"redis://127.0.0.1:{free_port()}"):
                pass


async def test_missing_modules_are_named(plain_redis_url: str) -> None:
    with pytest.raises(StorageError, match="no search and no JSON module"):
        async with open_client(plain_redis_url):
            pass


async def test_more_commands_than_connections_wait_in_line(
    redis_client: Redis, namespace: str
) -> None:
    before = {connection["id"] for connection in await redis_client.client_list()}
    commands = [redis_client.incr(namespace) for _ in range(5 * MAX_CONNECTIONS)]

    assert sorted(await asyncio.gather(*commands)) == list(range(1, len(commands) + 1))
    after = {connection["id"] for connection in await redis_client.client_list()}
    assert len(after - before) <= MAX_CONNECTIONS


async def test_cancelled_commands_keep_no_connection(redis_client: Redis, namespace: str) -> None:
    waiting = [
        asyncio.create_task(block(redis_client, namespace)) for _ in range(2 * MAX_CONNECTIONS)
    ]
    await asyncio.sleep(0.3)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    echoes = [redis_client.echo(str(i)) for i in range(2 * MAX_CONNECTIONS)]
    assert [str(i).encode() for i in range(2 * MAX_CONNECTIONS)] == await asyncio.gather(*echoes)


async def test_a_stopped_server_is_told_soon(stoppable_redis: StoppableRedis) -> None:
    async with open_client(stoppable_redis.url) as client:
        stoppable_redis.stop()

        async with asyncio.timeout(2):
            with pytest.raises(StorageUnavailable):
                await ping(client)


class Seen:
    """What a pool tells its watch."""

    def __init__(self) -> None:
        self.taken_s: list[float] = []
        self.failures: list[str] = []

    def released(self, seconds: float) -> None:
        self.taken_s.append(seconds)

    def failed(self, kind: str) -> None:
        self.failures.append(kind)


async def test_the_watch_hears_of_commands_and_of_what_fails(
    stoppable_redis: StoppableRedis,
) -> None:
    seen = Seen()
    async with open_client(stoppable_redis.url, seen) as client:
        await asyncio.gather(*(ping(client) for _ in range(3)))
        with pytest.raises(ResponseError):
            # Its asker knows what that means.
            await client.execute_command("LPOP")  # type: ignore[no-untyped-call]
        assert (seen.failures, connections_taken(client)) == ([], 0)
        assert len(seen.taken_s) == 5  # the modules were asked for, too
        await client.config_set("maxmemory", "1")
        with pytest.raises(ResponseError):
            await client.set("key", "value")
        assert seen.failures == ["refused"]
        stoppable_redis.stop()
        with pytest.raises(StorageUnavailable):
            await ping(client)

    assert set(seen.failures) == {"refused", "connection"}


async def test_no_command_fails_after_the_server_came_back(stoppable_redis: StoppableRedis) -> None:
    async with open_client(stoppable_redis.url) as client:
        await asyncio.gather(*(ping(client) for _ in range(10)))
        stoppable_redis.stop()
        stoppable_redis.start()
        await asyncio.sleep(0.05)  # the loop stood still: let it see that its sockets were closed

        await asyncio.gather(*(ping(client) for _ in range(10)))


async def test_a_command_cut_off_is_not_sent_again(stoppable_redis: StoppableRedis) -> None:
    async with open_client(stoppable_redis.url) as client:
        waiting = asyncio.create_task(block(client, "nothing"))
        await asyncio.sleep(0.1)
        stoppable_redis.stop()
        stoppable_redis.start()

        with pytest.raises(StorageUnavailable), translate_redis_errors():
            await waiting


def test_loading_is_unavailable() -> None:
    with pytest.raises(StorageUnavailable, match="loading"), translate_redis_errors():
        raise BusyLoadingError("LOADING")


def test_what_redis_says_of_a_command_passes() -> None:
    with pytest.raises(ResponseError), translate_redis_errors():
        raise ResponseError("no such index")


@pytest.mark.parametrize("url", ["redis://h", "rediss://h", "unix:///tmp/s"])
def test_commands_go_out_as_redis_py_would_send_them(url: str) -> None:
    command = ("COMMAND INFO", "\u00e4", 1, 2.5, b"\xff", memoryview(b"m"))
    pool: Any = WaitingPool.from_url(url, max_connections=1)
    connection = pool.make_connection()

    assert isinstance(connection, QuickSending)
    [packed] = connection.pack_command(*command)
    assert packed == b"".join(Connection().pack_command(*command))
    with pytest.raises(DataError, match="NoneType"):
        connection.pack_command("SET", "key", None)


async def test_a_command_that_the_system_does_not_take_at_once_arrives_whole(
    redis_url: str, namespace: str
) -> None:
    large = b"x" * 30_000_000

    async with open_client(redis_url) as client:
        await client.set(f"{namespace}:large", large)
        assert await client.get(f"{namespace}:large") == large


async def test_a_server_that_takes_nothing_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        pool: Any = WaitingPool.from_url(
            f"redis://127.0.0.1:{silent.getsockname()[1]}",
            max_connections=1,
            socket_timeout=0.1,
            redis_connect_func=lambda connection: None,
        )
        connection = await pool.get_connection()
        with pytest.raises(RedisTimeoutError, match="writing"):
            await connection.send_command("SET", "key", b"x" * 30_000_000)
        assert not connection.is_connected
        await pool.release(connection)


async def test_whoever_is_cancelled_amid_commands_ends(redis_url: str) -> None:
    async def ping_for_ever(client: Redis) -> None:
        while True:
            await client.ping()

    async with open_client(redis_url) as client:
        # At every moment of a command: one of them was swallowed by the sending.
        for moment in range(100):
            pinging = asyncio.create_task(ping_for_ever(client))
            for _ in range(moment):
                await asyncio.sleep(0)
            pinging.cancel()
            _, going_on = await asyncio.wait([pinging], timeout=5)
            assert not going_on, moment
