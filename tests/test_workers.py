"""Four workers on one port: two hundred chats, stops, people who leave, and a worker that dies.

It is all done once, in one go, and each test looks at one side of what was left behind.
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import pytest
from redis.asyncio import Redis

from citewire.services.run_log import read_events
from citewire.storage.connection import open_client
from tests.chat_client import TERMINAL, until
from tests.server_fixtures import Server, StartServer
from tests.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
WORKERS = 4
CHATS = 200
AT_ONCE = 40
LEASE_S = 2
SEED = 6


@dataclass(slots=True)
class Heard:
    """What one client heard of a run, and what it did."""

    did: str
    stream: bytes = b""
    is_cut: bool = False


@dataclass(slots=True)
class Seen:
    """What was left behind when all was over."""

    heard: list[Heard] = field(default_factory=list)
    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    logs: dict[str, bytes] = field(default_factory=dict)
    chats: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    members: int = 0
    provider: dict[str, int] = field(default_factory=dict)
    connections: Sequence[int] = ()
    processes: Sequence[int] = ()
    killed: int = 0
    log: str = ""


@pytest.fixture(scope="module")
def many(start_server: StartServer) -> Iterator[Server]:
    with start_server(workers=WORKERS, run_lease_s=LEASE_S, log_level="warning") as server:
        yield server


@pytest.fixture(scope="module")
def seen(many: Server, redis_url: str, standin_url: str, corpus: str) -> Seen:
    return asyncio.run(_live_through(many, redis_url, standin_url, corpus))


async def _live_through(server: Server, redis_url: str, standin_url: str, namespace: str) -> Seen:
    async with AsyncExitStack() as stack:
        standin_http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=standin_url, trust_env=False)
        )
        standin = Standin(standin_http)
        (await standin_http.post("/reset")).raise_for_status()
        await standin.configure(tokens=12, inter_delay=0.03)
        redis = await stack.enter_async_context(open_client(redis_url))
        # A connection for each request: any worker may take it.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False, limits=limits)
        )
        await until(lambda: _all_up(server), within_s=40)
        before = set(await _run_ids(redis, namespace))
        seen = Seen()
        await _talk(server, http, seen)
        await until(lambda: _all_over(redis, namespace, before), within_s=6 * LEASE_S)
        await standin.until(open=0)
        await until(lambda: _all_up(server), within_s=40)
        await _look(seen, redis, namespace, before, http)
        seen.provider = await standin.stats()
        seen.processes = [process.pid for process in _workers(server)]
        seen.connections = [_connections(process) for process in _workers(server)]
        seen.log = server.log
        return seen


async def _talk(server: Server, http: httpx.AsyncClient, seen: Seen) -> None:
    dice = random.Random(SEED)
    plans = [[dice.choice(["stay", "stay", "stop", "leave"]) for _ in "12"] for _ in range(CHATS)]
    room = asyncio.Semaphore(AT_ONCE)
    killing = asyncio.Event()

    async def converse(i: int, plan: Sequence[str]) -> None:
        async with room:
            chat_id = (await _persist(http.post, "/chats")).json()["chat_id"]
            for did in plan:
                heard = Heard(did)
                await _ask(http, chat_id, heard)
                seen.heard.append(heard)
            if i == CHATS // 3:
                killing.set()

    async def kill() -> None:
        await killing.wait()
        seen.killed = dice.choice(_workers(server)).pid
        psutil.Process(seen.killed).send_signal(signal.SIGKILL)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(kill())
        for i, plan in enumerate(plans):
            tasks.create_task(converse(i, plan))


async def _ask(http: httpx.AsyncClient, chat_id: str, heard: Heard) -> None:
    body = {"message": QUESTION, "chat_id": chat_id}
    for _ in range(40 * LEASE_S):
        try:
            async with http.stream("POST", "/chat_stream", json=body) as answer:
                if answer.status_code == 200:
                    await _listen(http, answer.aiter_raw(), heard)
                    return
        except httpx.TransportError:
            heard.is_cut = True
            return
        # Left a moment ago, or the worker is dead and nobody has noticed yet.
        assert answer.status_code == 409
        await asyncio.sleep(0.2)
    pytest.fail("a chat stays busy")


async def _listen(http: httpx.AsyncClient, blocks: AsyncIterator[bytes], heard: Heard) -> None:
    is_stopped = False
    async for block in blocks:
        heard.stream += block
        if heard.stream.count(b"event: delta") < 3 or is_stopped:
            continue
        if heard.did == "leave":
            return
        if heard.did == "stop":
            is_stopped = True
            run_id = heard.stream.partition(b"\nid: ")[2].partition(b":")[0].decode()
            await _persist(http.post, f"/chat_stream/{run_id}/stop")


async def _persist(call: Any, path: str) -> httpx.Response:
    """Ask again if a worker dies with the question."""
    while True:
        with suppress(httpx.TransportError):
            answer: httpx.Response = await call(path)
            return answer.raise_for_status()


async def _look(
    seen: Seen, redis: Redis, namespace: str, before: set[str], http: httpx.AsyncClient
) -> None:
    for run_id in await _run_ids(redis, namespace):
        if run_id in before:
            continue
        found: Any = await redis.hgetall(f"{namespace}:run:{run_id}")  # type: ignore[misc]
        seen.runs[run_id] = {name.decode(): value.decode() for name, value in found.items()}
        rows = await redis.xrange(f"{namespace}:run:{run_id}:log")
        seen.logs[run_id] = b"".join(fields[b"block"] for _, fields in rows)
    for chat_id in {run["chat_id"] for run in seen.runs.values()}:
        answer = await _persist(http.get, f"/chats/{chat_id}")
        seen.chats[chat_id] = answer.json()["turns"]
    seen.keys = [
        key.decode()
        for pattern in ("of-chat", "stops", "lost")
        for key in await redis.keys(f"{namespace}:runs:{pattern}*")
    ]
    for key in await redis.keys(f"{namespace}:runs:of:*"):
        seen.members += await redis.scard(key)  # type: ignore[misc]


async def _run_ids(redis: Redis, namespace: str) -> list[str]:
    keys = await redis.keys(f"{namespace}:run:*")
    return [key.decode().split(":")[2] for key in keys if not key.endswith(b":log")]


async def _all_over(redis: Redis, namespace: str, before: set[str]) -> bool:
    for run_id in set(await _run_ids(redis, namespace)) - before:
        status: Any = await redis.hget(f"{namespace}:run:{run_id}", "status")  # type: ignore[misc]
        if status in (b"running", b"ending"):
            return False
    return True


def _workers(server: Server) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()  # type: ignore[no-any-return]


async def _all_up(server: Server) -> bool:
    up = [child for child in _workers(server) if _connections(child, psutil.CONN_LISTEN)]
    return len(up) == WORKERS


def _connections(process: psutil.Process, status: str = psutil.CONN_ESTABLISHED) -> int:
    found = process.net_connections(kind="tcp")
    return len([one for one in found if one.status == status])


def test_every_run_has_one_terminal_event_which_is_its_last(seen: Seen) -> None:
    ends = [[name in TERMINAL for name, _, _ in read_events(log)] for log in seen.logs.values()]

    assert len(ends) >= 2 * CHATS - AT_ONCE
    assert {(sum(one), one[-1]) for one in ends} == {(1, True)}


def test_the_events_of_every_log_are_numbered_without_a_gap(seen: Seen) -> None:
    for log in seen.logs.values():
        numbers = [number for _, number, _ in read_events(log)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_nobody_heard_anything_but_what_is_in_the_log(seen: Seen) -> None:
    for heard in seen.heard:
        events = heard.stream.rpartition(b"\n\n")[0]
        log = seen.logs.get(heard.stream.partition(b"\nid: ")[2].partition(b":")[0].decode(), b"")
        if not heard.is_cut:
            assert log.startswith(events)


def test_all_ways_to_end_were_seen(seen: Seen) -> None:
    ends = {read_events(log)[-1][2].get("by", run["status"]) for run, log in _both(seen)}

    assert ends == {"done", "user", "disconnect", "lost"}


def _both(seen: Seen) -> list[tuple[dict[str, str], bytes]]:
    return [(run, seen.logs[run_id]) for run_id, run in seen.runs.items()]


def test_no_chat_has_a_torn_or_doubled_turn(seen: Seen) -> None:
    for chat_id, messages in seen.chats.items():
        assert [one["role"] for one in messages] == ["user", "assistant"] * (len(messages) // 2)
        runs = [run_id for run_id, run in seen.runs.items() if run["chat_id"] == chat_id]
        assert sorted(one["run_id"] for one in messages[1::2]) == sorted(runs)


def test_every_answer_is_stored_as_it_was_told(seen: Seen) -> None:
    for messages in seen.chats.values():
        for stored in messages[1::2]:
            events = read_events(seen.logs[stored["run_id"]])
            told = "".join(data["text"] for name, _, data in events if name == "delta")
            assert stored["text"] == told


def test_no_claim_and_no_membership_is_left(seen: Seen) -> None:
    assert (seen.keys, seen.members) == ([], 0)


def test_no_stream_of_the_provider_is_left(seen: Seen) -> None:
    assert seen.provider["open"] == 0


def test_no_connection_of_a_client_is_left(seen: Seen) -> None:
    # To Redis, at most its pool, and a few that are kept for the next question to the provider.
    assert max(seen.connections) < 2 * AT_ONCE


def test_the_worker_that_died_was_replaced(seen: Seen) -> None:
    assert seen.killed not in seen.processes
    assert len(seen.processes) == WORKERS


def test_nothing_complains(seen: Seen) -> None:
    complaints = ("Traceback", "never retrieved", "was destroyed", "Unclosed")
    assert [word for word in complaints if word in seen.log] == []
