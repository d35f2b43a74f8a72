"""Commands that share a connection: each gets its own replies, whatever becomes of others."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from citewire.storage.connection import line as module
from citewire.storage.connection.connection import open_client
from citewire.storage.connection.pipelining import LARGE, PipeliningRedis, goes_apart
from citewire.storage.connection.pool import WaitingPool
from tests.doubles.redis_fixtures import StoppableRedis

pytestmark = pytest.mark.timeout(60)

TORN = 2000
"""Bytes of a reply that are cut into pieces."""


class Between:
    """A proxy before Redis that cuts replies into pieces, keeps them back, or hangs up.

    Args:
        upstream: host and port of Redis.
        piece: bytes of a piece.
    """

    def __init__(self, upstream: tuple[str, int], piece: int) -> None:
        self._upstream = upstream
        self._piece = piece
        self._writers: set[StreamWriter] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.sent: list[bytes] = []
        self.connections = 0
        self.silent: set[int] = set()

    def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Pass one connection on."""
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer, self.connections))
        self.tasks.add(task)

    def hang_up(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: StreamReader, writer: StreamWriter, number: int) -> None:
        from_redis, to_redis = await asyncio.open_connection(*self._upstream)
        self._writers |= {writer, to_redis}
        back = asyncio.create_task(self._answer(from_redis, writer, number))
        with suppress(ConnectionError):
            while sent := await reader.read(1 << 20):
                self.sent.append(sent)
                to_redis.write(sent)
        to_redis.transport.abort()
        await back

    async def _answer(self, from_redis: StreamReader, writer: StreamWriter, number: int) -> None:
        with suppress(ConnectionError):
            while said := await from_redis.read(1 << 20):
                if number in self.silent:
                    continue
                for at in range(0, min(len(said), TORN), self._piece):
                    writer.write(said[at : min(at + self._piece, TORN)])
                    await asyncio.sleep(0)
                writer.write(said[TORN:])
        writer.transport.abort()


@asynccontextmanager
async def between(
    redis_url: str, *, piece: int = 1 << 20, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[str, Between]]:
    """The URL of Redis behind such a proxy."""
    parts = urlsplit(redis_url)
    proxy = Between((parts.hostname or "", parts.port or 0), piece)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield redis_url.replace(f":{parts.port}", f":{port}"), proxy
        proxy.hang_up()
        await asyncio.gather(*proxy.tasks)


@dataclass(frozen=True)
class Caller:
    """What it does, and turns of the loop: before it begins, and before it is cancelled."""

    does: str
    waits: int
    patience: int | None


KINDS = ("count", "echo", "refused", "pipeline", "transaction", "script", "large", "blocking")
CALLERS = st.lists(
    st.builds(
        Caller,
        does=st.sampled_from(KINDS),
        waits=st.integers(0, 6),
        patience=st.one_of(st.none(), st.integers(0, 25)),
    ),
    min_size=1,
    max_size=25,
)


