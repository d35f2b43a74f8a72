"""Without a key: the same service, with its own embeddings and sentences quoted from the pages."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from citewire.services.models.minilm.embedding import FINGERPRINT, build_minilm
from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.corpus import CORPUS, QUILLMERE_2022, QUILLMERE_2023, write_passages_with
from tests.doubles.server_fixtures import Server, StartServer

QUESTION = "How many ships did Quillmere harbour count in 2022?"


@pytest.fixture(scope="module")
def local(
    start_server: StartServer, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server without a provider."""
    data_dir = tmp_path_factory.mktemp("local")
    namespace = f"local{uuid4().hex[:8]}"
    with build_minilm(data_dir / "models") as model:
        vectors = model.get_text_embedding_batch([passage.text for passage in CORPUS])
    asyncio.run(write_passages_with(vectors, redis_url, namespace, model=FINGERPRINT))
    with start_server(
        namespace=namespace, data_dir=data_dir, openai_api_key=None, openai_base_url=None
    ) as server:
        yield server


@pytest.fixture
async def chat(local: Server) -> AsyncIterator[ChatClient]:
    async with open_chat_client(local.url) as client:
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
