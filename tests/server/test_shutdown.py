"""Told to stop: no new runs, the running ones end as stopped and are stored, then it exits.

One server is stopped once, in the midst of its work, and each test looks at one side of that;
another while a client reads nothing, as one behind a dead network does.
"""

import asyncio
import json
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass

import httpx
import pytest

from citewire.storage.chats.store import ChatStore, Message
from citewire.storage.connection.connection import open_client
from citewire.storage.keys import DEFAULT_OWNER
from tests.doubles.chat_client import ChatClient, Event, Told, open_chat_client
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
GRACE_S = 20
STUCK_GRACE_S = 12
"""Of which its stream is given a quarter."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """What was seen of one shutdown: what the clients were told, and how it went."""

    told: Sequence[Told]
    refusal: httpx.Response | httpx.TransportError
    in_time: bool
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
            told, refusal, in_time = await _stop_amid_runs(server, chat, standin)
            chats = ChatStore(redis, namespace)
            stored = [(await chats.read(one.chat_id, DEFAULT_OWNER)).messages for one in told]
            return Shutdown(told, refusal, in_time, await standin.stats(), stored, server.log)


async def _stop_amid_runs(
    server: Server, chat: ChatClient, standin: Standin
) -> tuple[Sequence[Told], httpx.Response | httpx.TransportError, bool]:
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
        refusal = await _ask_until_refused(chat)
        for events, stream in zip(heard, streams, strict=True):
            events.extend([event async for event in stream])
        in_time = await asyncio.to_thread(_exits, server, GRACE_S)
        return [Told(events) for events in heard], refusal, in_time


def _exits(server: Server, within_s: float) -> bool:
    try:
        server.process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


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
    assert seen.in_time


def test_nothing_is_left_for_the_loop_to_complain_about(seen: Shutdown) -> None:
    complaints = ("Traceback", "never retrieved", "was destroyed", "Unclosed", "Cancel ")
    assert [word for word in complaints if word in seen.log] == []


@dataclass(frozen=True, slots=True)
class StuckShutdown:
    """What was seen of a shutdown with a client that reads nothing."""

    in_time: bool
    stored: Sequence[Message]


@pytest.fixture(scope="module")
def stuck(
    start_server: StartServer, redis_url: str, standin_url: str, corpus: str
) -> StuckShutdown:
    return asyncio.run(_shut_down_stuck(start_server, redis_url, standin_url, corpus))


async def _shut_down_stuck(
    start_server: StartServer, redis_url: str, standin_url: str, namespace: str
) -> StuckShutdown:
    with start_server(shutdown_grace_s=STUCK_GRACE_S) as server:
        async with (
            httpx.AsyncClient(base_url=standin_url, trust_env=False) as http,
            open_chat_client(server.url) as chat,
            open_client(redis_url) as redis,
        ):
            (await http.post("/reset")).raise_for_status()
            # More than the buffers on the way take.
            knobs = {"text": "x" * 8_000_000, "cut": 20_000}
            (await http.post("/config", json=knobs)).raise_for_status()
            chat_id = (await chat.http.post("/chats")).json()["chat_id"]
            with closing(await _ask_and_read_nothing(server, chat_id)):
                await Standin(http).until(completed=1)
                (await http.post("/reset")).raise_for_status()
                server.tell_to_stop()
                in_time = await asyncio.to_thread(_exits, server, STUCK_GRACE_S)
            stored = (await ChatStore(redis, namespace).read(chat_id, DEFAULT_OWNER)).messages
            return StuckShutdown(in_time, stored)


async def _ask_and_read_nothing(server: Server, chat_id: str) -> socket.socket:
    body = json.dumps({"message": QUESTION, "chat_id": chat_id}).encode()
    head = b"POST /chat_stream HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", httpx.URL(server.url).port))
    client.sendall(head + b"content-length: %d\r\n\r\n%b" % (len(body), body))
    return client


def test_a_client_that_reads_nothing_does_not_hold_up_the_exit(stuck: StuckShutdown) -> None:
    assert stuck.in_time


def test_the_turn_of_a_client_that_reads_nothing_is_stored(stuck: StuckShutdown) -> None:
    assert [turn["status"] for turn in stuck.stored] == ["stopped", "stopped"]
