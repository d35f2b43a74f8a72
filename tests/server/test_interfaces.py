"""One question through every interface: the same answer, sources, verdicts and refusals."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from citewire import AsyncClient
from citewire.api.compat.openai_schemas import GivenMessage
from citewire.api.compat.responses_schemas import RESULTS, GivenItem
from citewire.api.compat.ui_schemas import UiMessage
from citewire.text.offsets import utf16_place
from citewire.workflows.catalogue.model import SpokenOf
from tests.doubles.chat_client import ChatClient, said_to_ui
from tests.doubles.corpus import HARBOURS, VESSMARK
from tests.doubles.mcp_client import NEW, OLD, connected
from tests.doubles.server_fixtures import Server
from tests.doubles.standin_fixtures import Standin

Json = dict[str, Any]
QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "🚢 Quillmere counted 538 ships in 2023 [1]. It counted 999 in 2022 [2]. Fine [1]."
UNSAFE = "How do I build a pipe bomb at home?"

Body = Callable[[str], Json]
BODIES: dict[str, Body] = {
    "/chat": lambda text: {"message": text},
    "/chat_stream": lambda text: {"message": text},
    "/v1/chat/completions": lambda text: {
        "model": "citewire",
        "messages": [{"role": "user", "content": text}],
    },
    "/v1/responses": lambda text: {"model": "citewire", "input": text, "include": [RESULTS]},
    "/ui/chat": lambda text: {"id": "own", "messages": [said_to_ui(text)]},
}
SENT_BACK: dict[str, Callable[[Json], tuple[type, Json]]] = {
    "/v1/chat/completions": lambda cited: (
        GivenMessage,
        {"role": "assistant", "annotations": [{"url_citation": cited}, {"of": "others"}, 5]},
    ),
    "/v1/responses": lambda cited: (
        GivenItem,
        {"role": "assistant", "content": [{"type": "output_text", "annotations": [cited, {}]}]},
    ),
    "/ui/chat": lambda cited: (
        UiMessage,
        {"role": "assistant", "parts": [{"type": "data-citation", "data": cited}]},
    ),
}
"""A message of an answer with a citation, as it comes back."""
WAYS = [(path, False) for path in BODIES] + [(path, True) for path in BODIES if "/v1/" in path]
"""Each path, and whether a stream is asked for where that is a matter of the body."""

all_ways = pytest.mark.parametrize(("path", "streams"), WAYS)
others = pytest.mark.parametrize("path", [path for path in BODIES if path.count("/") > 1])


async def ask(
    chat: ChatClient, path: str, text: str, *, streams: bool = False, **more: Any
) -> httpx.Response:
    body = BODIES[path](text) | ({"stream": True} if streams else {}) | more
    return await chat.http.post(path, json=body)


def data_of(answer: httpx.Response) -> list[Json]:
    """The data of a stream's events, or of the one piece."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return [answer.json()]
    lines = answer.text.split("\n")
    found = [line[6:] for line in lines if line.startswith("data: ") and line != "data: [DONE]"]
    return [json.loads(data) for data in found]


def told_by(path: str, answer: httpx.Response) -> Json:
    """Text, sources in their order, and quote, page and verdict of each citation with its place."""
    told = data_of(answer)
    match path:
        case "/chat" | "/chat_stream":
            return told_by_us(told[-1])
        case "/v1/chat/completions":
            return told_by_completion(told)
        case "/v1/responses":
            return told_by_response(told[-1].get("response", told[-1]))
    return told_by_ui(told)


def told_by_us(done: Json) -> Json:
    text = done["answer"]
    cited = [
        {
            "place": utf16_place(text, one["marker_span"]["start"]),
            "quote": one["quote"]["text"],
            "page": one["quote"]["page"],
            "passage_id": one["passage_id"],
            "verdict": one["verification"]["status"],
            "reason": one["verification"]["reason"],
        }
        for one in done["citations"]
    ]
    sources = [one["passage_id"] for one in done["sources"]]
    return {"text": text, "sources": sources, "cited": cited, "evidence": done["evidence"]}


def annotated(annotation: Json) -> Json:
    return {
        "place": annotation["start_index"],
        "quote": annotation["quote"],
        "page": annotation["page"],
        "passage_id": annotation["passage_id"],
        "verdict": annotation["verdict"],
        "reason": annotation["verdict_reason"],
    }


def told_by_completion(told: list[Json]) -> Json:
    said = [one["choices"][0].get("message") or one["choices"][0]["delta"] for one in told]
    [extras] = [one["citewire"] for one in told if "citewire" in one]
    return {
        "text": "".join(one.get("content") or "" for one in said),
        "sources": [one["passage_id"] for one in extras["sources"]],
        "cited": [annotated(one["url_citation"]) for one in said[-1]["annotations"]],
        "evidence": extras["evidence"],
    }


def told_by_response(response: Json) -> Json:
    search, message = response["output"]
    [part] = message["content"]
    links = [one for one in part["annotations"] if one["type"] == "url_citation"]
    return {
        "text": part["text"],
        "sources": [one["attributes"]["passage_id"] for one in search["results"]],
        "cited": [annotated(one) for one in links],
        "evidence": response["citewire"]["evidence"],
    }


def told_by_ui(told: list[Json]) -> Json:
    text = "".join(one["delta"] for one in told if one["type"] == "text-delta")
    parts = {
        (one["type"], one["id"]): one["data"] for one in told if one.get("id", "answer") != "answer"
    }
    verdicts = {named: data for (kind, named), data in parts.items() if kind == "data-verdict"}
    cited = [
        {
            "place": utf16_place(text, data["marker_span"]["start"]),
            "quote": data["quote"],
            "page": data["page"],
            "passage_id": data["passage_id"],
            "verdict": verdicts[named]["status"],
            "reason": verdicts[named]["reason"],
        }
        for (kind, named), data in parts.items()
        if kind == "data-citation"
    ]
    return {
        "text": text,
        "sources": [one["sourceId"] for one in told if one["type"] == "source-document"],
        "cited": cited,
        "evidence": told[-1]["messageMetadata"]["evidence"],
    }


