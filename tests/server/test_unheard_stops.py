"""Stops that pub/sub does not bring: the key brings them, and the subscription comes back."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from citewire.errors import StorageUnavailable
from citewire.storage.connection.connection import open_client
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.runs import registry as module
from citewire.storage.runs.registry import End, LogPiece, RunClaim, RunStore
from tests.doubles.chat_client import ChatClient, Event, Told, open_chat_client, until
from tests.doubles.corpus import write_corpus
from tests.doubles.redis_fixtures import StoppableRedis
from tests.doubles.server_fixtures import StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
SLOW = {"tokens": 500, "inter_delay": 0.1}
NEVER_S = 3600
"""A lease so long that no stop comes with its renewal."""

To = Literal["pass on", "hang up", "say nothing"]


class Deafening:
    """A proxy before Redis that keeps what is published from those who subscribe.

    Args:
        upstream: host and port of Redis.
        to: what it does to a connection that has subscribed.
    """

    def __init__(self, upstream: tuple[str, int], to: To) -> None:
        self._upstream = upstream
        self.to = to
        self.subscribed = 0
        self.open: set[asyncio.Task[None]] = set()

    def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Pass one connection on."""
        task = asyncio.create_task(self._serve(reader, writer))
        self.open.add(task)
        task.add_done_callback(self.open.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        from_redis, to_redis = await asyncio.open_connection(*self._upstream)
        listens = asyncio.Event()
        back = asyncio.create_task(self._answer(from_redis, writer, listens))
        with suppress(ConnectionError):
            while sent := await reader.read(65536):
                if b"SUBSCRIBE" in sent:
                    listens.set()
                    self.subscribed += 1
                    if self.to == "hang up":
                        break
                to_redis.write(sent)
        to_redis.close()
        writer.close()
        await back

    async def _answer(
        self, from_redis: StreamReader, writer: StreamWriter, listens: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while said := await from_redis.read(65536):
                if not (listens.is_set() and self.to == "say nothing"):
                    writer.write(said)
        writer.close()


@asynccontextmanager
async def deafened(redis_url: str, to: To) -> AsyncIterator[tuple[str, Deafening]]:
    """The URL of Redis behind such a proxy."""
    parts = urlsplit(redis_url)
    proxy = Deafening((parts.hostname or "", parts.port or 0), to)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield redis_url.replace(f":{parts.port}", f":{port}"), proxy
    await asyncio.gather(*proxy.open)


async def stop_amid(chat: ChatClient, other: ChatClient) -> Told:
    """Ask one worker, and stop at the other."""
    heard: list[Event] = []
    async with asyncio.timeout(20), chat.asking(QUESTION) as events:
        async for event in events:
            heard.append(event)
            if Told(heard).names.count("delta") == 2:
                run_id = heard[0].data["run_id"]
                answer = await other.http.post(f"/chat_stream/{run_id}/stop")
                assert answer.status_code == 202
    return Told(heard)


@pytest.mark.parametrize("to", ["hang up", "say nothing"])
async def test_a_stop_that_is_never_heard_comes_by_its_key(
    start_server: StartServer, redis_url: str, other: ChatClient, standin: Standin, to: To
) -> None:
    await standin.configure(**SLOW)
    async with AsyncExitStack() as stack:
        url, proxy = await stack.enter_async_context(deafened(redis_url, to))
        starting = start_server(redis_url=url, run_lease_s=1)
        server = await asyncio.to_thread(starting.__enter__)
        stack.push_async_callback(asyncio.to_thread, starting.__exit__, None, None, None)
        chat = await stack.enter_async_context(open_chat_client(server.url))
        told = await stop_amid(chat, other)
        replayed = await other.http.get(f"/chat_stream/{told.events[0].data['run_id']}")
        turns = await chat.turns(told.chat_id)
        await standin.until(open=0, aborted=1)

    assert proxy.subscribed > 0
    assert (told.ends, told.last.data["by"]) == (["stopped"], "user")
    assert replayed.text.count("event: stopped") == 1
    assert (turns[1]["status"], turns[1]["text"]) == ("stopped", told.text)


def store_of(client: Redis, namespace: str, worker: str) -> RunStore:
    times = {"lease_s": NEVER_S, "running_s": 60, "kept_s": 60}
    return RunStore(client, namespace, worker=worker, **times)


async def test_a_stop_is_said_again_until_its_run_has_ended(
    redis_client: Redis, namespace: str
) -> None:
    here, there = [store_of(redis_client, namespace, worker) for worker in "ab"]
    await here.claim(RunClaim("run", "chat", DEFAULT_OWNER, "now", b"{}"))
    await there.stop("run", DEFAULT_OWNER)

    told = [(await here.beat(sweeps=False)).stops for _ in range(2)]
    await here.close([End("stopped", LogPiece("run", 1, 1, b""))])
    told.append((await here.beat(sweeps=False)).stops)

    assert told == [["run"], ["run"], []]
    assert not [key async for key in redis_client.scan_iter(f"{namespace}:runs:stops:*")]


async def cut_subscriptions(redis: StoppableRedis) -> None:
    async with open_client(redis.url) as client:
        await client.client_kill_filter(_type="pubsub")


async def restart(redis: StoppableRedis) -> None:
    redis.stop()
    redis.start()


async def test_the_subscription_comes_back(
    start_server: StartServer, stoppable_redis: StoppableRedis, standin: Standin, namespace: str
) -> None:
    await write_corpus(stoppable_redis.url, namespace, standin.base_url)
    await standin.configure(**SLOW)
    given = {"redis_url": stoppable_redis.url, "namespace": namespace, "run_lease_s": NEVER_S}
    with start_server(**given) as one, start_server(**given) as two:
        async with open_chat_client(one.url) as chat, open_chat_client(two.url) as other:
            for fault in (cut_subscriptions, restart):
                await _until_both_listen(stoppable_redis, namespace)
                await fault(stoppable_redis)
                await _until_both_listen(stoppable_redis, namespace)
                assert (await stop_amid(chat, other)).last.data["by"] == "user"

    await standin.until(open=0, aborted=2)


async def _until_both_listen(redis: StoppableRedis, namespace: str) -> None:
    async with open_client(redis.url) as client:

        async def are_two() -> bool:
            return len(await client.pubsub_channels(f"{namespace}:runs:stops:*")) == 2

        await until(are_two, within_s=15)


async def test_a_subscription_that_brings_nothing_any_more_is_noticed(
    redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LISTEN_S", 0.8)
    async with deafened(redis_url, "pass on") as (url, proxy), open_client(url) as client:
        store = store_of(client, namespace, "worker")
        async with aclosing(store.stops()) as stops:
            hearing = asyncio.ensure_future(anext(stops))
            await until(lambda: _is_heard(client, namespace))
            await asyncio.sleep(2)  # a silence in which Redis answers
            assert not hearing.done()
            proxy.to = "say nothing"
            with pytest.raises(StorageUnavailable):
                await asyncio.wait_for(hearing, 5)


async def _is_heard(client: Redis, namespace: str) -> bool:
    return len(await client.pubsub_channels(f"{namespace}:*")) == 1
