"""Turns of a chat: follow-ups are condensed, and no chat sees another's history."""

import asyncio
import re
from typing import Any

from tests.doubles.chat_client import ChatClient
from tests.doubles.corpus import QUILLMERE_2022, QUILLMERE_2023, VESSMARK
from tests.doubles.standin_fixtures import Standin

SHIPS_2022 = "How many ships did Quillmere harbour count in 2022?"
SHIPS_2023 = "How many ships did Quillmere harbour count in 2023?"
APPLES = "How many tonnes of apples did Vessmark pick?"
FOLLOW_UP = "and what about 2023?"


async def condense_prompts(standin: Standin) -> list[str]:
    """What the model was given to condense."""
    return [str(asked["messages"]) for asked in await completions(standin, streamed=False)]


async def answer_prompts(standin: Standin) -> list[str]:
    """What the model was given to answer from."""
    return [str(asked["messages"]) for asked in await completions(standin, streamed=True)]


async def completions(standin: Standin, *, streamed: bool) -> list[dict[str, Any]]:
    bodies = [
        asked["body"]
        for asked in await standin.requests()
        if asked["path"] == "/v1/chat/completions"
    ]
    return [body for body in bodies if bool(body.get("stream")) is streamed]


async def test_a_first_question_is_searched_for_as_it_is(
    chat: ChatClient, standin: Standin
) -> None:
    told = await chat.ask(SHIPS_2022)

    [query] = told.all("query")
    assert query.data == {
        "original": SHIPS_2022,
        "standalone": SHIPS_2022,
        "rewritten": False,
        "sub_questions": [],
        "document": None,
    }
    assert (await standin.stats())["aux"] == 0


async def test_a_follow_up_is_condensed_with_the_history(
    chat: ChatClient, standin: Standin
) -> None:
    first = await chat.ask(SHIPS_2022)

    await chat.ask(FOLLOW_UP, chat_id=first.chat_id)

    [prompt] = await condense_prompts(standin)
    assert all(part in prompt for part in (SHIPS_2022, first.text, FOLLOW_UP))


async def test_a_follow_up_finds_its_page(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(aux_text=SHIPS_2023)
    first = await chat.ask(SHIPS_2022)

    told = await chat.ask(FOLLOW_UP, chat_id=first.chat_id)

    [query] = told.all("query")
    assert query.data["standalone"] == SHIPS_2023
    assert query.data["rewritten"] is True
    assert first.sources[0]["passage_id"] == QUILLMERE_2022.passage_id
    assert told.sources[0]["passage_id"] == QUILLMERE_2023.passage_id


async def test_the_next_question_may_be_asked_as_soon_as_the_end_is_read(
    chat: ChatClient,
) -> None:
    async with chat.asking(SHIPS_2022) as events:
        async for event in events:
            if event.name == "done":
                # This stream is still open.
                told = await chat.ask(FOLLOW_UP, chat_id=event.data["chat_id"])

    assert told.last.name == "done"


async def test_the_stages_of_a_follow_up_include_condensing(chat: ChatClient) -> None:
    chat_id = (await chat.ask(SHIPS_2022)).chat_id

    told = await chat.ask(FOLLOW_UP, chat_id=chat_id)

    stages = [event.data["stage"] for event in told.all("status")]
    assert stages == ["screen", "condense", "retrieve", "generate"]


async def test_the_person_s_own_words_are_stored(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(aux_text=SHIPS_2023)
    chat_id = (await chat.ask(SHIPS_2022)).chat_id

    await chat.ask(FOLLOW_UP, chat_id=chat_id)

    asked = [turn["text"] for turn in await chat.turns(chat_id) if turn["role"] == "user"]
    assert asked == [SHIPS_2022, FOLLOW_UP]


async def test_a_condenser_that_says_nothing_leaves_the_question_as_it_is(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(aux_text="  \n ")
    chat_id = (await chat.ask(SHIPS_2022)).chat_id

    told = await chat.ask(SHIPS_2023, chat_id=chat_id)

    assert told.all("query")[0].data["standalone"] == SHIPS_2023


async def test_two_chats_at_once_never_see_each_other_s_history(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(inter_delay=0.01)
    ships, apples = await asyncio.gather(chat.ask(SHIPS_2022), chat.ask(APPLES))

    await asyncio.gather(
        chat.ask("and after the ships?", chat_id=ships.chat_id),
        chat.ask("and after the apples?", chat_id=apples.chat_id),
    )

    prompts = await condense_prompts(standin)
    [of_ships] = [prompt for prompt in prompts if "after the ships?" in prompt]
    [of_apples] = [prompt for prompt in prompts if "after the apples?" in prompt]
    assert SHIPS_2022 in of_ships
    assert APPLES not in of_ships
    assert APPLES in of_apples
    assert SHIPS_2022 not in of_apples


async def test_a_chat_of_its_own_has_no_history(chat: ChatClient, standin: Standin) -> None:
    await chat.ask(SHIPS_2022)
    chat_id = (await chat.http.post("/chats")).json()["chat_id"]

    await chat.ask(APPLES, chat_id=chat_id)

    assert (await standin.stats())["aux"] == 0
    assert SHIPS_2022 not in "".join((await answer_prompts(standin))[1:])


async def test_what_was_said_before_a_stop_is_part_of_the_history(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=200, inter_delay=0.2)
    heard = await chat.listen(SHIPS_2022, deltas=2)
    await chat.until_turns(heard.chat_id, 2)
    await standin.configure(tokens=3, inter_delay=0)

    await chat.ask(FOLLOW_UP, chat_id=heard.chat_id)

    assert heard.text in (await condense_prompts(standin))[0]


async def test_history_ends_after_the_turns_that_are_set(
    chat: ChatClient, standin: Standin
) -> None:
    chat_id = (await chat.ask("What is number 0 on Vessmark?")).chat_id
    for number in range(1, 8):
        await chat.ask(f"and number {number} on that?", chat_id=chat_id)

    prompt = (await condense_prompts(standin))[-1]
    assert [f"number {number} on" in prompt for number in range(8)] == [False, *[True] * 7]


async def test_a_chat_is_titled_by_its_first_question(chat: ChatClient) -> None:
    chat_id = (await chat.ask(APPLES)).chat_id
    await chat.ask(FOLLOW_UP, chat_id=chat_id)

    assert (await chat.http.get(f"/chats/{chat_id}")).json()["title"] == APPLES.rstrip("?")


async def test_a_new_chat_has_no_turns(chat: ChatClient) -> None:
    made = await chat.http.post("/chats")

    assert made.status_code == 201
    assert await chat.turns(made.json()["chat_id"]) == []


async def test_the_model_is_told_title_page_and_number_of_each_source(
    chat: ChatClient, standin: Standin
) -> None:
    told = await chat.ask(APPLES)

    [prompt] = await answer_prompts(standin)
    assert told.sources[0]["title"] == VESSMARK.title
    assert re.search(
        rf'<source n="1" id="\w+" title="{VESSMARK.title}" page="{VESSMARK.page_label}">', prompt
    )
    assert [source["text"] in prompt for source in told.sources] == [True] * len(told.sources)
