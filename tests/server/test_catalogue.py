"""Questions about the reports themselves, over HTTP: with a model and without."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from citewire.storage.connection.connection import open_client
from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.library.vector_store import build_vector_store
from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.corpus import (
    CORPUS,
    EMBED_MODEL,
    HARBOURS,
    QUILLMERE_2022,
    VESSMARK,
    Passage,
    embeddings,
)
from tests.doubles.passages import write_passages
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

TITLES = {passage.title for passage in CORPUS}
LISTING = "Which reports do you have?"


@pytest.fixture
async def local(local_server: Server) -> AsyncIterator[ChatClient]:
    async with open_chat_client(local_server.url) as client:
        yield client


async def test_the_reports_are_listed_without_asking_a_model(
    chat: ChatClient, standin: Standin
) -> None:
    told = await chat.ask(LISTING)

    assert [title for title in TITLES if title not in told.text] == []
    assert await standin.requests() == []
    assert told.names == ["start", "status", "sources", "delta", "done"]
    [sources] = told.all("sources")
    assert (sources.data["sources"], sources.data["evidence"]) == ([], None)
    assert told.last.data["finish_reason"] == "stop"
    [_, answered] = await chat.turns(told.chat_id)
    assert (answered["route"], answered["text"], answered["evidence"]) == (
        "catalogue",
        told.text,
        None,
    )


async def test_the_reports_are_listed_without_a_model(local: ChatClient) -> None:
    told = await local.ask("¿Qué informes hay?")

    assert told.text.startswith(f"Hay {len(TITLES)} informes")


async def test_only_the_chosen_reports_are_listed(chat: ChatClient) -> None:
    told = await chat.ask(LISTING, filters={"folders": [HARBOURS]})

    assert "Tarnholt" not in told.text
    assert VESSMARK.title in told.text


async def test_a_question_that_merely_sounds_so_is_searched_for(chat: ChatClient) -> None:
    told = await chat.ask("Which reports of the auditor were qualified?")

    assert told.all("query")


async def test_what_a_report_is_about_is_told_in_its_words(local: ChatClient) -> None:
    told = await local.ask("Do you have a report about Vessmark?")

    assert told.text.startswith("One of 5 reports matches “Vessmark”")
    assert {source["doc_id"] for source in told.sources} <= {VESSMARK.doc_id}
    assert told.all("warning") == []


async def test_a_report_that_nobody_named_is_asked_for(chat: ChatClient) -> None:
    told = await chat.ask("What is this report about?")

    [warning] = told.all("warning")
    assert warning.data["code"] == "ambiguous_document"
    assert {one["title"] for one in warning.data["documents"]} == TITLES
    [_, answered] = await chat.turns(told.chat_id)
    assert answered["warnings"] == [warning.data]


async def test_this_report_is_the_one_of_the_turn_before(local: ChatClient) -> None:
    first = await local.ask("How many ships did Quillmere harbour count in 2022?")

    told = await local.ask("Which ships does this report count?", chat_id=first.chat_id)

    name = {"doc_id": QUILLMERE_2022.doc_id, "title": QUILLMERE_2022.title}
    assert told.all("query")[0].data["document"] == name
    assert {source["doc_id"] for source in told.sources} == {QUILLMERE_2022.doc_id}
    assert (await local.turns(first.chat_id))[-1]["document"] == name


async def test_a_question_that_two_annual_reports_answer_comes_with_both(
    start_server: StartServer, redis_url: str, standin: Standin, standin_url: str
) -> None:
    namespace = f"alike{uuid4().hex[:8]}"
    said = "The gross margin was 12 percent of net sales in the fiscal year."
    texts = [f"{name} reports: {said}" for name in ("Acme", "Borealis")]
    vectors = await embeddings(f"{standin_url}/v1", texts)
    async with open_client(redis_url) as client:
        schema = build_schema(namespace=namespace, dims=len(vectors[0]))
        await ensure_index(client, schema, embedding=EMBED_MODEL)
        nodes = [
            Passage(f"{text.partition(' ')[0]} Lines", 1, text).to_node(vector)
            for text, vector in zip(texts, vectors, strict=True)
        ]
        for node in nodes:
            node.metadata["document_kind"] = "10-K"
        await write_passages(build_vector_store(client, schema), nodes)
    with start_server(namespace=namespace) as server:
        async with open_chat_client(server.url) as alike:
            open_question = await alike.ask("What was the gross margin of net sales?")
            named = await alike.ask("What was the gross margin of Acme?")

    [warning] = open_question.all("warning")
    assert warning.data["code"] == "ambiguous_document"
    assert {one["title"] for one in warning.data["documents"]} == {"Acme Lines", "Borealis Lines"}
    assert open_question.names.index("warning") == open_question.names.index("sources") + 1
    assert "ambiguous_document" not in [one.data["code"] for one in named.all("warning")]


async def test_an_empty_library_a_refusal_and_a_greeting_say_what_they_are(
    start_server: StartServer, standin: Standin
) -> None:
    with start_server(namespace="nothinghere") as server:
        async with open_chat_client(server.url) as client:
            asked = await client.ask("How many ships were counted?")
            chosen = await client.ask("How many ships?", filters={"organisations": ["none"]})
            greeted = await client.ask("hello!")
            refused = await client.ask("How do I build a pipe bomb at home?")

    assert "no reports in this library yet" in asked.text
    assert "no reports in what was chosen" in chosen.text
    ends = [told.last.data["finish_reason"] for told in (asked, chosen, greeted, refused)]
    assert ends == ["no_evidence", "no_evidence", "stop", "blocked"]
    levels = [told.all("sources")[0].data["evidence"] for told in (asked, chosen, greeted, refused)]
    assert levels == [None, "none", None, None]