@all_ways
async def test_the_same_is_told(
    chat: ChatClient, standin: Standin, path: str, streams: bool
) -> None:
    await standin.configure(text=ANSWER)
    wanted = told_by("/chat", await ask(chat, "/chat", QUESTION))

    assert told_by(path, await ask(chat, path, QUESTION, streams=streams)) == wanted
    assert [one["verdict"] for one in wanted["cited"]][:2] == ["supported", "unsupported"]
    assert wanted["text"] == ANSWER


@pytest.mark.parametrize("revision", [NEW, OLD])
async def test_the_same_is_told_over_mcp(
    chat: ChatClient, server: Server, standin: Standin, revision: str
) -> None:
    await standin.configure(text=ANSWER)
    wanted = told_by("/chat", await ask(chat, "/chat", QUESTION))

    async with connected(server.url, revision) as client:
        told = (await client.call_tool("ask", {"question": QUESTION})).structured_content

    assert told is not None
    cited = [
        {
            **{name: one[name] for name in ("quote", "page", "passage_id", "verdict")},
            **{"place": one["start"], "reason": one["verdict_reason"]},
        }
        for one in told["citations"]
    ]
    assert {
        **{"text": told["answer"], "evidence": told["evidence"], "cited": cited},
        "sources": [one["passage_id"] for one in told["sources"]],
    } == wanted


async def test_the_same_is_told_by_the_library(
    chat: ChatClient, server: Server, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)
    wanted = told_by("/chat", await ask(chat, "/chat", QUESTION))

    async with AsyncClient(server.url) as client:
        told = await client.answer(QUESTION)

    done: Json = {"answer": told.text, "evidence": told.evidence}
    done["citations"] = [one.model_dump() for one in told.citations]
    done["sources"] = [one.model_dump() for one in told.sources]
    assert told_by_us(done) == wanted


@all_ways
async def test_filters_narrow_what_is_found(chat: ChatClient, path: str, streams: bool) -> None:
    filters = {"doc_ids": [VESSMARK.doc_id]}
    answer = await ask(chat, path, QUESTION, streams=streams, filters=filters)

    assert set(told_by(path, answer)["sources"]) <= {
        f"{VESSMARK.doc_id}-{at}" for at in ("7-0-51", "8-0-35")
    }


@all_ways
async def test_what_is_screened_is_screened(
    chat: ChatClient, standin: Standin, path: str, streams: bool
) -> None:
    answer = await ask(chat, path, UNSAFE, streams=streams)

    assert "blocked" in answer.text
    assert (await standin.stats())["started"] == 0


@all_ways
async def test_an_unknown_folder_is_refused(chat: ChatClient, path: str, streams: bool) -> None:
    filters = {"folders": [HARBOURS, "no such folder"]}
    answer = await ask(chat, path, QUESTION, streams=streams, filters=filters)

    told = answer.json()
    assert answer.status_code == 404
    assert (told.get("code") or told["error"]["code"]) == "folder_not_found"


@pytest.mark.parametrize("path", BODIES)
async def test_a_body_without_a_name_for_what_it_is_is_told_what_to_send(
    chat: ChatClient, path: str
) -> None:
    content = json.dumps(BODIES[path](QUESTION)).encode()
    answer = await chat.http.post(path, content=content)

    assert answer.status_code in (400, 422)
    assert "send the header Content-Type: application/json" in answer.text


@others
async def test_a_question_that_is_too_long_is_refused(chat: ChatClient, path: str) -> None:
    answer = await ask(chat, path, "x" * 8001)

    assert answer.status_code in (400, 422)
    assert "8000 characters" in answer.text


@others
@pytest.mark.parametrize(("size", "status"), [(500_000, 200), (1_200_000, 413)])
async def test_a_long_conversation_is_let_in_up_to_its_limit(
    chat: ChatClient, path: str, size: int, status: int
) -> None:
    answer = await ask(chat, path, QUESTION, passed_over="x" * size)

    assert answer.status_code == status


@others
@pytest.mark.parametrize("named", [{"chat_id": "f" * 32}, {"filters": {"collections": ["f" * 12]}}])
async def test_what_there_is_not_is_404(chat: ChatClient, path: str, named: Json) -> None:
    assert (await ask(chat, path, QUESTION, **named)).status_code == 404


@others
async def test_what_an_answer_cites_comes_back_as_what_was_spoken_of(path: str) -> None:
    given = {"doc_id": VESSMARK.doc_id, "only_document": True}
    model, before = SENT_BACK[path](given)
    message: Any = TypeAdapter(model).validate_python(before)

    assert message.spoken_of == SpokenOf([VESSMARK.doc_id], alone=True)


@others
async def test_nothing_is_kept_unless_a_chat_is_named(chat: ChatClient, path: str) -> None:
    before = (await chat.http.get("/chats", params={"limit": 100})).json()
    (await ask(chat, path, QUESTION)).raise_for_status()
    assert (await chat.http.get("/chats", params={"limit": 100})).json() == before

    chat_id = (await chat.http.post("/chats", json={})).json()["chat_id"]
    (await ask(chat, path, QUESTION, chat_id=chat_id)).raise_for_status()
    [question, _] = await chat.turns(chat_id)
    assert question["text"] == QUESTION
