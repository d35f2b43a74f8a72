"""Four workers on one port: two hundred chats, stops, people who leave, and a worker that dies.

It is all done once, in one go, and each test looks at one side of what was left behind.
"""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import psutil
import pytest
from redis.asyncio import Redis

from citewire.errors import ChatNotFound
from citewire.services.answers.reducer import ToldAnswer
from citewire.services.replay.recall import PastRun, recall
from citewire.storage.chats.store import ChatStore
from citewire.storage.connection.connection import open_client
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.runs.log import EncodedEvent, from_block
from citewire.storage.runs.records import RunRecordStore
from tests.doubles.chat_client import TERMINAL, open_chat_client, until
from tests.doubles.corpus import write_corpus
from tests.doubles.server_fixtures import MAIN, Server, StartServer
from tests.doubles.standin_fixtures import Standin

_EVENT = re.compile(rb"event: (\w+)\nid: \w+:(\d+)\ndata: (.*)\n\n")

QUESTION = "How many ships did Quillmere harbour count in 2023?"
WORKERS = 4
CHATS = 200
AT_ONCE = 40
LEASE_S = 2
KEPT_S = 600
SEED = 6

pytestmark = pytest.mark.timeout(180)  # twenty seconds, and many times that on a busy machine


@dataclass(slots=True)
class Heard:
    """What one client heard of a run, and what it did."""

    did: str
    stream: bytes = b""
    is_cut: bool = False

    @property
    def events(self) -> list[EncodedEvent]:
        """Those that came whole."""
        return [
            (int(found[2]), found[1].decode(), found[3]) for found in _EVENT.finditer(self.stream)
        ]


@dataclass(slots=True)
class Seen:
    """What was left behind when all was over."""

    heard: list[Heard] = field(default_factory=list)
    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    logs: dict[str, list[EncodedEvent]] = field(default_factory=dict)
    chats: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    past: list[PastRun] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    members: int = 0
    lasting: list[str] = field(default_factory=list)
    provider: dict[str, int] = field(default_factory=dict)
    connections: Sequence[int] = ()
    processes: Sequence[int] = ()
    killed: int = 0
    log: str = ""


@pytest.fixture(scope="module")
def seen(start_server: StartServer, redis_url: str, standin_url: str) -> Seen:
    namespace = f"workers{uuid4().hex[:8]}"
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    asyncio.run(write_corpus(redis_url, namespace, f"{standin_url}/v1"))
    settings = {
        "namespace": namespace,
        "run_lease_s": LEASE_S,
        "run_log_ttl_s": KEPT_S,
        "max_runs_per_owner": 2 * AT_ONCE,
        "log_level": "warning",
    }
    with start_server(workers=WORKERS, **settings) as server:
        return asyncio.run(_live_through(server, redis_url, standin_url, namespace))


async def _live_through(server: Server, redis_url: str, standin_url: str, namespace: str) -> Seen:
    async with AsyncExitStack() as stack:
        standin_http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=standin_url, trust_env=False)
        )
        standin = Standin(standin_http)
        await standin.configure(tokens=8, inter_delay=0.05)
        redis = await stack.enter_async_context(open_client(redis_url))
        # A connection for each request: any worker may take it.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False, limits=limits)
        )
        await until(lambda: _all_up(server), within_s=40)
        seen = Seen()
        await _talk(server, http, seen)
        await until(lambda: _all_over(redis, namespace), within_s=10 * LEASE_S)
        await standin.until(open=0)
        await until(lambda: _all_up(server), within_s=40)
        await _look(seen, redis, namespace)
        seen.provider = await standin.stats()
        seen.processes = [process.pid for process in _workers(server)]
        seen.connections = [_connections(process) for process in _workers(server)]
        seen.log = server.log
        return seen


async def _talk(server: Server, http: httpx.AsyncClient, seen: Seen) -> None:
    dice = random.Random(SEED)
    plans = [
        [dice.choice(["stay", "stay", "stop", "leave"]) for _ in range(1 if i % 4 else 2)]
        for i in range(CHATS)
    ]
    room = asyncio.Semaphore(AT_ONCE)
    killing = asyncio.Event()

    async def converse(i: int, plan: Sequence[str]) -> None:
        async with room:
            chat_id = None
            for did in plan:
                heard = Heard(did)
                seen.heard.append(heard)
                await _ask(http, chat_id, heard)
                if not heard.stream:
                    return  # the worker died with the question
                chat_id = orjson.loads(heard.events[0][2])["chat_id"]
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


async def _ask(http: httpx.AsyncClient, chat_id: str | None, heard: Heard) -> None:
    body = {"message": QUESTION, "chat_id": chat_id}
    once = {"Idempotency-Key": uuid4().hex}
    for _ in range(40 * LEASE_S):
        try:
            async with http.stream("POST", "/chat_stream", json=body, headers=once) as answer:
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
            await _stop(http, run_id)


async def _stop(http: httpx.AsyncClient, run_id: str) -> None:
    """Say it again if a worker dies with it."""
    while True:
        with suppress(httpx.TransportError):
            (await http.post(f"/chat_stream/{run_id}/stop")).raise_for_status()
            return


