"""A run is followed and replayed from any event on, on any worker: the same bytes."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client, problem
from tests.doubles.server_fixtures import StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
TEXT = "There were 412 ships [1] and ☂ 7 more.\n\nAs said in [2]."
PROBLEM = "application/problem+json"


async def whole(chat: ChatClient, **more: Any) -> bytes:
    """All bytes of an answer."""
    answer = await chat.http.post("/chat_stream", json={"message": QUESTION, **more})
    return answer.raise_for_status().content


async def follow(chat: ChatClient, run_id: str, after: int | None = None) -> httpx.Response:
    headers = {} if after is None else {"Last-Event-ID": f"{run_id}:{after}"}
    return await chat.http.get(f"/chat_stream/{run_id}", headers=headers)


def run_of(stream: bytes) -> str:
    return stream.partition(b"\nid: ")[2].partition(b":")[0].decode()


def events_of(stream: bytes) -> list[bytes]:
    return [event + b"\n\n" for event in stream.split(b"\n\n")[:-1]]


async def test_replaying_from_every_event_gives_the_same_bytes(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=TEXT, inter_delay=0.01)
    told = await whole(chat)
    run_id, events = run_of(told), events_of(told)

    for after in range(len(events)):
        client = other if after % 2 else chat
        assert (await follow(client, run_id, after)).content == b"".join(events[after:])

    assert (await follow(other, run_id)).content == told


async def test_re_attaching_to_a_live_run_at_every_event_gives_the_same_bytes(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=TEXT, inter_delay=0.05)
    followers: list[asyncio.Task[httpx.Response]] = []
    told = b""

    async with (
        asyncio.TaskGroup() as tasks,
        chat.http.stream("POST", "/chat_stream", json={"message": QUESTION}) as answer,
    ):
        async for block in answer.aiter_raw():
            told += block
            # Whoever left right after these events attaches again, somewhere else.
            while len(followers) < len(events_of(told)):
                after = len(followers)
                client = other if after % 2 else chat
                followers.append(tasks.create_task(follow(client, run_of(told), after)))

    events = events_of(told)
    assert [one.result().content for one in followers] == [
        b"".join(events[after:]) for after in range(len(events))
    ]


async def test_who_has_the_end_is_told_that_there_is_no_more(chat: ChatClient) -> None:
    told = await whole(chat)

    answer = await follow(chat, run_of(told), len(events_of(told)))

    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_run_that_was_left_can_be_replayed(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=200, inter_delay=0.05)
    heard = await chat.listen(QUESTION, deltas=3)
    await chat.until_turns(heard.chat_id, 2)

    events = events_of((await follow(chat, heard.events[0].data["run_id"])).content)

    assert b"".join(events).count(b"event: delta") >= 3
    assert events[-1].startswith(b"event: stopped")


async def test_leaving_a_follower_changes_nothing(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=20, inter_delay=0.05)

    async with chat.asking(QUESTION) as events:
        run_id = (await anext(events)).data["run_id"]
        async with other.http.stream("GET", f"/chat_stream/{run_id}") as followed:
            await anext(followed.aiter_raw())
        rest = [event.name async for event in events]

    assert rest[-1] == "done"


@pytest.mark.parametrize("run_id", ["0" * 32, "x"])
async def test_a_run_that_there_is_not_cannot_be_followed(chat: ChatClient, run_id: str) -> None:
    assert problem(await follow(chat, run_id)) == (404, PROBLEM, "run_not_found")


@pytest.mark.parametrize("header", ["", "x", "5", ":5", "{}", "{}:", "{}:-1", "{}:x", "other:1"])
async def test_a_last_event_id_of_no_event_is_refused(chat: ChatClient, header: str) -> None:
    run_id = run_of(await whole(chat))

    answer = await chat.http.get(
        f"/chat_stream/{run_id}", headers={"Last-Event-ID": header.format(run_id)}
    )

    assert problem(answer) == (422, PROBLEM, "invalid_request")


async def test_a_run_is_forgotten_after_its_time(start_server: StartServer) -> None:
    with start_server(run_log_ttl_s=1) as server:
        async with open_chat_client(server.url) as chat:
            run_id = run_of(await whole(chat))
            assert (await follow(chat, run_id)).status_code == 200
            await asyncio.sleep(1.1)
            assert problem(await follow(chat, run_id)) == (404, PROBLEM, "run_not_found")


async def test_of_a_run_that_says_too_much_the_end_is_kept(
    start_server: StartServer, standin: Standin
) -> None:
    await standin.configure(tokens=400, inter_delay=0.005)
    with start_server(run_log_max_bytes=12_000) as server:
        async with open_chat_client(server.url) as chat:
            told = await whole(chat)
            replayed = events_of((await follow(chat, run_of(told))).content)

    assert replayed == [*events_of(told)[: len(replayed) - 1], events_of(told)[-1]]
    assert len(replayed) < len(events_of(told))


async def test_without_the_log_runs_are_neither_replayed_nor_joined(
    start_server: StartServer,
) -> None:
    with start_server(run_log="off") as server:
        async with open_chat_client(server.url) as chat:
            chat.http.headers["Idempotency-Key"] = "once"
            run_id = run_of(await whole(chat))
            again = await chat.http.post("/chat", json={"message": QUESTION})
            replay = await follow(chat, run_id)

    assert problem(replay) == (404, PROBLEM, "run_not_found")
    assert problem(again) == (409, PROBLEM, "not_replayable")
