"""Without a key: the same service, with its own embeddings and sentences quoted from the pages."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.corpus import QUILLMERE_2022, QUILLMERE_2023
from tests.doubles.server_fixtures import Server

QUESTION = "How many ships did Quillmere harbour count in 2022?"


@pytest.fixture
async def chat(local_server: Server) -> AsyncIterator[ChatClient]:
    async with open_chat_client(local_server.url) as client:
        yield client


async def test_start_says_that_nobody_but_the_pages_speaks(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    assert told.events[0].data["model"] == "extractive"


async def test_an_answer_quotes_the_page_that_it_cites(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    assert told.sources[0]["passage_id"] == QUILLMERE_2022.passage_id
    assert "412 ships" in told.text
    assert "[1]" in told.text


async def test_what_was_streamed_is_what_is_stored(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    stored = (await chat.turns(told.chat_id))[1]["text"]
    assert told.text == told.last.data["answer"] == stored


async def test_a_follow_up_finds_its_page_without_a_model(chat: ChatClient) -> None:
    chat_id = (await chat.ask(QUESTION)).chat_id

    told = await chat.ask("and what about 2023?", chat_id=chat_id)

    assert told.all("query")[0].data["rewritten"] is True
    assert told.sources[0]["passage_id"] == QUILLMERE_2023.passage_id


async def test_a_question_that_nothing_answers_is_not_answered(chat: ChatClient) -> None:
    told = await chat.ask("Who composed the opera about Mars colonies?")

    assert told.last.data["finish_reason"] == "no_evidence"
    assert "[" not in told.text


async def test_it_is_ready_without_any_provider(chat: ChatClient) -> None:
    assert (await chat.http.get("/readyz")).status_code == 200
