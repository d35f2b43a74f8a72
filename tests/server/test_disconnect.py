"""A client that leaves stops its run: at the provider, in the registry and in what is stored."""

import asyncio
import socket
from contextlib import AsyncExitStack

import httpx
import psutil
import pytest
from redis.asyncio import Redis

from citewire.storage.connection.connection import MAX_CONNECTIONS
from tests.doubles.chat_client import ChatClient, Event, Told, until
from tests.doubles.server_fixtures import MAX_RUNS, Server
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
SLOW = {"tokens": 200, "inter_delay": 0.2}


async def test_leaving_closes_the_providers_stream(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(**SLOW)

    await chat.listen(QUESTION, deltas=3)

    await standin.until(aborted=1, open=0, within_s=2)


async def test_leaving_takes_at_most_one_more_token(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=200, inter_delay=0.05)

    await chat.listen(QUESTION, deltas=3)

    assert (await standin.until(open=0))["tokens"] <= 4


async def test_what_is_stored_is_exactly_what_was_sent(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(**SLOW)

    heard = await chat.listen(QUESTION, deltas=3)

    asked, answered = await chat.until_turns(heard.chat_id, 2)
    assert (asked["text"], answered["text"]) == (QUESTION, heard.text)


async def test_a_turn_that_was_left_is_stored_as_stopped_with_its_sources(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)

    heard = await chat.listen(QUESTION, deltas=1)

    turns = await chat.until_turns(heard.chat_id, 2)
    assert [turn["status"] for turn in turns] == ["stopped", "stopped"]
    assert turns[1]["stopped_by"] == "disconnect"
    assert turns[1]["sources"] == heard.sources


async def test_half_a_marker_is_neither_shown_nor_stored(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Ships[1][2][3]", cut=5, inter_delay=0.2)

    heard = await chat.listen(QUESTION, deltas=1)

    assert heard.text == "Ships"
    assert (await chat.until_turns(heard.chat_id, 2))[1]["text"] == "Ships"


@pytest.mark.parametrize(
    ("knobs", "asked"),
    [
        ({"embed_delay": 30}, {"embeds": 1}),
        ({"first_delay": 30}, {"started": 1}),
    ],
)
async def test_leaving_before_the_first_token_stores_a_turn_without_text(
    chat: ChatClient, standin: Standin, knobs: dict[str, float], asked: dict[str, int]
) -> None:
    await standin.configure(**knobs)

    async with chat.asking(QUESTION) as events:
        start = await anext(events)
        await standin.until(**asked)

    turns = await chat.until_turns(start.data["chat_id"], 2)
    assert [(turn["text"], turn["status"]) for turn in turns] == [
        (QUESTION, "stopped"),
        ("", "stopped"),
    ]


@pytest.mark.parametrize("delay", ["embed_delay", "aux_delay"])
async def test_leaving_before_the_answer_hangs_up_on_the_provider(
    chat: ChatClient, standin: Standin, delay: str
) -> None:
    chat_id = (await chat.ask(QUESTION)).chat_id
    before = await standin.stats()
    await standin.configure(**{delay: 30})

    async with chat.asking("and in 2022?", chat_id=chat_id) as events:
        await anext(events)
        count = "aux" if delay == "aux_delay" else "embeds"
        await standin.until(**{count: before[count] + 1})

    await standin.until(aux_aborted=1)


async def test_the_chat_goes_on_after_it_was_left(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(**SLOW)
    chat_id = (await chat.listen(QUESTION, deltas=2)).chat_id
    await chat.until_turns(chat_id, 2)
    await standin.configure(tokens=5, inter_delay=0)

    told = await chat.ask("and in 2022?", chat_id=chat_id)

    assert told.last.name == "done"


async def test_a_client_that_vanishes_with_a_reset_stops_the_run(
    server: Server, chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)
    port = httpx.URL(server.url).port
    body = b'{"message": "How many ships?"}'
    head = b"POST /chat_stream HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + b"content-length: %d\r\n\r\n%b" % (len(body), body))
    await reader.readuntil(b"event: delta")

    _set_linger(writer.get_extra_info("socket"))
    writer.transport.abort()

    await standin.until(aborted=1, open=0)


def _set_linger(connection: socket.socket) -> None:
    # On, with no time: closing sends a reset instead of a goodbye.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


async def test_leaving_an_answer_in_one_piece_stops_it_too(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)
    chat_id = (await chat.http.post("/chats")).json()["chat_id"]
    body = {"message": QUESTION, "chat_id": chat_id}
    asking = asyncio.create_task(chat.http.post("/chat", json=body))
    await standin.until(open=1)

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    await standin.until(aborted=1, open=0, within_s=2)
    assert (await chat.until_turns(chat_id, 2))[1]["status"] == "stopped"


async def fifty_of_which_half_leave(chat: ChatClient) -> list[Told]:
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(chat.listen(QUESTION, deltas=2) if i % 2 else chat.ask(QUESTION))
            for i in range(MAX_RUNS)
        ]
    told = [task.result() for task in tasks]
    await chat.until_free([one.chat_id for one in told])
    return told


async def test_of_fifty_clients_those_who_stay_get_their_whole_answer(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=15, inter_delay=0.1)

    told = await fifty_of_which_half_leave(chat)

    stayed = [one for i, one in enumerate(told) if i % 2 == 0]
    assert {(one.last.name, one.text) for one in stayed} == {("done", stayed[0].text)}
    assert len(stayed[0].all("delta")) > 1


async def test_of_fifty_clients_those_who_leave_close_their_providers_streams(
    chat: ChatClient, standin: Standin
) -> None:
    # Long enough for all to be asked before the first has ended, also on a busy machine.
    await standin.configure(tokens=15, first_delay=2, inter_delay=0.1)

    await fifty_of_which_half_leave(chat)

    await standin.until(open=0, aborted=25, completed=25, max_open=50)


async def test_of_fifty_clients_those_who_leave_are_all_stored_as_stopped(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=15, inter_delay=0.1)

    left = [one for i, one in enumerate(await fifty_of_which_half_leave(chat)) if i % 2]

    stored = [(await chat.until_turns(one.chat_id, 2))[1] for one in left]
    assert {turn["status"] for turn in stored} == {"stopped"}


async def test_of_fifty_clients_no_run_is_left(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=8, inter_delay=0.05)
    await fifty_of_which_half_leave(chat)
    await standin.until(open=0)
    await standin.configure(first_delay=30)

    async with AsyncExitStack() as stack:

        async def enter() -> Event:
            return await anext(await stack.enter_async_context(chat.asking(QUESTION)))

        # All places are free again: as many runs as are allowed fit at once.
        started = [await enter() for _ in range(MAX_RUNS)]
        await standin.until(open=MAX_RUNS)

    assert {event.name for event in started} == {"start"}
    await standin.until(open=0)
    await chat.until_free([event.data["chat_id"] for event in started])


async def test_of_fifty_clients_no_connection_is_left(
    server: Server, chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=8, inter_delay=0.05)
    process = psutil.Process(server.process.pid)
    port = httpx.URL(server.url).port

    async def only_idle_ones() -> bool:
        found = process.net_connections(kind="tcp")
        served = [c for c in found if c.laddr.port == port and c.status == psutil.CONN_ESTABLISHED]
        return len(served) <= 5

    await fifty_of_which_half_leave(chat)

    await until(only_idle_ones)


async def test_of_fifty_clients_redis_keeps_no_more_than_the_pool(
    chat: ChatClient, standin: Standin, redis_client: Redis
) -> None:
    await standin.configure(tokens=8, inter_delay=0.05)
    before = (await redis_client.info("clients"))["connected_clients"]

    for _ in range(2):
        await fifty_of_which_half_leave(chat)

    assert (await redis_client.info("clients"))["connected_clients"] <= before + MAX_CONNECTIONS
