"""What is refused before the first byte: each as problem JSON, with the status it deserves."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, problem
from tests.doubles.corpus import HARBOURS
from tests.doubles.server_fixtures import MAX_RUNS
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
PROBLEM = "application/problem+json"
LIMIT = 128 * 1024
JSON = {"content-type": "application/json"}

both_ways = pytest.mark.parametrize("path", ["/chat_stream", "/chat"])


@both_ways
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": ""},
        {"message": " \n "},
        {"message": "x" * 8001},
        {"message": 5},
        {"message": None},
        {"message": "\ud800"},
        {"message": "hi", "chat_id": "no spaces, please"},
        {"message": "hi", "chat_id": "x" * 65},
        {"message": "hi", "unexpected": 1},
        {"message": "hi", "filters": {"unexpected": []}},
        {"message": "hi", "filters": {"folders": "one"}},
        {"message": "hi", "filters": {"periods": ["last year"]}},
        {"message": "hi", "filters": {"organisations": [""]}},
        {"message": "hi", "filters": {"kinds": ["annual report"] * 101}},
        {"message": "hi", "filters": {"folders": [""]}},
        {"message": "hi", "filters": {"doc_ids": ["a b|c"]}},
        [],
        "hi",
    ],
    ids=lambda body: str(body)[:40],
)
async def test_a_body_that_does_not_fit_is_refused(chat: ChatClient, path: str, body: Any) -> None:
    answer = await chat.http.post(path, content=_ascii(body), headers=JSON)

    assert problem(answer) == (422, PROBLEM, "invalid_request")


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "the request does not say what it is"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "is application/x-www-form-urlenc"),
    ],
    ids=["none", "what curl says"],
)
@pytest.mark.parametrize("path", ["/chat", "/chat_stream", "/chats/x/messages/x/feedback"])
async def test_a_body_that_is_not_called_json_is_refused_with_what_to_send(
    chat: ChatClient, path: str, headers: dict[str, str], told: str
) -> None:
    answer = await chat.http.post(path, content=b'{"message": "hi"}', headers=headers)

    assert problem(answer) == (422, PROBLEM, "invalid_request")
    assert told in answer.json()["detail"]
    assert "send the header Content-Type: application/json" in answer.json()["detail"]


@both_ways
async def test_an_unknown_folder_is_refused_beside_one_that_there_is(
    chat: ChatClient, path: str
) -> None:
    filters = {"folders": [HARBOURS, "no such folder"]}
    answer = await chat.http.post(path, json={"message": "How many?", "filters": filters})

    assert problem(answer) == (404, PROBLEM, "folder_not_found")
    assert "filters.folders.1" in answer.json()["detail"]


def _ascii(body: Any) -> bytes:
    # httpx would write the lone surrogate as it is, which is no UTF-8.
    return json.dumps(body).encode("ascii")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{'message': 'hi'}", b"hi", b'{"message": "\xff"}', b"[" * 5000],
    ids=["nothing", "cut", "python", "text", "no UTF-8", "too deep"],
)
async def test_what_is_no_json_is_refused(chat: ChatClient, body: bytes) -> None:
    answer = await chat.http.post("/chat_stream", content=body, headers=JSON)

    assert problem(answer) == (422, PROBLEM, "invalid_request")


async def test_a_refusal_names_the_field(chat: ChatClient) -> None:
    answer = await chat.http.post("/chat_stream", json={"message": "hi", "filters": {"x": 1}})

    [found] = answer.json()["errors"]
    assert found["field"] == "filters.x"


async def test_a_message_may_be_as_long_as_the_contract_says(chat: ChatClient) -> None:
    told = await chat.ask("Σ" * 8000)

    assert told.last.name == "done"


@both_ways
async def test_a_body_that_is_declared_too_large_is_refused(chat: ChatClient, path: str) -> None:
    answer = await chat.http.post(path, content=b"x" * (LIMIT + 1), headers=JSON)

    assert problem(answer) == (413, PROBLEM, "body_too_large")


@both_ways
async def test_a_chunked_body_that_is_too_large_is_refused(chat: ChatClient, path: str) -> None:
    answer = await chat.http.post(path, content=_chunks(LIMIT + 1), headers=JSON)

    assert "content-length" not in answer.request.headers
    assert problem(answer) == (413, PROBLEM, "body_too_large")


async def test_a_chunked_body_within_the_limit_is_taken(chat: ChatClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"message": '
        yield b'"How many ships?"}'

    answer = await chat.http.post("/chat", content=body(), headers=JSON)

    assert answer.status_code == 200


async def test_a_client_may_leave_in_the_middle_of_a_chunked_body(
    chat: ChatClient, standin: Standin
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b'{"message": '
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await chat.http.post("/chat_stream", content=broken(), headers=JSON)

    assert (await chat.ask(QUESTION)).last.name == "done"


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, 4096):
        yield b"x" * min(4096, size - start)


@both_ways
async def test_an_unknown_chat_is_not_found(chat: ChatClient, path: str) -> None:
    answer = await chat.http.post(path, json={"message": "hi", "chat_id": "unknown"})

    assert problem(answer) == (404, PROBLEM, "chat_not_found")


async def test_reading_an_unknown_chat_is_not_found(chat: ChatClient) -> None:
    assert problem(await chat.http.get("/chats/unknown")) == (404, PROBLEM, "chat_not_found")


async def test_reading_a_chat_of_an_impossible_name_is_refused(chat: ChatClient) -> None:
    assert problem(await chat.http.get("/chats/a*b"))[0] == 422


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/no", 404), ("GET", "/chat", 405)])
async def test_an_unknown_call_is_a_problem(
    chat: ChatClient, method: str, path: str, status: int
) -> None:
    assert problem(await chat.http.request(method, path))[:2] == (status, PROBLEM)


@both_ways
async def test_a_chat_with_a_run_takes_no_second_one(
    chat: ChatClient, standin: Standin, path: str
) -> None:
    await standin.configure(first_delay=30)

    async with chat.asking(QUESTION) as events:
        chat_id = (await anext(events)).data["chat_id"]
        answer = await chat.http.post(path, json={"message": "hi", "chat_id": chat_id})

    assert problem(answer) == (409, PROBLEM, "chat_busy")


async def test_a_refused_second_run_leaves_the_first_alone(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(first_delay=0.3, tokens=3)

    async with chat.asking(QUESTION) as events:
        chat_id = (await anext(events)).data["chat_id"]
        await chat.http.post("/chat", json={"message": "hi", "chat_id": chat_id})
        names = [event.name async for event in events]

    assert names[-1] == "done"
    assert len(await chat.turns(chat_id)) == 2


@pytest.fixture
async def full(chat: ChatClient, standin: Standin) -> AsyncIterator[ChatClient]:
    """The shared server with as many runs as it takes."""
    await standin.configure(first_delay=30)
    asked: list[str] = []
    async with AsyncExitStack() as stack:
        for _ in range(MAX_RUNS):
            start = await anext(await stack.enter_async_context(chat.asking(QUESTION)))
            asked.append(start.data["chat_id"])
        yield chat
    await standin.until(open=0)
    await chat.until_free(asked)


@both_ways
async def test_one_run_too_many_is_told_to_come_back(full: ChatClient, path: str) -> None:
    answer: httpx.Response = await full.http.post(path, json={"message": QUESTION})

    assert problem(answer) == (429, PROBLEM, "too_many_runs")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_full_server_still_reads_chats(full: ChatClient) -> None:
    assert (await full.http.post("/chats")).status_code == 201


async def test_a_refused_question_makes_no_chat(chat: ChatClient) -> None:
    chat_id = "x" * 32
    await chat.http.post("/chat", json={"message": "hi", "chat_id": chat_id})

    assert (await chat.http.get(f"/chats/{chat_id}")).status_code == 404