async def _look(seen: Seen, redis: Redis, namespace: str) -> None:
    for run_id in await _run_ids(redis, namespace):
        found: Any = await redis.hgetall(f"{namespace}:run:{run_id}")  # type: ignore[misc]
        seen.runs[run_id] = {name.decode(): value.decode() for name, value in found.items()}
        rows = await redis.xrange(f"{namespace}:run:{run_id}:log")
        blocks = [from_block(int(fields[b"first"]), fields[b"block"]) for _, fields in rows]
        seen.logs[run_id] = [event for block in blocks for event in block]
    chats = ChatStore(redis, namespace)
    for run_id, run in seen.runs.items():
        try:
            chat = await chats.read(run["chat_id"], DEFAULT_OWNER)
        except ChatNotFound:
            # The worker died before it had made the chat, and nobody was told of either.
            assert [name for _, name, _ in seen.logs[run_id]] == ["error"]
        else:
            seen.chats[chat.chat_id] = chat.messages
            records = RunRecordStore(redis, namespace)
            seen.past.append(await recall(records, chats, run_id, DEFAULT_OWNER))
    seen.keys = [
        key.decode()
        for pattern in ("of-chat", "of-owner", "stops", "lost")
        for key in await redis.keys(f"{namespace}:runs:{pattern}*")
    ]
    for key in await redis.keys(f"{namespace}:runs:of:*"):
        seen.members += await redis.scard(key)  # type: ignore[misc]
    for pattern in ("run:*", "runs:asked:*"):
        for key in await redis.keys(f"{namespace}:{pattern}"):
            if not 0 < await redis.ttl(key) <= KEPT_S:
                seen.lasting.append(key.decode())


async def _run_ids(redis: Redis, namespace: str) -> list[str]:
    keys = await redis.keys(f"{namespace}:run:*")
    return [key.decode().split(":")[2] for key in keys if not key.endswith(b":log")]


async def _all_over(redis: Redis, namespace: str) -> bool:
    for run_id in await _run_ids(redis, namespace):
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
    ends = [[name in TERMINAL for _, name, _ in log] for log in seen.logs.values()]

    assert len(ends) >= CHATS - AT_ONCE
    assert {(sum(one), one[-1]) for one in ends} == {(1, True)}


def test_the_events_of_every_log_are_numbered_without_a_gap(seen: Seen) -> None:
    for log in seen.logs.values():
        numbers = [number for number, _, _ in log]
        assert numbers == list(range(1, len(numbers) + 1))


def test_nobody_heard_anything_but_what_is_in_the_log(seen: Seen) -> None:
    for heard in seen.heard:
        run_id = heard.stream.partition(b"\nid: ")[2].partition(b":")[0].decode()
        # What a dead worker told last was not logged yet.
        if not heard.is_cut and seen.runs[run_id]["status"] != "lost":
            assert seen.logs[run_id][: len(heard.events)] == heard.events


def test_all_ways_to_end_were_seen(seen: Seen) -> None:
    ends = {orjson.loads(log[-1][2]).get("by", run["status"]) for run, log in _both(seen)}

    assert ends == {"done", "user", "disconnect", "lost"}


def _both(seen: Seen) -> list[tuple[dict[str, str], list[EncodedEvent]]]:
    return [(run, seen.logs[run_id]) for run_id, run in seen.runs.items()]


def test_no_chat_has_a_torn_or_doubled_turn(seen: Seen) -> None:
    for chat_id, messages in seen.chats.items():
        assert [one["role"] for one in messages] == ["user", "assistant"] * (len(messages) // 2)
        runs = [run_id for run_id, run in seen.runs.items() if run["chat_id"] == chat_id]
        assert sorted(one["run_id"] for one in messages[1::2]) == sorted(runs)


def test_every_answer_is_stored_as_it_was_told(seen: Seen) -> None:
    for messages in seen.chats.values():
        for stored in messages[1::2]:
            answer = ToldAnswer()
            for _, name, data in seen.logs[stored["run_id"]]:
                if name == "delta":
                    answer.take(name, orjson.loads(data))
            told = answer.text
            if seen.runs[stored["run_id"]]["status"] == "lost":
                # Its worker may have died after it had stored the turn and before it said so.
                assert stored["text"].startswith(told)
            else:
                assert stored["text"] == told


def test_every_run_left_a_record_the_lost_ones_too(seen: Seen) -> None:
    told = {run.record.ids.run_id: run.answered["run_id"] for run in seen.past}
    stored = [one["run_id"] for messages in seen.chats.values() for one in messages[1::2]]

    assert sorted(told) == sorted(stored)
    assert list(told) == list(told.values())


def test_no_claim_and_no_membership_is_left(seen: Seen) -> None:
    assert (seen.keys, seen.members) == ([], 0)


def test_what_is_kept_of_a_run_ends_with_its_time(seen: Seen) -> None:
    assert seen.lasting == []


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


async def test_told_to_stop_all_workers_drain(start_server: StartServer, standin: Standin) -> None:
    await standin.configure(tokens=500, inter_delay=0.1)
    with start_server(workers=2) as server:
        async with AsyncExitStack() as stack:
            streams = []
            for _ in range(6):
                chat = await stack.enter_async_context(open_chat_client(server.url))
                streams.append(await stack.enter_async_context(chat.asking(QUESTION)))
            for stream in streams:
                await anext(stream)
            server.tell_to_stop()
            last = [[event async for event in stream][-1] for stream in streams]
        code = await asyncio.to_thread(server.process.wait, 20)

    assert {(event.name, event.data["by"]) for event in last} == {("stopped", "shutdown")}
    assert code == 0
    await standin.until(open=0)


def test_workers_that_cannot_start_are_not_tried_for_ever(tmp_path: Path) -> None:
    settings = {"CITEWIRE_REDIS_URL": "redis://127.0.0.1:1/0", "CITEWIRE_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "serve", "--port", "0", "--workers", "2"],
        env={**os.environ, **settings},
        cwd=tmp_path,
        capture_output=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 1
    assert b"Redis does not answer" in done.stderr
