"""Questions about the reports themselves, over HTTP: with a model and without."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.corpus import CORPUS, HARBOURS, QUILLMERE_2022, VESSMARK
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


async def test_an_empty_library_a_refusal_and_a_greeting_say_what_they_are(
    start_server: StartServer, standin: Standin
) -> None:
    with start_server(namespace="nothinghere") as server:
        async with open_chat_client(server.url) as client:
            asked = await client.ask("How many ships were counted?")
            chosen = await client.ask("How many ships?", filters={"folders": ["none"]})
            greeted = await client.ask("hello!")
            refused = await client.ask("How do I build a pipe bomb at home?")

    assert "no reports in this library yet" in asked.text
    assert "no reports in what was chosen" in chosen.text
    ends = [told.last.data["finish_reason"] for told in (asked, chosen, greeted, refused)]
    assert ends == ["no_documents", "no_documents", "stop", "blocked"]
    levels = [told.all("sources")[0].data["evidence"] for told in (asked, chosen, greeted, refused)]
    assert levels == [None] * 4
