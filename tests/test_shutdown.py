"""Told to stop: no new runs, the running ones end as stopped and are stored, then it exits.

One server is stopped once, in the midst of its work, and each test looks at one side of that.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest

from citewire.storage.chats import ChatStore, Message
from citewire.storage.connection import open_client
from tests.chat_client import ChatClient, Event, Told, open_chat_client
from tests.server_fixtures import Server, StartServer
from tests.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
GRACE_S = 5


@dataclass(frozen=True, slots=True)
class Shutdown:
    """What was seen of one shutdown: what the clients were told, and how it went."""

    told: Sequence[Told]
    refusal: httpx.Response | httpx.TransportError
    took_s: float
    provider: dict[str, int]
    stored: Sequence[Sequence[Message]]
    log: str


@pytest.fixture(scope="module")
def seen(start_server: StartServer, redis_url: str, standin_url: str, corpus: str) -> Shutdown:
    """One shutdown with three runs: in mid-stream, before the first token, and embedding."""
    return asyncio.run(_shut_down(start_server, redis_url, standin_url, corpus))


async def _shut_down(
    start_server: StartServer, redis_url: str, standin_url: str, namespace: str
) -> Shutdown:
    with start_server(shutdown_grace_s=GRACE_S) as server:
        async with (
            httpx.AsyncClient(base_url=standin_url, trust_env=False) as http,
            open_chat_client(server.url) as chat,
            open_client(redis_url) as redis,
        ):
            (await http.post("/reset")).raise_for_status()
            standin = Standin(http)
            told, refusal, took_s = await _stop_amid_runs(server, chat, standin)
            chats = ChatStore(redis, namespace)
            stored = [(await chats.read(one.chat_id)).messages for one in told]
            return Shutdown(told, refusal, took_s, await standin.stats(), stored, server.log)


async def _stop_amid_runs(
    server: Server, chat: ChatClient, standin: Standin
) -> tuple[Sequence[Told], httpx.Response | httpx.TransportError, float]:
    async with AsyncExitStack() as stack:
        heard: list[list[Event]] = []
        streams: list[AsyncIterator[Event]] = []
        for knobs in (
            {"tokens": 500, "inter_delay": 0.02},
            {"first_delay": 30},
            {"embed_delay": 30},
        ):
            before = await standin.stats()
            await standin.configure(**knobs)
            stream = await stack.enter_async_context(chat.asking(QUESTION))
            heard.append([await anext(stream)])
            streams.append(stream)
            await standin.until(**_asked_once_more(knobs, before))
        server.tell_to_stop()
        told_at = time.monotonic()
        refusal = await _ask_until_refused(chat)
        for events, stream in zip(heard, streams, strict=True):
            events.extend([event async for event in stream])
        await asyncio.to_thread(server.process.wait, 30)
        return [Told(events) for events in heard], refusal, time.monotonic() - told_at


def _asked_once_more(knobs: Mapping[str, float], before: dict[str, int]) -> dict[str, int]:
    name = "embeds" if "embed_delay" in knobs else "started"
    return {name: before[name] + 1}


async def _ask_until_refused(chat: ChatClient) -> httpx.Response | httpx.TransportError:
    # The signal takes a moment to arrive; a run that slips in before it is left at once.
    async with asyncio.timeout(10):
        while True:
            try:
                async with chat.http.stream("POST", "/chat_stream", json={"message": "?"}) as late:
                    if late.status_code != 200:
                        await late.aread()
                        return late
            except httpx.TransportError as error:
                return error


def test_every_run_is_told_that_it_was_stopped_by_the_shutdown(seen: Shutdown) -> None:
    assert [(one.ends, one.last.data.get("by")) for one in seen.told] == [
        (["stopped"], "shutdown")
    ] * 3


def test_new_runs_are_refused(seen: Shutdown) -> None:
    if isinstance(seen.refusal, httpx.Response):
        assert (seen.refusal.status_code, seen.refusal.json()["code"]) == (503, "draining")


def test_what_was_said_is_stored_as_it_was_shown(seen: Shutdown) -> None:
    texts = [turn["text"] for _, turn in seen.stored]
    assert (
        texts == [one.text for one in seen.told] == [one.last.data["answer"] for one in seen.told]
    )
    assert texts[0]


def test_every_turn_is_stored_as_stopped(seen: Shutdown) -> None:
    assert [(turn["status"], turn["stopped_by"]) for _, turn in seen.stored] == [
        ("stopped", "shutdown")
    ] * 3


def test_no_stream_of_the_provider_is_left_open(seen: Shutdown) -> None:
    assert seen.provider["open"] == 0


def test_it_exits_within_the_grace_time(seen: Shutdown) -> None:
    assert seen.took_s < GRACE_S


def test_nothing_is_left_for_the_loop_to_complain_about(seen: Shutdown) -> None:
    complaints = ("Traceback", "never retrieved", "was destroyed", "Unclosed", "Cancel ")
    assert [word for word in complaints if word in seen.log] == []
