"""What a provider sends, through the whole service: one end, never `done` for a broken answer."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.doubles.chat_client import ChatClient, Told, open_chat_client
from tests.doubles.odd_streams import OddStream, odd_stream
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
SEEDS = int(os.environ.get("PROVIDER_FUZZ_SEEDS", "2000")) // 10
AT_A_TIME = 100
AT_ONCE = 10
DONE = "data: [DONE]\n\n"


@pytest.fixture(scope="module")
def impatient(start_server: StartServer) -> Iterator[Server]:
    """A server that tries nothing twice and waits shortly."""
    with start_server(model_retries=0, first_token_timeout_s=20, idle_timeout_s=20) as server:
        yield server


@pytest.fixture
async def chat(impatient: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(impatient.url) as client:
        yield client


def delta(finish: str | None = None, **said: str) -> str:
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


async def script(standin: Standin, *writes: str | float, end: str = "close") -> None:
    await standin.configure(scripts={"": {"writes": list(writes), "end": end}})


def played(stream: OddStream) -> dict[str, Any]:
    """The stream as a script of the stand-in."""
    writes = [write.decode("latin-1") for write in stream.writes]
    return {"writes": writes, "end": "cut" if stream.is_cut else "close"}


def bare(text: str) -> str:
    """The text without markers, whose labels are the service's own."""
    return re.sub(r"\[\d\]", "", text)


def fault(seed: int, stream: OddStream, told: Told) -> str:
    """What is wrong with what was told of a stream."""
    end, text = told.last, bare(told.text)
    if len(told.ends) != 1 or told.ends != [end.name]:
        return f"{seed}: ends are {told.ends}"
    if stream.ending == "broken":
        is_right = end.name == "error" and bare(stream.text).startswith(text.rstrip("["))
    else:
        finish = end.data.get("finish_reason", end.data.get("code"))
        is_right = (finish, text) == (stream.ending, bare(stream.text))
    return "" if is_right else f"{seed}: {end}, said {told.text!r}\n{stream}"


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
async def test_any_stream_of_a_provider_has_one_end_and_the_right_one(
    chat: ChatClient, standin: Standin, first: int
) -> None:
    seeds = range(first, min(first + AT_A_TIME, SEEDS))
    # What has to be known of a model beforehand is tried without the service.
    streams = {seed: stream for seed in seeds if not (stream := odd_stream(seed)).opens_itself}
    await standin.configure(scripts={f"{seed:04}": played(one) for seed, one in streams.items()})
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(seed: int) -> str:
        async with places:
            told = await chat.ask(f"{QUESTION} cid{seed:04}")
        return fault(seed, streams[seed], told)

    faults = await asyncio.gather(*map(ask, streams))

    assert [told for told in faults if told][:3] == []


async def test_a_model_that_thinks_is_told_and_its_thoughts_are_nowhere(
    chat: ChatClient, standin: Standin
) -> None:
    thoughts = (delta(content="<think>secret [1] "), delta(content="thought</think>\n\n"))
    await script(standin, *thoughts, 0.1, delta(content="Nine [1]."), delta(finish="stop"), DONE)

    told = await chat.ask(QUESTION)

    stages = [event.data["stage"] for event in told.all("status")]
    assert stages == ["screen", "retrieve", "generate", "think"]
    assert told.names[told.names.index("sources") + 1] == "status"
    assert told.text == told.last.data["answer"] == "Nine [1]."
    assert len(told.all("citation")) == 1
    export = (await chat.http.get(f"/chats/{told.chat_id}/export?format=md")).text
    assert "secret" not in str([event.data for event in told.events]) + export


async def test_an_answer_that_breaks_off_keeps_its_part(chat: ChatClient, standin: Standin) -> None:
    await script(standin, delta(content="Nine"), delta(finish="abort"), DONE)

    told = await chat.ask(QUESTION)

    assert (told.ends, told.last.data["partial_saved"]) == (["error"], True)
    assert (await chat.turns(told.chat_id))[1]["text"] == told.text == "Nine"


@pytest.fixture(scope="module")
def with_extracts(start_server: StartServer) -> Iterator[Server]:
    """A server that answers with extracts while its model is down."""
    with start_server(model_retries=0, fallback="extracts") as server:
        yield server


@pytest.mark.parametrize(
    ("question", "notice"),
    [(QUESTION, "extracts from the reports."), ("¿Cuántos barcos contó Quillmere?", "extractos")],
)
async def test_while_the_model_is_down_extracts_say_so(
    with_extracts: Server, standin: Standin, question: str, notice: str
) -> None:
    await standin.configure(fail="500", fail_kind="chat")

    async with open_chat_client(with_extracts.url) as chat:
        told = await chat.ask(question)
        turn = (await chat.turns(told.chat_id))[1]

    assert told.last.name == "done"
    assert notice in told.text.split("\n\n")[0]
    assert turn["text"] == told.text
    assert [warning["code"] for warning in turn["warnings"]][-1:] == ["model_fallback"]


async def test_extracts_cite_the_reports(with_extracts: Server, standin: Standin) -> None:
    await standin.configure(fail="402", fail_kind="chat")

    async with open_chat_client(with_extracts.url) as chat:
        told = await chat.ask(QUESTION)

    assert "538 ships" in told.text
    assert told.all("citation")


async def test_what_was_begun_is_not_gone_on_with_extracts(
    with_extracts: Server, standin: Standin
) -> None:
    await script(standin, delta(content="Nine"), delta(finish="abort"), DONE)

    async with open_chat_client(with_extracts.url) as chat:
        told = await chat.ask(QUESTION)

    assert (told.text, told.ends) == ("Nine", ["error"])


async def test_thinking_that_was_shown_is_kept_nowhere(
    with_extracts: Server, standin: Standin
) -> None:
    await script(standin, delta(content="Secret [1] "), 0.2, delta(content="</think>Nine."), DONE)

    async with open_chat_client(with_extracts.url) as chat:
        told = await chat.ask(QUESTION)
        again = await chat.ask(QUESTION, chat_id=told.chat_id)
        turns = await chat.turns(told.chat_id)

    assert (told.last.name, told.last.data["code"]) == ("error", "model_thought_aloud")
    assert (again.last.name, again.text) == ("done", "Nine.")
    assert [turn["text"] for turn in turns if turn["role"] == "assistant"] == ["", "Nine."]
    assert turns[1]["citations"] == []
