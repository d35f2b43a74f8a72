"""A worker, or Redis, that is suspended for longer than the lease and wakes up again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from tests.doubles.chat_client import TERMINAL, ChatClient, Event, Told, open_chat_client
from tests.doubles.corpus import write_corpus
from tests.doubles.redis_fixtures import StoppableRedis
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere count in 2023? How many apples did Vessmark pick?"
LEASE_S = 2
WRITING = {"tokens": 400, "inter_delay": 0.1}
SILENT = {"first_delay": 60}


@pytest.fixture(scope="module")
def sleeper(start_server: StartServer) -> Iterator[Server]:
    """The worker that will be suspended."""
    with start_server(run_lease_s=LEASE_S) as server:
        yield server


@pytest.fixture(scope="module")
def waker(start_server: StartServer) -> Iterator[Server]:
    """A second worker on the same Redis, which ends the runs of the first."""
    with start_server(run_lease_s=LEASE_S) as server:
        yield server


@pytest.fixture
async def chat(sleeper: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(sleeper.url) as client:
        yield client


@pytest.fixture
async def other(waker: Server) -> AsyncIterator[ChatClient]:
    async with open_chat_client(waker.url) as client:
        yield client


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    """Nothing of the process goes on inside the block; its sockets stay open."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def log_of(client: ChatClient, run_id: str) -> str:
    """All that a run told, once it is over."""
    return (await client.http.get(f"/chat_stream/{run_id}")).raise_for_status().text


async def until_logged(client: ChatClient, run_id: str, name: str) -> None:
    """Wait until an event of that name is in the log: nothing is left to be written then."""
    async with client.http.stream("GET", f"/chat_stream/{run_id}") as replay:
        async for line in replay.aiter_lines():
            if line == f"event: {name}":
                return


@pytest.mark.parametrize("provider", [WRITING, SILENT], ids=["writing", "silent"])
async def test_a_worker_that_wakes_up_ends_nothing_twice(
    chat: ChatClient,
    other: ChatClient,
    sleeper: Server,
    standin: Standin,
    provider: dict[str, float],
) -> None:
    await standin.configure(**provider)
    heard: list[Event] = []
    async with asyncio.timeout(20), chat.asking(QUESTION) as events:
        async for event in events:
            heard.append(event)
            if event.name == ("delta" if provider is WRITING else "sources"):
                break
        run_id, chat_id = heard[0].data["run_id"], heard[0].data["chat_id"]
        await until_logged(other, run_id, heard[-1].name)
        with suspended(sleeper.process.pid):
            logged = await log_of(other, run_id)
            stored = await other.turns(chat_id)
        heard += [event async for event in events]

    # The provider is left, too, before it has said anything that the worker could fail to write.
    await standin.until(open=0, completed=0)
    told = Told(heard)
    assert sum(logged.count(f"event: {name}\n") for name in TERMINAL) == 1
    assert (told.ends, told.last.data["code"]) == (["error"], "run_lost")
    assert await log_of(other, run_id) == logged
    assert await other.turns(chat_id) == stored
    assert (stored[1]["status"], len(stored)) == ("error", 2)
    assert told.text.startswith(stored[1]["text"])
    assert stored[1]["sub_questions"] == told.all("query")[0].data["sub_questions"] != []


async def test_who_heard_more_than_was_logged_hears_of_the_end(
    chat: ChatClient, other: ChatClient, sleeper: Server, standin: Standin
) -> None:
    await standin.configure(**WRITING)
    async with asyncio.timeout(20), chat.asking(QUESTION) as events:
        run_id = (await anext(events)).data["run_id"]
        with suspended(sleeper.process.pid):
            # What was sent in the last tenth of a second dies with a worker.
            headers = {"Last-Event-ID": f"{run_id}:{2**20}"}
            told = await other.http.get(f"/chat_stream/{run_id}", headers=headers)
        _ = [event async for event in events]

    assert told.text.count("event: ") == told.text.count("event: error") == 1
    assert "run_lost" in told.text


async def test_a_worker_that_woke_up_is_fit_for_new_runs(
    chat: ChatClient, other: ChatClient, sleeper: Server, standin: Standin
) -> None:
    await standin.configure(**WRITING)
    heard = await chat.listen(QUESTION, deltas=1)
    await other.until_free([heard.chat_id])
    async with asyncio.timeout(20), chat.asking(QUESTION) as events:
        lost = await anext(events)
        with suspended(sleeper.process.pid):
            await log_of(other, lost.data["run_id"])
        async with chat.asking("and in 2022?", chat_id=heard.chat_id) as more:
            again = await anext(more)
            await other.http.post(f"/chat_stream/{again.data['run_id']}/stop")
            assert [event async for event in more][-1].data["by"] == "user"
        assert [event async for event in events][-1].data["code"] == "run_lost"
    await standin.until(open=0)
    await standin.configure(tokens=5, inter_delay=0)

    assert (await chat.ask(QUESTION, chat_id=lost.data["chat_id"])).last.name == "done"


async def test_runs_go_on_when_redis_was_suspended(
    start_server: StartServer, stoppable_redis: StoppableRedis, standin: Standin, namespace: str
) -> None:
    await write_corpus(stoppable_redis.url, namespace, standin.base_url)
    await standin.configure(tokens=100, inter_delay=0.1)
    given = {"redis_url": stoppable_redis.url, "namespace": namespace, "run_lease_s": LEASE_S}
    with start_server(**given) as one, start_server(**given) as two:
        async with open_chat_client(one.url) as chat, open_chat_client(two.url) as other:
            asked = [asyncio.ensure_future(client.ask(QUESTION)) for client in (chat, other)]
            await standin.until(started=2)
            await asyncio.sleep(LEASE_S)  # from now on the dead would be looked for
            with suspended(stoppable_redis.pid):
                await asyncio.sleep(2 * LEASE_S)
            told = await asyncio.gather(*asked)

    assert [one.last.name for one in told] == ["done", "done"]
