"""Each fault of the provider at each stage: one error event, a whole turn, the chat goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.doubles.chat_client import ChatClient, Json, Told, open_chat_client, problem
from tests.doubles.server_fixtures import KEY, Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
FOLLOW_UP = "and in 2022?"
CODES = {
    "401": "model_key_refused",
    "429": "model_busy",
    "500": "model_unavailable",
    "drop": "model_unavailable",
    "error": "model_unavailable",
    "hang": "model_timeout",
}
STAGES: dict[str, Json] = {
    "embedding": {"fail_kind": "embed"},
    "first token": {"fail_kind": "chat", "fail_after": -1},
    "mid-stream": {"fail_kind": "chat", "fail_after": 3, "inter_delay": 0.01},
}
# A status comes instead of an answer, an error object in an answer.
POSSIBLE = [
    (stage, fault)
    for stage in STAGES
    for fault in CODES
    if (fault in ("drop", "hang", "error") if stage == "mid-stream" else fault != "error")
]
every_fault = pytest.mark.parametrize(("stage", "fault"), POSSIBLE)


@pytest.fixture(scope="module")
def impatient(start_server: StartServer) -> Iterator[Server]:
    """A server that waits for nobody and tries nothing twice."""
    with start_server(
        model_retries=0,
        first_token_timeout_s=0.7,
        idle_timeout_s=0.5,
        run_timeout_s=2,
        route_timeout_s=0.5,
        sse_ping_s=0.1,
    ) as server:
        yield server


@pytest.fixture
async def chat(impatient: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(impatient.url) as client:
        yield client


async def ask_into(
    chat: ChatClient, standin: Standin, *, stage: str, fault: str
) -> tuple[str, Told]:
    """Ask a second question in a chat, with the fault at the stage; the chat and what was told."""
    await standin.configure(tokens=5)
    chat_id = (await chat.ask(QUESTION)).chat_id
    await standin.configure(fail=fault, **STAGES[stage])
    async with asyncio.timeout(10):
        return chat_id, await chat.ask(FOLLOW_UP, chat_id=chat_id)


@every_fault
async def test_a_fault_is_told_once_at_the_end(
    chat: ChatClient, standin: Standin, stage: str, fault: str
) -> None:
    _, told = await ask_into(chat, standin, stage=stage, fault=fault)

    assert told.ends == ["error"]
    assert (told.last.name, told.last.data["code"]) == ("error", CODES[fault])


@every_fault
async def test_a_fault_leaves_a_whole_turn_and_the_next_one_works(
    chat: ChatClient, standin: Standin, stage: str, fault: str
) -> None:
    chat_id, told = await ask_into(chat, standin, stage=stage, fault=fault)
    await standin.configure(fail="", inter_delay=0)

    after = await chat.ask("and in 2021?", chat_id=chat_id)

    turns = await chat.turns(chat_id)
    assert [(turn["role"], turn["status"]) for turn in turns] == [
        ("user", "complete"),
        ("assistant", "complete"),
        ("user", "error"),
        ("assistant", "error"),
        ("user", "complete"),
        ("assistant", "complete"),
    ]
    assert (turns[3]["text"], after.last.name) == (told.text, "done")


@pytest.mark.parametrize("fault", ["401", "429", "500", "drop", "hang"])
async def test_a_follow_up_that_no_model_condenses_is_condensed_by_rule(
    chat: ChatClient, standin: Standin, fault: str
) -> None:
    chat_id = (await chat.ask(QUESTION)).chat_id
    await standin.configure(fail=fault, fail_kind="aux")

    told = await chat.ask(FOLLOW_UP, chat_id=chat_id)

    assert told.last.name == "done"
    assert told.all("query")[0].data["standalone"] == QUESTION.replace("2023", "2022")
    assert [warning.data["code"] for warning in told.all("warning")][:1] == ["condense_fallback"]
    assert told.names.index("warning") > told.names.index("sources")


async def test_what_was_said_before_the_fault_is_stored(chat: ChatClient, standin: Standin) -> None:
    chat_id, told = await ask_into(chat, standin, stage="mid-stream", fault="drop")

    assert told.last.data["partial_saved"] is True
    assert told.text == (await chat.turns(chat_id))[3]["text"] == "the report shows"


@pytest.mark.parametrize(
    ("stage", "fault"),
    [
        ("embedding", "401"),
        ("first token", "500"),
        ("first token", "drop"),
        ("mid-stream", "error"),
        ("mid-stream", "drop"),
    ],
)
async def test_a_fault_is_told_in_safe_words(
    chat: ChatClient, standin: Standin, stage: str, fault: str
) -> None:
    chat_id, told = await ask_into(chat, standin, stage=stage, fault=fault)

    shown = str([event.data for event in told.events]) + str(await chat.turns(chat_id))
    leaks = [word for word in ("Traceback", "secret prose", KEY, "Error(") if word in shown]
    assert leaks == []


async def test_an_error_event_has_all_that_the_contract_names(
    chat: ChatClient, standin: Standin
) -> None:
    _, told = await ask_into(chat, standin, stage="first token", fault="500")

    error = told.last.data
    assert {"code", "message", "retryable", "request_id", "partial_saved"} <= set(error)
    assert (error["retryable"], bool(error["message"])) == (True, True)


async def test_a_failed_turn_without_text_is_not_shown_to_the_condenser(
    chat: ChatClient, standin: Standin
) -> None:
    chat_id, _ = await ask_into(chat, standin, stage="embedding", fault="500")
    await standin.configure(fail="")

    await chat.ask("and in 2021?", chat_id=chat_id)

    prompts = [str(asked["body"]) for asked in await standin.requests() if _condenses(asked)]
    assert QUESTION in prompts[-1]
    assert FOLLOW_UP not in prompts[-1]


def _condenses(asked: dict[str, Any]) -> bool:
    return asked["path"] == "/v1/chat/completions" and not asked["body"].get("stream")


async def test_a_fault_of_the_answer_in_one_piece_is_a_problem(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(fail="401")

    answer = await chat.http.post("/chat", json={"message": QUESTION})

    assert problem(answer) == (502, "application/problem+json", "model_key_refused")


async def test_a_run_over_its_time_is_stopped_by_timeout(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=400, inter_delay=0.05)

    told = await chat.ask(QUESTION)

    assert (told.ends, told.last.data["by"]) == (["stopped"], "timeout")
    await standin.until(aborted=1, open=0)


async def test_a_run_over_its_time_is_stored_as_it_was_shown(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=400, inter_delay=0.05)

    told = await chat.ask(QUESTION)

    answered = (await chat.turns(told.chat_id))[1]
    assert (answered["status"], answered["stopped_by"]) == ("stopped", "timeout")
    assert told.text == told.last.data["answer"] == answered["text"] != ""


async def test_silence_is_filled_with_pings(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(first_delay=0.4)

    answer = await chat.http.post("/chat_stream", json={"message": QUESTION})

    assert any(line.startswith(": ping") for line in answer.text.splitlines())
    assert "event: done" in answer.text
