"""What is asked twice with one key is answered once."""

import asyncio
import itertools
from uuid import uuid4

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, problem
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
PROBLEM = "application/problem+json"


async def post(
    chat: ChatClient, key: str, *, path: str = "/chat_stream", message: str = QUESTION
) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return await chat.http.post(path, json={"message": message}, headers=headers)


async def test_twenty_at_once_on_two_workers_are_one_run(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=20, inter_delay=0.03)
    key = uuid4().hex

    answers = await asyncio.gather(
        *(post(one, key) for one in itertools.islice(itertools.cycle((chat, other)), 20))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert (await standin.stats())["started"] == 1


async def test_a_finished_run_is_replayed_in_both_forms(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    key = uuid4().hex
    told = (await post(chat, key)).content

    again = (await post(other, key)).content
    in_one_piece = await post(other, key, path="/chat")

    assert again == told
    assert in_one_piece.content in told
    assert in_one_piece.json()["finish_reason"] == "stop"
    assert (await standin.stats())["started"] == 1


async def test_a_failure_in_one_piece_is_repeated(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(fail="400", fail_kind="chat")
    key = uuid4().hex

    first, second = [await post(chat, key, path="/chat") for _ in range(2)]

    assert problem(first) == problem(second) == (502, PROBLEM, "model_rejected")


async def test_something_else_with_the_same_key_is_refused(chat: ChatClient) -> None:
    key = uuid4().hex
    await post(chat, key)

    answer = await post(chat, key, message="And in 2022?")

    assert problem(answer) == (422, PROBLEM, "idempotency_key_reused")


async def test_what_was_refused_leaves_its_key_to_the_next(chat: ChatClient) -> None:
    key, headers = uuid4().hex, {"Idempotency-Key": uuid4().hex}
    body = {"message": QUESTION, "chat_id": key}

    answers = [await chat.http.post("/chat", json=body, headers=headers) for _ in range(2)]

    assert [problem(one)[2] for one in answers] == ["chat_not_found", "chat_not_found"]


@pytest.mark.parametrize("key", ["", "x" * 129, "a\tb", "ü"])
async def test_a_key_that_is_none_is_refused(chat: ChatClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}

    answer = await chat.http.post("/chat", json={"message": QUESTION}, headers=headers)

    assert problem(answer) == (422, PROBLEM, "invalid_request")
