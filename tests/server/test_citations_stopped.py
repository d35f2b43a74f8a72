"""Answers that end early, and verdicts of a model: what is told is what is stored."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.doubles.chat_client import ChatClient, Event, Json, Told, open_chat_client
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin
from tests.unit.test_claims import slice_utf16

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "🚢 Quillmere counted 538 ships [1][2] in 2023 [Source 2]. More [1] came."
JUDGED = "Quillmere harbour counted 538 ships in 2023 [1]. Ships came [2]. It had 999 ships [1]."


@pytest.fixture(scope="module")
def impatient(start_server: StartServer) -> Iterator[Server]:
    """A server that asks the model for verdicts and ends every run after some seconds."""
    with start_server(verify="model", run_timeout_s=4, first_token_timeout_s=4) as server:
        yield server


@pytest.fixture
async def judging(impatient: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(impatient.url) as client:
        yield client


def markers(text: str, citations: list[Json]) -> list[str]:
    """What the citations point at in the text."""
    spans = [citation["marker_span"] for citation in citations]
    return [slice_utf16(text, span["start"], span["end"]) for span in spans]


def require_consistent(text: str, citations: list[Json]) -> None:
    assert markers(text, citations) == [f"[{one['label']}]" for one in citations]
    assert len(re.findall(r"\[\d\]", text)) == len(citations)


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
@pytest.mark.parametrize("events", [7, 16, 24, 32])
async def test_left_anywhere_the_stored_citations_are_those_of_the_stored_text(
    chat: ChatClient, standin: Standin, cut: int, events: int
) -> None:
    await standin.configure(text=ANSWER, cut=cut, inter_delay=0.01)

    heard: list[Event] = []
    async with chat.asking(QUESTION) as stream:
        async for event in stream:
            heard.append(event)
            if len(heard) == events:
                break

    [_, stored] = await chat.until_turns(Told(heard).chat_id, 2)
    require_consistent(stored["text"], stored["citations"])
    assert stored["text"].startswith(Told(heard).text)


async def test_left_between_a_citation_and_its_delta(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(text=ANSWER, cut=4, inter_delay=0.05)

    async with chat.asking(QUESTION) as stream:
        async for event in stream:
            if event.name == "start":
                chat_id = event.data["chat_id"]
            if event.name == "citation":
                break

    [_, stored] = await chat.until_turns(chat_id, 2)
    require_consistent(stored["text"], stored["citations"])
    assert stored["citations"][0]["citation_id"] == event.data["citation_id"]


@pytest.mark.parametrize("cut", [7, 11, 13])
async def test_stopped_says_what_is_stored(judging: ChatClient, standin: Standin, cut: int) -> None:
    await standin.configure(text=ANSWER, cut=cut, inter_delay=1)

    told = await judging.ask(QUESTION)

    stopped, stored = told.last, (await judging.turns(told.chat_id))[1]
    assert (stopped.name, stopped.data["by"]) == ("stopped", "timeout")
    assert stopped.data["answer"] == stored["text"] == told.text
    assert stopped.data["citations"] == stored["citations"]
    require_consistent(stored["text"], stored["citations"])


async def test_a_model_judges_what_the_rules_leave_open(
    judging: ChatClient, standin: Standin
) -> None:
    # The third is not asked about: its number is in no source.
    await standin.configure(text=JUDGED, aux_text='{"1": "partial", "2": "supported", "9": "x"}')

    done = (await judging.ask(QUESTION)).last.data

    found = [
        (one["verification"]["status"], one["verification"]["method"]) for one in done["citations"]
    ]
    assert found == [("partial", "model"), ("supported", "model"), ("unsupported", "numbers")]
    assert (await standin.stats())["aux"] == 1


@pytest.mark.parametrize("said", ["I think so.", "[1]", '{"a": 1}'])
async def test_without_a_usable_answer_of_the_model_the_rules_hold(
    judging: ChatClient, standin: Standin, said: str
) -> None:
    await standin.configure(text=JUDGED, aux_text=said)

    done = (await judging.ask(QUESTION)).last.data

    assert {one["verification"]["method"] for one in done["citations"]}.isdisjoint(
        {"model", "none"}
    )


@pytest.mark.parametrize("fault", [{"fail": "500", "fail_kind": "aux"}, {"aux_delay": 30}])
async def test_a_model_that_fails_to_judge_costs_no_answer(
    judging: ChatClient, standin: Standin, fault: dict[str, object]
) -> None:
    await standin.configure(text=JUDGED, **fault)

    told = await judging.ask(QUESTION)

    assert told.last.name == "done"
    assert len(told.last.data["citations"]) == 3