async def call(client: Redis, does: str, key: str, script: Callable[..., Awaitable[Any]]) -> None:
    """Ask as `key`, which nobody else does, and check that the replies are one's own."""
    unchecked: Any = client
    match does:
        case "count":
            assert await unchecked.incr(key) == 1
        case "echo":
            assert await unchecked.echo(key) == key.encode()
        case "refused":
            with pytest.raises(ResponseError, match="not an integer"):
                await unchecked.execute_command("INCRBY", key, "x")
        case "pipeline" | "transaction":
            async with unchecked.pipeline(transaction=does == "transaction") as pipe:
                pipe.echo(key).incr(key).execute_command("INCRBY", key, "x").echo(key)
                first, count, refused, last = await pipe.execute(raise_on_error=False)
            assert (first, count, last) == (key.encode(), 1, key.encode())
            assert isinstance(refused, ResponseError)
        case "script":
            assert await script(args=[key]) == [key.encode(), 1]
        case "large":
            assert await unchecked.echo(key * (LARGE // 20)) == key.encode() * (LARGE // 20)
        case "blocking":
            await unchecked.rpush(f"{key}:list", key)
            assert await unchecked.blpop([f"{key}:list"], 5) == (
                f"{key}:list".encode(),
                key.encode(),
            )


async def settle(
    client: Redis, callers: Sequence[Caller], cut_at: int | None, proxy: Between
) -> list[str]:
    """Let all of them go at once; gives the keys of those that were answered."""
    # Another text each time: Redis does not know it, and is sent it.
    text = f"-- {uuid4().hex}\nreturn {{ARGV[1], redis.call('INCR', ARGV[1])}}"
    register: Any = client.register_script
    script = register(text)

    async def work(caller: Caller, key: str) -> None:
        for _ in range(caller.waits):
            await asyncio.sleep(0)
        await call(client, caller.does, key, script)

    async def leave(task: asyncio.Task[None], patience: int) -> None:
        for _ in range(patience):
            await asyncio.sleep(0)
        task.cancel()

    keys = [f"k{uuid4().hex}" for _ in callers]
    tasks = [
        asyncio.create_task(work(caller, key)) for caller, key in zip(callers, keys, strict=True)
    ]
    leaving = [
        asyncio.create_task(leave(task, caller.patience))
        for task, caller in zip(tasks, callers, strict=True)
        if caller.patience is not None
    ]
    if cut_at is not None:
        for _ in range(cut_at):
            await asyncio.sleep(0)
        proxy.hang_up()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*leaving)
    for caller, end in zip(callers, ends, strict=True):
        if isinstance(end, asyncio.CancelledError):
            assert caller.patience is not None
        elif isinstance(end, RedisConnectionError):
            assert cut_at is not None
        else:
            assert end is None, repr(end)
    return [key for key, end in zip(keys, ends, strict=True) if end is None]


@hypothesis_settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rounds=st.lists(st.tuples(CALLERS, st.one_of(st.none(), st.integers(0, 30))), max_size=3),
    piece=st.sampled_from([1, 3, 17, 1 << 20]),
)
def test_each_gets_its_own_replies_whatever_becomes_of_others(
    redis_url: str, rounds: list[tuple[list[Caller], int | None]], piece: int
) -> None:
    async def run() -> None:
        async with between(redis_url, piece=piece) as (url, proxy), open_client(url) as client:
            for callers, cut_at in rounds:
                answered = await settle(client, callers, cut_at, proxy)
                await asyncio.sleep(0.01 if cut_at is not None else 0)
                # Nobody's reply is left over for the next.
                assert await client.echo("next") == b"next"
                for key in answered:
                    assert await client.get(key) in (None, b"1"), "it was done twice"

    asyncio.run(run())


async def test_what_is_asked_in_one_turn_is_one_write(redis_url: str) -> None:
    async with between(redis_url) as (url, proxy), open_client(url) as client:
        before = len(proxy.sent)
        tokens = [str(n) for n in range(50)]

        assert await asyncio.gather(*map(client.echo, tokens)) == [t.encode() for t in tokens]
        assert len(proxy.sent) == before + 1
        assert proxy.connections == 1


async def test_whoever_leaves_before_it_is_sent_sends_nothing(
    redis_client: Redis, namespace: str
) -> None:
    leaving = asyncio.create_task(redis_client.incr(namespace))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving

    assert await redis_client.get(namespace) is None


async def test_a_blocking_command_and_a_subscription_hold_nobody_up(
    redis_client: Redis, namespace: str
) -> None:
    asked: Any = redis_client.blpop([namespace], 30)
    waiting = asyncio.create_task(asked)
    async with redis_client.pubsub() as pubsub:
        await pubsub.subscribe(namespace)
        async with asyncio.timeout(5):
            assert await redis_client.echo("quick") == b"quick"
            await redis_client.rpush(namespace, "now")  # type: ignore[misc]
            assert await waiting == (namespace.encode(), b"now")


async def test_all_that_waits_goes_apart(redis_client: Redis) -> None:
    known: Any = await redis_client.command()  # type: ignore[no-untyped-call]
    told_to_wait = {"xread", "xreadgroup"}
    for name, told in known.items():
        flags = set(told["flags"])
        waits = flags & {"blocking", "pubsub"} and name not in {"publish", "spublish", "pubsub"}
        assert not waits or name in told_to_wait or goes_apart([name]), name
    assert goes_apart(["XREAD", b"BLOCK", 5, b"STREAMS", "s", "0"])
    assert goes_apart(["XREAD", b"COUNT", 5, b"BLOCK", 5, b"STREAMS", "s", "0"])
    assert not goes_apart(["XREAD", b"COUNT", 5, b"STREAMS", "s", "0"])


