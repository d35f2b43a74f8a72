"""What the log says of requests and runs: one line each, with the id that the client has."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.doubles.chat_client import ChatClient, Json, open_chat_client, until
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
MINE = "mine-1.2_3"


@pytest.fixture(scope="module")
def logged(start_server: StartServer) -> Iterator[Server]:
    """A server that logs JSON."""
    with start_server(log_format="json", model_retries=0) as server:
        yield server


@pytest.fixture
async def told(logged: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(logged.url) as client:
        yield client


async def line(server: Server, **facts: object) -> Json:
    """The one line of the log with these facts."""
    found: list[Json] = []

    async def is_there() -> bool:
        lines = [json.loads(text) for text in server.log.splitlines() if text.startswith("{")]
        found[:] = [one for one in lines if facts.items() <= one.items()]
        return bool(found)

    await until(is_there)
    [only] = found
    return only


@pytest.mark.parametrize("path", ["/chats", "/nothing", "/chats/a*b", "/assets/x.js", "/chats/no"])
async def test_each_answer_has_an_id_that_stands_in_the_log(
    told: ChatClient, logged: Server, path: str
) -> None:
    answer = await told.http.get(path)

    request_id = answer.headers["x-request-id"]
    found = await line(logged, request_id=request_id, message="request")
    assert (found["method"], found["status"]) == ("GET", answer.status_code)
    assert len(answer.headers.get_list("x-request-id")) == 1
    if answer.status_code >= 400:
        body = answer.json()
        assert (body["request_id"], body["code"]) == (request_id, found["code"])


async def test_the_line_of_a_request_has_its_route_and_no_more_of_its_address(
    told: ChatClient, logged: Server
) -> None:
    chat_id = (await told.http.post("/chats")).json()["chat_id"]
    answer = await told.http.get(f"/chats/{chat_id}?last=1")

    found = await line(logged, request_id=answer.headers["x-request-id"])
    assert found["ms"] > 0
    assert {name: found[name] for name in ("method", "path", "status", "owner", "level")} == {
        "method": "GET",
        "path": "/chats/{chat_id}",
        "status": 200,
        "owner": "default",
        "level": "info",
    }


async def test_an_id_of_the_client_is_kept(told: ChatClient, logged: Server) -> None:
    answer = await told.http.get("/chats/no", headers={"X-Request-ID": MINE})

    assert answer.headers["x-request-id"] == answer.json()["request_id"] == MINE
    assert (await line(logged, request_id=MINE))["code"] == "chat_not_found"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, '"},{"level":"error'])
async def test_an_id_that_could_be_anything_is_not_kept(told: ChatClient, given: str) -> None:
    answer = await told.http.get("/healthz", headers={"X-Request-ID": given})

    assert len(answer.headers["x-request-id"]) == 32


async def test_a_run_has_a_line_that_says_how_it_went(told: ChatClient, logged: Server) -> None:
    heard = await told.ask(QUESTION)

    found = await line(logged, message="run ended", run_id=heard.last.data["run_id"])
    done = heard.last.data
    assert (found["chat_id"], found["owner"]) == (heard.chat_id, "default")
    assert (found["end"], found["finish_reason"]) == ("done", done["finish_reason"])
    assert found["completion_tokens"] == done["usage"]["completion_tokens"]
    assert found["first_token_ms"] == done["timings"]["first_token_ms"]
    assert found["total_ms"] == done["timings"]["total_ms"]
    request = await line(logged, message="request", request_id=found["request_id"])
    assert request["path"] == "/chat_stream"


async def test_a_run_that_fails_or_is_left_has_its_line(
    told: ChatClient, logged: Server, standin: Standin
) -> None:
    await standin.configure(fail="400", fail_kind="chat")
    failed = await told.ask(QUESTION)
    await standin.configure(fail="", tokens=200, inter_delay=0.02)
    left = await told.listen(QUESTION, deltas=1)

    found = await line(logged, message="run ended", run_id=failed.last.data["run_id"])
    assert (found["end"], found["code"]) == ("error", failed.last.data["code"])
    found = await line(logged, message="run ended", run_id=left.events[0].data["run_id"])
    assert (found["end"], found["by"]) == ("stopped", "disconnect")


async def test_nothing_that_was_asked_stands_in_the_log(told: ChatClient, logged: Server) -> None:
    heard = await told.ask(QUESTION)
    await told.http.get("/chats", params={"q": "Quillmere"})
    await line(logged, message="run ended", run_id=heard.last.data["run_id"])

    assert "Quillmere" not in logged.log


async def test_a_line_of_text_has_the_same(chat: ChatClient, server: Server) -> None:
    answer = await chat.http.get("/chats/no", headers={"X-Request-ID": "in-text"})

    assert answer.status_code == 404

    async def is_there() -> bool:
        return "request request_id=in-text method=GET path=/chats/{chat_id}" in server.log

    await until(is_there)
