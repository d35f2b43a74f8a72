"""The library that people import: over HTTP, in one's own process, and within other frameworks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_index.core.base.response.schema import Response

from citewire import AsyncClient, Citewire, Client
from citewire.client.langchain import CitewireLangChainRetriever
from citewire.client.llama_index import CitewireQueryEngine, CitewireRetriever
from citewire.client.wire import Delta, Done, Start, Stopped
from citewire.errors import RequestRefused, ServerFailed
from tests.doubles.chat_client import open_chat_client
from tests.doubles.corpus import QUILLMERE_2022, QUILLMERE_2023
from tests.doubles.server_fixtures import KEY, Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2022?"
GRACE_S = 5.0


@pytest.fixture
async def client(local_server: Server) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(local_server.url) as client:
        yield client


@pytest.fixture
def waiting(local_server: Server) -> Iterator[Client]:
    with Client(local_server.url) as client:
        yield client


@pytest.fixture
async def slow(server: Server, standin: Standin) -> AsyncIterator[AsyncClient]:
    await standin.configure(tokens=200, inter_delay=0.05)
    async with AsyncClient(server.url) as client:
        yield client


@asynccontextmanager
async def cut_once(server: Server, after: int) -> AsyncIterator[str]:
    """A way to the server whose first connection breaks off after so many bytes of the answer."""
    host, port = server.url.removeprefix("http://").split(":")
    has_cut = False

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal has_cut
        answers, asked = await asyncio.open_connection(host, int(port))

        async def forth() -> None:
            while data := await reader.read(65_536):
                asked.write(data)

        sending, carried = asyncio.create_task(forth()), 0
        while data := await answers.read(512):
            carried += len(data)
            if not has_cut and carried > after:
                has_cut = True
                writer.transport.abort()
                break
            writer.write(data)
        sending.cancel()
        asked.close()
        writer.close()

    async with await asyncio.start_server(carry, "127.0.0.1", 0) as proxy:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"


async def test_the_events_of_an_answer_come_with_their_types(client: AsyncClient) -> None:
    events = [event async for event in client.ask(QUESTION)]

    assert isinstance(events[0], Start)
    assert isinstance(events[-1], Done)
    assert events[-1].answer == "".join(one.text for one in events if isinstance(one, Delta))


async def test_a_whole_answer_has_its_citations_and_goes_on_in_its_chat(
    client: AsyncClient,
) -> None:
    told = await client.answer(QUESTION)
    more = await client.answer("and what about 2023?", chat_id=told.chat_id)

    assert "412 ships" in told.text
    assert told.source_of(told.citations[0]).passage_id == QUILLMERE_2022.passage_id
    assert (told.end, told.evidence) == ("done", "strong")
    assert more.sources[0].passage_id == QUILLMERE_2023.passage_id
    assert [turn.role for turn in (await client.chat(told.chat_id)).turns] == [
        *("user", "assistant", "user", "assistant")
    ]


async def test_leaving_the_loop_stops_the_answer(slow: AsyncClient, standin: Standin) -> None:
    async with aclosing(slow.ask(QUESTION)) as events:
        async for event in events:
            if isinstance(event, Delta):
                break

    await standin.until(open=0, aborted=1)


async def test_an_answer_is_stopped_by_its_run(slow: AsyncClient) -> None:
    events = []
    async for event in slow.ask(QUESTION):
        events.append(event)
        if isinstance(event, Start):
            run_id = event.run_id
        if len([one for one in events if isinstance(one, Delta)]) == 2:
            await slow.stop(run_id)

    assert isinstance(events[-1], Stopped)
    assert events[-1].by == "user"
    again = [event async for event in slow.follow(run_id)]
    assert again == events
    assert [event async for event in slow.follow(run_id, after=2)] == events[2:]


async def test_a_connection_that_breaks_off_is_taken_up_where_it_was(
    start_server: StartServer, standin: Standin
) -> None:
    await standin.configure(tokens=40, inter_delay=0.03)
    with start_server(disconnect_grace_s=GRACE_S) as server:
        async with (
            cut_once(server, after=7_000) as url,
            AsyncClient(url) as client,
        ):
            events = [event async for event in client.ask(QUESTION)]

    assert isinstance(events[-1], Done)
    assert events[-1].answer == "".join(one.text for one in events if isinstance(one, Delta))
    assert len([one for one in events if isinstance(one, Start)]) == 1


async def test_a_refusal_has_its_status_and_its_problem(client: AsyncClient) -> None:
    with pytest.raises(RequestRefused, match="no passage nobody") as refused:
        await client.passage("nobody")

    assert refused.value.status == 404
    assert refused.value.problem["code"] == "passage_not_found"


async def test_a_server_that_is_not_there_is_told_in_words() -> None:
    async with AsyncClient("http://127.0.0.1:1") as client:
        with pytest.raises(ServerFailed, match="no server answers at"):
            await client.documents()


async def test_a_filter_that_is_no_list_is_a_mistake_of_the_program(client: AsyncClient) -> None:
    with pytest.raises(TypeError, match="folders takes a list"):
        await client.search("ships", filters={"folders": "2022"})


async def test_files_are_sent_ingested_and_cited(start_server: StartServer, tmp_path: Path) -> None:
    report = tmp_path / "lamps.txt"
    report.write_text("In 2021 the works of Ostrel made 7,412 lamps.\n")
    with start_server(
        namespace="library", data_dir=tmp_path / "data", openai_api_key=None, openai_base_url=None
    ) as server:
        async with AsyncClient(server.url) as client:
            made = await client.upload(report, folder="works")
            job = await client.wait(made.job_id)
            told = await client.answer("How many lamps did Ostrel make in 2021?")
            [document] = await client.documents()
            await client.delete_document(document.doc_id)

            assert (job.status, [file.status for file in job.files]) == ("done", ["new"])
            assert "7,412 lamps" in told.text
            assert await client.documents() == []


def test_the_client_that_waits_gives_the_same(waiting: Client) -> None:
    told = waiting.answer(QUESTION)
    events = list(waiting.ask(QUESTION))

    assert "412 ships" in told.text
    assert isinstance(events[-1], Done)
    assert events[-1].answer == told.text
    assert waiting.search(QUESTION)[0].passage_id == QUILLMERE_2022.passage_id


async def test_the_client_that_waits_works_where_a_loop_runs(local_server: Server) -> None:
    with Client(local_server.url) as client:
        assert "412 ships" in client.answer(QUESTION).text


def test_leaving_the_loop_of_the_client_that_waits_stops_the_answer(
    server: Server, standin_url: str
) -> None:
    httpx.post(f"{standin_url}/reset", trust_env=False)
    httpx.post(f"{standin_url}/config", json={"tokens": 200, "inter_delay": 0.05}, trust_env=False)
    try:
        with Client(server.url) as client:
            events = client.ask(QUESTION)
            for event in events:
                if isinstance(event, Delta):
                    break
            events.close()
            assert client.chats(limit=1).chats[0].message_count == 2
    finally:
        httpx.post(f"{standin_url}/reset", trust_env=False)


async def test_llama_index_finds_passages_and_gets_checked_answers(client: AsyncClient) -> None:
    nodes = await CitewireRetriever(client, limit=3).aretrieve(QUESTION)
    told = await CitewireQueryEngine(client).aquery(QUESTION)

    assert (len(nodes), nodes[0].node.node_id) == (3, QUILLMERE_2022.passage_id)
    assert nodes[0].node.metadata["page"] == QUILLMERE_2022.page
    assert isinstance(told, Response)
    assert "412 ships" in str(told.response)
    assert told.metadata is not None
    assert told.metadata["citations"][0]["passage_id"] == QUILLMERE_2022.passage_id


def test_llama_index_and_langchain_work_without_a_loop(waiting: Client) -> None:
    [node] = CitewireRetriever(waiting, limit=1).retrieve(QUESTION)
    [document] = CitewireLangChainRetriever(client=waiting, limit=1).invoke(QUESTION)

    assert node.node.node_id == document.id == QUILLMERE_2022.passage_id
    assert "412 ships" in str(CitewireQueryEngine(waiting).query(QUESTION))


async def test_langchain_finds_passages(client: AsyncClient) -> None:
    found = await CitewireLangChainRetriever(client=client, limit=2).ainvoke(QUESTION)

    assert found[0].id == QUILLMERE_2022.passage_id
    assert found[0].metadata["title"] == QUILLMERE_2022.title


async def test_in_ones_own_process_folders_are_read_and_questions_answered(
    redis_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "lamps.txt").write_text("In 2021 the works of Ostrel made 7,412 lamps.\n")
    settings: dict[str, Any] = {
        "redis_url": redis_url,
        "namespace": "inprocess",
        "data_dir": tmp_path / "data",
    }

    async with Citewire.open(**settings, embeddings="local", answers="extractive") as citewire:
        summary = await citewire.ingest(folder)
        told = await citewire.answer("How many lamps did Ostrel make in 2021?")
        events = [event async for event in citewire.follow(told.run_id)]
        with pytest.raises(RequestRefused):
            await citewire.passage("nobody")

    assert (summary.count("new"), summary.passages) == (1, 1)
    assert "7,412 lamps" in told.text
    assert isinstance(events[-1], Done)


async def test_leaving_the_loop_stops_an_answer_in_ones_own_process(
    redis_url: str, corpus: str, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(tokens=200, inter_delay=0.05)
    settings: dict[str, Any] = {
        **{"redis_url": redis_url, "namespace": corpus, "data_dir": tmp_path},
        **{"openai_base_url": standin.base_url, "openai_api_key": KEY},
    }

    async with Citewire.open(**settings, owner="default") as citewire:
        async with aclosing(citewire.ask(QUESTION)) as events:
            async for event in events:
                if isinstance(event, Delta):
                    break
        await standin.until(open=0, aborted=1)


async def test_an_owner_of_ones_own_process_sees_no_others_reports(
    redis_url: str, corpus: str, standin: Standin, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {
        **{"redis_url": redis_url, "namespace": corpus, "data_dir": tmp_path},
        **{"openai_base_url": standin.base_url, "openai_api_key": KEY},
    }

    async with Citewire.open(**settings, owner="somebody-else") as citewire:
        assert await citewire.documents() == []
        assert await citewire.search(QUESTION) == []


async def test_what_the_block_raises_comes_out_as_it_is(redis_url: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"redis_url": redis_url, "data_dir": tmp_path}
    local: dict[str, Any] = {"embeddings": "local", "answers": "extractive"}

    async def ask() -> None:
        async with Citewire.open(**settings, **local):
            raise LookupError("of the block")

    with pytest.raises(LookupError, match="of the block"):
        await ask()


async def test_the_same_answer_as_over_http(local_server: Server, client: AsyncClient) -> None:
    told = await client.answer(QUESTION)
    async with open_chat_client(local_server.url) as chat:
        raw = (await chat.ask(QUESTION)).last.data

    assert told.text == raw["answer"]
    assert [one.model_dump() for one in told.citations] == [
        {**one, "citation_id": told.citations[n].citation_id}
        for n, one in enumerate(raw["citations"])
    ]
