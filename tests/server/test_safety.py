"""Text of documents is data: what is hidden or speaks to a model is in no prompt, but is shown."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doubles.chat_client import Told, open_chat_client
from tests.doubles.injected_reports import ATTACKS, CONTROLS, SECRET, Injected
from tests.doubles.mcp_client import answer_in, call
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

Json = dict[str, Any]
NAMESPACE = "injected"
_MARK = re.compile(r'^<source n="(\d+)" id="(\w+)" title="([^"<>\n]*)" page="([^"<>\n]*)">$', re.M)


def _named(report: Injected) -> str:
    return report.name


@pytest.fixture(scope="module")
def injected(
    start_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that has ingested all the reports."""
    folder = tmp_path_factory.mktemp("reports")
    with start_server(namespace=NAMESPACE, max_upload_files=100) as server:
        client = UploadClient(server.url)
        with client.http:
            job = client.ingest("injected", *_files(folder, [*ATTACKS, *CONTROLS]))
        assert job["counts"]["new"] == len(ATTACKS) + len(CONTROLS), job
        yield server


@pytest.fixture(scope="module")
def trusting(injected: Server, start_server: StartServer) -> Iterator[Server]:
    """A second server on the same reports that withholds nothing."""
    with start_server(namespace=NAMESPACE, withhold="off") as server:
        yield server


def _files(folder: Path, reports: Sequence[Injected]) -> Iterator[tuple[str, bytes]]:
    for report in reports:
        path = folder / f"{report.name}{report.suffix}"
        report.make(path, report.name)
        yield path.name, path.read_bytes()


def document(server: Server, report: Injected) -> Json:
    found = httpx.get(f"{server.url}/documents", trust_env=False).raise_for_status().json()
    wanted = f"{report.name}{report.suffix}"
    [one] = [d for d in found["documents"] if wanted in str(d)]
    return dict(one)


async def ask(server: Server, report: Injected) -> Told:
    doc_id = document(server, report)["doc_id"]
    async with open_chat_client(server.url) as chat:
        question = f"How many ships did the harbour of {report.name} count in 2024?"
        return await chat.ask(question, filters={"doc_ids": [doc_id]})


async def prompt_of(standin: Standin) -> str:
    """The user message of the last streamed request."""
    bodies = [one["body"] for one in await standin.requests() if "messages" in one["body"]]
    return str([body for body in bodies if body.get("stream")][-1]["messages"][-1]["content"])


def withheld_texts(source: Json) -> list[tuple[str, str]]:
    """Reason and text of what is withheld of a source, whose offsets count UTF-16."""
    units = source["text"].encode("utf-16-le")
    return [
        (one["reason"], units[2 * one["start"] : 2 * one["end"]].decode("utf-16-le"))
        for one in source["withheld"]
    ]


def check_marks(prompt: str, sources: int) -> None:
    """As many sources as were announced, each number once, in order, all with the same id."""
    marks = _MARK.findall(prompt)
    assert [int(number) for number, *_ in marks] == list(range(1, sources + 1))
    [nonce] = {nonce for _, nonce, *_ in marks}
    assert prompt.count(f"</source {nonce}>") == sources
    assert len(re.findall(r"<\s*/?\s*source", prompt, re.I)) == 2 * sources
    assert prompt.count("<question ") == prompt.count("</question ") == 1


@pytest.mark.parametrize("report", ATTACKS, ids=_named)
async def test_what_is_injected_is_in_no_prompt(
    injected: Server, standin: Standin, report: Injected
) -> None:
    told = await ask(injected, report)

    prompt = await prompt_of(standin)
    said = prompt.partition("<question ")[0].lower()
    assert "ships in 2024" in said
    assert SECRET not in said
    check_marks(prompt, len(told.sources))