async def test_a_large_write_goes_another_way(redis_url: str, namespace: str) -> None:
    async with between(redis_url) as (url, proxy), open_client(url) as client:
        await client.ping()
        async with client.pipeline(transaction=True) as pipe:
            for n in range(3):
                pipe.hset(namespace, str(n), "x" * (LARGE // 2))
            assert await pipe.execute() == [1, 1, 1]
        assert proxy.connections == 2


async def test_a_large_reply_comes_whole_among_small_ones(
    redis_client: Redis, namespace: str
) -> None:
    large = b"x" * 20_000_000
    await redis_client.set(namespace, large)
    around = [redis_client.echo(str(n)) for n in range(20)]

    small, whole, more = await asyncio.gather(
        asyncio.gather(*around[:10]), redis_client.get(namespace), asyncio.gather(*around[10:])
    )
    assert whole == large
    assert [*small, *more] == [str(n).encode() for n in range(20)]


async def test_a_held_up_connection_is_gone_around(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_UP_S", 0.05)
    async with between(redis_url) as (url, proxy), open_client(url) as client:
        proxy.silent.add(1)
        stuck = asyncio.create_task(client.echo("stuck"))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)

        assert await client.echo("quick") == b"quick"
        assert proxy.connections == 2
        stuck.cancel()


async def test_no_answer_is_a_timeout_and_the_next_are_answered(redis_url: str) -> None:
    async with between(redis_url) as (url, proxy):
        pool = WaitingPool.from_url(f"{url}?socket_timeout=0.2", max_connections=4)
        async with PipeliningRedis.from_pool(pool) as client:
            await client.ping()
            proxy.silent.add(1)
            ends = await asyncio.gather(
                *(client.echo(str(n)) for n in range(5)), return_exceptions=True
            )
            assert {type(end) for end in ends} == {RedisTimeoutError}
            assert len({id(end) for end in ends}) == 5, "each has its own"
            assert await client.echo("next") == b"next"


async def test_a_server_that_came_back_while_the_loop_stood_still_answers(
    stoppable_redis: StoppableRedis,
) -> None:
    async with open_client(stoppable_redis.url) as client:
        assert await client.echo("before") == b"before"
        stoppable_redis.stop()
        stoppable_redis.start()

        assert await client.echo("after") == b"after"


async def test_an_idle_connection_is_not_trusted(redis_url: str) -> None:
    async with between(redis_url) as (url, proxy):
        pool = WaitingPool.from_url(url, max_connections=4, health_check_interval=0.05)
        async with PipeliningRedis.from_pool(pool) as client:
            await client.ping()
            proxy.silent.add(1)
            await asyncio.sleep(0.1)

            async with asyncio.timeout(1):
                assert await client.echo("next") == b"next"


async def test_a_closed_client_leaves_nobody_waiting(redis_url: str) -> None:
    async with between(redis_url) as (url, proxy):
        async with open_client(url) as client:
            proxy.silent.add(1)
            waiting = asyncio.create_task(client.echo("never"))  # type: ignore[arg-type]
            await asyncio.sleep(0.05)
        with pytest.raises(RedisConnectionError, match="closed"):
            await waiting


@pytest.fixture(scope="module")
def tls_context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Of a server whose certificate nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_commands_share_a_connection_over_tls(
    redis_url: str, tls_context: ssl.SSLContext
) -> None:
    async with between(redis_url, tls=tls_context) as (url, proxy):
        secure = url.replace("redis://", "rediss://", 1) + "?ssl_cert_reqs=none"
        async with open_client(secure) as client:
            tokens = [str(n) * 1000 for n in range(100)]
            assert await asyncio.gather(*map(client.echo, tokens)) == [t.encode() for t in tokens]
            proxy.hang_up()
            await asyncio.sleep(0.05)
            assert await client.echo("next") == b"next"
