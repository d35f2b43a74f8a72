"""With a grace time a run goes on when its client leaves, for as long as somebody may come back."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.doubles.chat_client import ChatClient, Told, open_chat_client
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
GRACE_S = 1


@pytest.fixture(scope="module")
def graceful_server(start_server: StartServer) -> Iterator[Server]:
    with start_server(disconnect_grace_s=GRACE_S) as server:
        yield server


@pytest.fixture(scope="module")
def other_server(start_server: StartServer) -> Iterator[Server]:
    """A second worker on the same Redis."""
    with start_server(disconnect_grace_s=GRACE_S) as server:
        yield server


@pytest.fixture
async def chat(graceful_server: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(graceful_server.url) as client:
        yield client


@pytest.fixture
async def other(other_server: Server) -> AsyncIterator[ChatClient]:
    async with open_chat_client(other_server.url) as client:
        yield client


def run_of(heard: Told) -> str:
    return str(heard.events[0].data["run_id"])


async def test_a_run_that_was_left_goes_on_to_its_end(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=15, inter_delay=0.04)

    heard = await chat.listen(QUESTION, deltas=2)

    [_, answered] = await chat.until_turns(heard.chat_id, 2)
    assert answered["status"] == "complete"
    assert len(answered["text"]) > len(heard.text)
    assert (await standin.stats())["aborted"] == 0


async def test_a_run_to_which_nobody_comes_back_is_stopped(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=500, inter_delay=0.1)

    heard = await chat.listen(QUESTION, deltas=2)

    [_, answered] = await chat.until_turns(heard.chat_id, 2, within_s=10)
    assert (answered["status"], answered["stopped_by"]) == ("stopped", "disconnect")
    await standin.until(aborted=1, open=0)


async def test_who_comes_back_elsewhere_hears_the_rest(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    # Longer than the grace time: it is the reader that keeps the run alive.
    await standin.configure(tokens=30, inter_delay=0.1)
    heard = await chat.listen(QUESTION, deltas=2)

    answer = await other.http.get(
        f"/chat_stream/{run_of(heard)}", headers={"Last-Event-ID": heard.last.id}
    )
    replay = (await chat.http.get(f"/chat_stream/{run_of(heard)}")).content

    assert replay.endswith(answer.content)
    assert replay.count(b"\n\n") == len(heard.events) + answer.content.count(b"\n\n")
    assert b"event: done" in answer.content


async def test_a_run_without_a_client_can_be_stopped(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=500, inter_delay=0.1)
    heard = await chat.listen(QUESTION, deltas=2)

    await other.http.post(f"/chat_stream/{run_of(heard)}/stop")

    [_, answered] = await chat.until_turns(heard.chat_id, 2)
    assert answered["stopped_by"] == "user"


async def test_a_run_without_a_client_holds_its_chat(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=500, inter_delay=0.1)
    heard = await chat.listen(QUESTION, deltas=2)

    answer = await chat.http.post("/chat", json={"message": "?", "chat_id": heard.chat_id})

    assert answer.status_code == 409
    await standin.until(open=0, within_s=10)


async def test_a_shutdown_stores_a_run_without_a_client(
    start_server: StartServer, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=500, inter_delay=0.1)
    with start_server(disconnect_grace_s=30) as server:
        async with open_chat_client(server.url) as chat:
            heard = await chat.listen(QUESTION, deltas=2)
        server.tell_to_stop()
        await asyncio.to_thread(server.process.wait, 15)

    [_, answered] = await other.turns(heard.chat_id)
    assert (answered["status"], answered["stopped_by"]) == ("stopped", "shutdown")
    replay = await other.http.get(f"/chat_stream/{run_of(heard)}")
    assert b'"by":"shutdown"' in replay.content