@pytest.mark.parametrize("report", ATTACKS, ids=_named)
def test_what_is_injected_is_read_by_no_model_of_others(injected: Server, report: Injected) -> None:
    doc_id = document(injected, report)["doc_id"]
    asked = {"query": "How many ships did the harbour count in 2024?", "doc_ids": [doc_id]}
    url = f"{injected.url}/mcp"
    found = httpx.post(url, **call("search", asked), trust_env=False)
    hits = answer_in(found)["result"]["structuredContent"]["results"]
    read = [
        httpx.post(url, **call("fetch", {"id": hit["id"]}), trust_env=False).text for hit in hits
    ]

    assert hits
    assert any("ships in 2024" in text for text in read)
    assert not [text for text in (found.text, *read) if SECRET in text.lower()]


@pytest.mark.parametrize("report", [r for r in ATTACKS if r.reason], ids=_named)
async def test_what_is_injected_is_shown_as_withheld(injected: Server, report: Injected) -> None:
    told = await ask(injected, report)

    found = [one for source in told.sources for one in withheld_texts(source)]
    assert any(SECRET in text and reason == report.reason for reason, text in found)
    assert not any("counted" in text for _, text in found)


@pytest.mark.parametrize("report", [r for r in ATTACKS if r.note], ids=_named)
def test_the_document_tells_what_was_found(injected: Server, report: Injected) -> None:
    notes = document(injected, report)["notes"]

    assert any(report.note in note for note in notes), notes


@pytest.mark.parametrize("report", CONTROLS, ids=_named)
async def test_an_honest_report_is_given_whole(
    injected: Server, standin: Standin, report: Injected
) -> None:
    told = await ask(injected, report)

    prompt = await prompt_of(standin)
    assert all(source["withheld"] == [] for source in told.sources)
    # A table is shown as Markdown: cell by cell.
    for source in told.sources:
        whole = [source["text"]]
        cells = re.split(r" \| |\n", source["text"]) if source["kind"] == "table" else whole
        assert all(cell in prompt for cell in cells)
    assert document(injected, report)["notes"] == []
    check_marks(prompt, len(told.sources))


async def test_nothing_is_found_by_what_is_withheld(injected: Server, standin: Standin) -> None:
    async with open_chat_client(injected.url) as chat:
        told = await chat.ask("zorbaline sold for nine billion")

    asked = [one["body"] for one in await standin.requests() if one["path"] == "/v1/embeddings"]
    assert "zorbaline" in str(asked[-1]["input"])
    # Not by likeness to it: the texts as they were embedded have none of its words.
    assert max(source["score"] for source in told.sources) < 0.3


async def test_withholding_can_be_switched_off_without_ingesting_again(
    trusting: Server, standin: Standin
) -> None:
    report = next(one for one in ATTACKS if one.name == "Bodywick")
    told = await ask(trusting, report)

    prompt = await prompt_of(standin)
    assert SECRET in prompt
    assert withheld_texts(told.sources[0])
    check_marks(prompt, len(told.sources))


async def test_forged_marks_are_harmless_even_when_nothing_is_withheld(
    trusting: Server, standin: Standin
) -> None:
    for report in ATTACKS:
        if report.name in ("Fakemark", "Fakehead", "Template"):
            told = await ask(trusting, report)
            prompt = await prompt_of(standin)
            check_marks(prompt, len(told.sources))
            assert "<|" not in prompt
            assert not re.search(r"^Source \d", prompt, re.M)


async def test_the_id_of_the_marks_is_another_for_each_question(
    injected: Server, standin: Standin
) -> None:
    ids = set()
    for report in CONTROLS[:2]:
        await ask(injected, report)
        ids |= {nonce for _, nonce, *_ in _MARK.findall(await prompt_of(standin))}

    assert len(ids) == 2


async def test_history_and_follow_up_are_delimited(injected: Server, standin: Standin) -> None:
    async with open_chat_client(injected.url) as chat:
        first = await chat.ask("How many ships did Plainfield count?")
        await chat.ask("and timber?", chat_id=first.chat_id)

    bodies = [one["body"] for one in await standin.requests() if "messages" in one["body"]]
    [condense] = [str(b["messages"][-1]["content"]) for b in bodies if not b.get("stream")]
    [nonce] = set(re.findall(r'<(?:chat|message) id="(\w+)">', condense))
    assert condense.count(f"</chat {nonce}>") == condense.count(f"</message {nonce}>") == 1
