"""Five hundred runs on four workers, one of which is killed: the metrics say what became of them.

It is all done once, and each test looks at one side of it. What is true is what is stored.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.doubles.chat_client import ChatClient, Told, until
from tests.doubles.corpus import write_corpus
from tests.doubles.scraped import METRICS_KEY, Scraped, scrape
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

WORKERS = 4
LEASE_S = 5  # on a busy machine nobody else is taken for dead
AT_ONCE = 50
HELD = 40
ASKED = "How many ships did Quillmere harbour count in 2023?"
UNKNOWN = "Which vaccine was approved in the Andes?"
SAID = "Quillmere harbour counted 538 ships in 2023 [1]. In 2019 it counted 7,777 ships [1]. "
PLAN = ["stay"] * 280 + ["declined"] * 70 + ["stop"] * 40 + ["leave"] * 40
FAILED = 30

pytestmark = pytest.mark.timeout(180)  # twenty seconds, and many times that on a busy machine

Json = dict[str, Any]


@dataclass(slots=True)
class Lived:
    """What was stored, and what was scraped on the way; the last scrapes are of a quiet server."""

    turns: list[Json] = field(default_factory=list)
    before: Scraped | None = None
    at_death: Scraped | None = None
    last: list[Scraped] = field(default_factory=list)
    held_open: float = 0


@pytest.fixture(scope="module")
def lived(start_server: StartServer, redis_url: str, standin_url: str) -> Lived:
    namespace = f"counted{uuid4().hex[:8]}"
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    asyncio.run(write_corpus(redis_url, namespace, f"{standin_url}/v1"))
    settings = {
        "namespace": namespace,
        "run_lease_s": LEASE_S,
        "max_runs_per_owner": 2 * AT_ONCE,
        "model_retries": 0,
        "metrics_key": METRICS_KEY,
        "log_level": "warning",
    }
    with start_server(workers=WORKERS, **settings) as server:
        lived = asyncio.run(_live(server, standin_url))
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    return lived


async def _live(server: Server, standin_url: str) -> Lived:
    lived = Lived()
    async with AsyncExitStack() as stack:
        standin = Standin(
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=standin_url, trust_env=False)
            )
        )
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False, limits=limits)
        )
        chat = ChatClient(http)
        await until(lambda: _all_up(server), within_s=40)
        await standin.configure(text=SAID, inter_delay=0.005)
        chats = await _ask_all(chat, PLAN)
        await standin.configure(fail="400", fail_kind="chat")
        chats += await _ask_all(chat, ["stay"] * FAILED)
        lived.before = await asyncio.to_thread(scrape, server.url)
        await standin.configure(fail="", hold_at=5)
        chats += await _lose_some(chat, standin, server, lived)
        for chat_id in chats:
            lived.turns += await _turns_of(chat, chat_id)
        await until(lambda: _all_up(server), within_s=40)
        await asyncio.sleep(1.1)  # the gauges are looked at each second
        lived.last = [await asyncio.to_thread(scrape, server.url) for _ in range(6)]
    return lived


async def _ask_all(chat: ChatClient, plan: Sequence[str]) -> list[str]:
    """Ask as often as the plan says; gives the chats."""
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(did: str) -> str:
        async with room:
            if did == "leave":
                return (await chat.listen(ASKED, deltas=2)).chat_id
            async with chat.asking(UNKNOWN if did == "declined" else ASKED) as events:
                heard = []
                async for event in events:
                    heard.append(event)
                    if did == "stop" and Told(heard).names.count("delta") == 2:
                        run_id = heard[0].data["run_id"]
                        (await chat.http.post(f"/chat_stream/{run_id}/stop")).raise_for_status()
            return Told(heard).chat_id

    return await asyncio.gather(*map(ask, plan))


async def _lose_some(chat: ChatClient, standin: Standin, server: Server, lived: Lived) -> list[str]:
    """Let a worker die while all runs are in the middle of their answers."""
    chats: list[str] = []

    async def ask() -> None:
        with suppress(httpx.TransportError):
            async with chat.asking(ASKED) as events:
                async for event in events:
                    if event.name == "start":
                        chats.append(event.data["chat_id"])

    async with asyncio.TaskGroup() as tasks:
        for _ in range(HELD):
            tasks.create_task(ask())
        await standin.until(open=HELD, within_s=20)
        lived.held_open = (await asyncio.to_thread(scrape, server.url)).sum("citewire_open_streams")
        await asyncio.sleep(0.3)  # what was told by then is in the log
        victim = max(_workers(server), key=_asked)
        victim.send_signal(signal.SIGKILL)
        await asyncio.to_thread(victim.wait, 10)
        lived.at_death = await asyncio.to_thread(scrape, server.url)
        await standin.configure(hold_at=0)
    return chats


async def _turns_of(chat: ChatClient, chat_id: str) -> list[Json]:
    """The answers of a chat, once it has any."""

    async def is_over() -> bool:
        told = (await chat.http.get(f"/chats/{chat_id}")).raise_for_status().json()
        return told["running"] is None and bool(told["turns"])

    await until(is_over, within_s=20 * LEASE_S)
    return [one for one in await chat.turns(chat_id) if one["role"] == "assistant"]


def _workers(server: Server) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()  # type: ignore[no-any-return]


def _asked(worker: psutil.Process) -> int:
    """How many connections it has."""
    return len(worker.net_connections("tcp"))


async def _all_up(server: Server) -> bool:
    up = [
        one
        for one in _workers(server)
        if any(link.status == psutil.CONN_LISTEN for link in one.net_connections("tcp"))
    ]
    return len(up) == WORKERS


def _end_of(turn: Json) -> tuple[str, str]:
    match turn["status"]:
        case "complete":
            return "done", turn["finish_reason"]
        case "stopped":
            return "stopped", turn["stopped_by"]
    return "error", turn["error"]


def test_every_run_is_counted_once_by_its_end(lived: Lived) -> None:
    stored = Counter(map(_end_of, lived.turns))
    told = lived.last[0].by("citewire_runs_total", "end", "reason")

    assert sum(stored.values()) == len(PLAN) + FAILED + HELD
    assert told.total() == sum(stored.values())
    assert {key: n for key, n in told.items() if key[0] != "error"} == {
        key: n for key, n in stored.items() if key[0] != "error"
    }
    assert told["error", "run_lost"] > 0
    assert told["error", "model_rejected"] > 0


def test_declined_questions_are_counted_as_such(lived: Lived) -> None:
    stored = [one for one in lived.turns if _end_of(one) == ("done", "no_evidence")]
    last = lived.last[0]

    assert stored
    assert last.sum("citewire_runs_total", end="done", reason="no_evidence") == len(stored)
    assert last.sum("citewire_evidence_total", level="none") == len(stored)


def test_every_verdict_of_what_was_said_is_counted(lived: Lived) -> None:
    lost = lived.last[0].sum("citewire_runs_total", reason="run_lost")
    stored = Counter(
        (one["verification"]["status"], one["verification"]["method"])
        for turn in lived.turns
        if turn["status"] != "error"
        for one in turn["citations"]
    )

    assert lost > 0
    assert {status for status, _ in stored} >= {"supported", "unsupported"}
    assert lived.last[0].by("citewire_verdicts_total", "status", "method") == stored


def test_untraced_numbers_are_counted(lived: Lived) -> None:
    warned = [
        one["code"] for turn in lived.turns if turn["status"] != "error" for one in turn["warnings"]
    ]

    assert warned.count("unsupported_number") > 0
    assert lived.last[0].sum("citewire_untraced_numbers_total") == warned.count(
        "unsupported_number"
    )


def test_no_counter_goes_backwards_when_a_worker_dies(lived: Lived) -> None:
    scrapes = [lived.before, lived.at_death, *lived.last]

    for earlier, later in pairwise(scrapes):
        assert earlier is not None
        assert later is not None
        shrunk = {
            k: (v, later.counters.get(k))
            for k, v in earlier.counters.items()
            if later.counters.get(k, -1) < v
        }
        assert shrunk == {}


def test_any_worker_tells_the_same(lived: Lived) -> None:
    for name in ("citewire_runs_total", "citewire_verdicts_total", "citewire_run_seconds_count"):
        assert len({tuple(sorted(one.samples[name].items())) for one in lived.last}) == 1


def test_what_was_under_way_in_the_dead_worker_is_not_counted_as_such(lived: Lived) -> None:
    last = lived.last[-1]

    assert lived.held_open == HELD
    assert last.sum("citewire_open_streams") == 0
    assert last.sum("citewire_runs_under_way") == 0
    assert last.sum("citewire_worker_processes") == WORKERS
    assert last.sum("citewire_worker_starts_total") == WORKERS + 1
