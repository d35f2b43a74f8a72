"""A run is stopped from anywhere: by its id, on whichever worker it is written."""

import pytest

from tests.doubles.chat_client import ChatClient, Event, Told, problem
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
SLOW = {"tokens": 200, "inter_delay": 0.2}


@pytest.fixture(params=["here", "elsewhere"])
def stopper(request: pytest.FixtureRequest, chat: ChatClient, other: ChatClient) -> ChatClient:
    """Whom the stop is sent to: the worker of the run, or another."""
    return chat if request.param == "here" else other


async def stop_amid(chat: ChatClient, stopper: ChatClient, *, deltas: int) -> Told:
    """Ask one worker, and stop at the other after so many deltas; 0: after `start`."""
    heard: list[Event] = []
    told = False
    async with chat.asking(QUESTION) as events:
        async for event in events:
            heard.append(event)
            if not told and Told(heard).names.count("delta") >= deltas:
                told = True
                run_id = heard[0].data["run_id"]
                answer = await stopper.http.post(f"/chat_stream/{run_id}/stop")
                assert answer.status_code == 202
    return Told(heard)


async def test_the_stream_ends_as_stopped_by_the_user(
    chat: ChatClient, stopper: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)

    told = await stop_amid(chat, stopper, deltas=2)

    assert (told.ends, told.last.data["by"]) == (["stopped"], "user")
    await standin.until(aborted=1, open=0)


async def test_a_stop_takes_at_most_one_more_token(
    chat: ChatClient, stopper: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)

    told = await stop_amid(chat, stopper, deltas=2)

    assert told.last.data["usage"]["tokens_after_stop"] <= 1
    assert (await standin.until(open=0))["tokens"] <= 4


async def test_what_is_stored_of_a_stopped_run_is_what_was_shown(
    chat: ChatClient, stopper: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)

    told = await stop_amid(chat, stopper, deltas=3)

    [_, answered] = await chat.turns(told.chat_id)
    assert answered["text"] == told.text == told.last.data["answer"] != ""
    assert (answered["status"], answered["stopped_by"]) == ("stopped", "user")


async def test_a_run_can_be_stopped_from_its_first_event_on(
    chat: ChatClient, stopper: ChatClient, standin: Standin
) -> None:
    await standin.configure(embed_delay=30)

    told = await stop_amid(chat, stopper, deltas=0)

    assert (told.ends, told.text) == (["stopped"], "")


async def test_stopping_twice_and_after_the_end_is_fine(
    chat: ChatClient, stopper: ChatClient, standin: Standin
) -> None:
    told = await chat.ask(QUESTION)

    answers = [
        await stopper.http.post(f"/chat_stream/{told.events[0].data['run_id']}/stop")
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert (await chat.turns(told.chat_id))[1]["status"] == "complete"


@pytest.mark.parametrize("run_id", ["0" * 32, "x"])
async def test_a_run_that_there_is_not_cannot_be_stopped(chat: ChatClient, run_id: str) -> None:
    answer = await chat.http.post(f"/chat_stream/{run_id}/stop")

    assert problem(answer) == (404, "application/problem+json", "run_not_found")


async def test_a_chat_has_one_run_over_all_workers(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)

    async with chat.asking(QUESTION) as events:
        chat_id = (await anext(events)).data["chat_id"]
        answer = await other.http.post("/chat", json={"message": "?", "chat_id": chat_id})

    assert problem(answer) == (409, "application/problem+json", "chat_busy")


async def test_another_worker_goes_on_with_a_chat_at_once_after_its_stop(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(**SLOW)
    told = await stop_amid(chat, other, deltas=1)
    await standin.configure(tokens=5, inter_delay=0)

    assert (await other.ask("and in 2022?", chat_id=told.chat_id)).last.name == "done"
