"""The Model Context Protocol over HTTP: the library's client in both revisions, odd messages."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError
from mcp_types import CallToolResult, TextContent, TextResourceContents

from citewire.services.access.caller import Scope
from citewire.services.access.made_keys import MadeKeys
from citewire.storage.access.credentials import CredentialStore
from citewire.storage.connection.connection import open_client
from tests.doubles.chat_client import ChatClient
from tests.doubles.corpus import QUILLMERE_2023
from tests.doubles.mcp_client import NEW, OLD, answer_in, call, connected, message
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "🚢 Quillmere counted 538 ships in 2023 [1]."
KEY = "key-of-default"
both = pytest.mark.parametrize("revision", [NEW, OLD])
Json = dict[str, Any]


@pytest.fixture(scope="module")
def keyed(start_server: StartServer) -> Iterator[Server]:
    with start_server(api_keys=f"default:{KEY}", max_runs_per_owner=1) as server:
        yield server


def text_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def told_by(result: CallToolResult) -> Json:
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    told: Json = result.structured_content
    return told


def code_of(result: CallToolResult) -> str:
    assert result.is_error
    assert result.meta is not None
    return str(result.meta["citewire/code"])


@both
async def test_the_tools_say_what_they_take_and_give_and_that_they_only_read(
    server: Server, chat: ChatClient, revision: str
) -> None:
    async with connected(server.url, revision) as client:
        tools = (await client.list_tools()).tools

    assert [tool.name for tool in tools] == ["ask", "search", "fetch", "list_documents"]
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.output_schema is not None
        assert (tool.input_schema["type"], tool.output_schema["type"]) == ("object", "object")
    assert {tool.name: tool.input_schema.get("required") for tool in tools} == {
        "ask": ["question"],
        "search": ["query"],
        "fetch": ["id"],
        "list_documents": None,
    }


@both
async def test_an_answer_is_that_of_chat_with_the_same_sources_and_verdicts(
    server: Server, chat: ChatClient, standin: Standin, revision: str
) -> None:
    await standin.configure(text=ANSWER)
    done = (await chat.http.post("/chat", json={"message": QUESTION})).json()
    async with connected(server.url, revision) as client:
        result = await client.call_tool("ask", {"question": QUESTION})

    told = told_by(result)
    same = ("answer", "evidence", "finish_reason", "model")
    assert {name: told[name] for name in same} == {name: done[name] for name in same}
    assert [one["passage_id"] for one in told["sources"]] == [
        one["passage_id"] for one in done["sources"]
    ]
    assert [
        (one["n"], one["passage_id"], one["quote"], one["page"], one["verdict"])
        for one in told["citations"]
    ] == [
        (
            *(one["n"], one["passage_id"], one["quote"]["text"], one["quote"]["page"]),
            one["verification"]["status"],
        )
        for one in done["citations"]
    ]
    [cited] = told["citations"]
    assert (cited["verdict"], cited["page"]) == ("supported", 4)
    assert told["answer"][cited["start"] : cited["end"]] == "[1]"
    assert cited["claim"] == told["answer"][cited["claim_start"] : cited["claim_end"]]
    assert cited["url"].startswith(f"{server.url}/#/passage/{QUILLMERE_2023.passage_id}/")
    text = text_of(result)
    assert text.startswith(ANSWER)
    assert all(part in text for part in (cited["quote"], cited["url"], "supported by its source"))


@both
async def test_nothing_is_kept_of_it(server: Server, chat: ChatClient, revision: str) -> None:
    before = (await chat.http.get("/chats", params={"limit": 100})).json()
    async with connected(server.url, revision) as client:
        told_by(await client.call_tool("ask", {"question": QUESTION}))

    assert (await chat.http.get("/chats", params={"limit": 100})).json() == before


@both
async def test_what_a_run_does_is_told_as_progress(
    server: Server, chat: ChatClient, revision: str
) -> None:
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    async with connected(server.url, revision) as client:
        await client.call_tool("ask", {"question": QUESTION}, progress_callback=hear)

    assert [at for at, _ in heard] == [float(n) for n in range(1, len(heard) + 1)]
    assert {"searching the reports", "writing the answer"} <= {said for _, said in heard}


@both
async def test_search_and_fetch_have_the_form_that_connectors_want(
    server: Server, chat: ChatClient, revision: str
) -> None:
    async with connected(server.url, revision) as client:
        found = await client.call_tool("search", {"query": QUESTION, "limit": 2})
        first = told_by(found)["results"][0]
        read = await client.call_tool("fetch", {"id": first["id"]})

    results = told_by(found)["results"]
    assert json.loads(text_of(found)) == told_by(found)
    assert json.loads(text_of(read)) == told_by(read)
    assert len(results) == 2
    assert all({"id", "title", "url"} <= one.keys() for one in results)
    document = told_by(read)
    assert document.keys() == {"id", "title", "text", "url", "metadata"}
    assert document["id"] == first["id"]
    assert document["text"].startswith(first["text"])
    assert document["url"] == first["url"] == f"{server.url}/#/passage/{first['id']}"
    assert document["metadata"]["state"] == "current"


@both
async def test_filters_limit_what_is_searched(
    server: Server, chat: ChatClient, revision: str
) -> None:
    given = {"query": "ships of the harbour", "doc_ids": [QUILLMERE_2023.doc_id]}
    async with connected(server.url, revision) as client:
        results = told_by(await client.call_tool("search", given))["results"]
        unknown = await client.call_tool("search", given | {"collections": ["0123456789ab"]})

    assert {one["doc_id"] for one in results} == {QUILLMERE_2023.doc_id}
    assert code_of(unknown) == "collection_not_found"


@both
async def test_a_passage_is_a_resource(server: Server, chat: ChatClient, revision: str) -> None:
    passage_id = QUILLMERE_2023.passage_id
    async with connected(server.url, revision) as client:
        listed = await client.list_resources()
        [template] = (await client.list_resource_templates()).resource_templates
        uri = template.uri_template.replace("{passage_id}", passage_id)
        [contents] = (await client.read_resource(uri)).contents
        for unknown in (f"{uri}x", "citewire://passages/../x", "file:///etc/passwd", "x" * 9000):
            with pytest.raises(MCPError) as refused:
                await client.read_resource(unknown)
            assert refused.value.code == -32602

    assert listed.resources == []
    assert isinstance(contents, TextResourceContents)
    assert QUILLMERE_2023.text in contents.text
    assert contents.meta is not None
    assert (contents.meta["page"], contents.meta["report"]) == (4, QUILLMERE_2023.title)


@both
async def test_documents_are_listed_in_parts(
    server: Server, chat: ChatClient, revision: str
) -> None:
    there = (await chat.http.get("/documents")).json()["documents"]
    listed, offset = [], 0
    async with connected(server.url, revision) as client:
        while offset is not None:
            part = told_by(await client.call_tool("list_documents", {"offset": offset, "limit": 2}))
            listed += part["documents"]
            offset = part["next_offset"]

    assert part["total"] == len(there)
    assert [one["doc_id"] for one in listed] == [one["doc_id"] for one in there]


@both
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {}),
        ("ask", {"question": "  "}),
        ("ask", {"question": "x" * 8001}),
        ("ask", {"question": QUESTION, "chat_id": "mine"}),
        ("ask", {"question": QUESTION, "periods": ["soon"]}),
        ("search", {"query": QUESTION, "limit": 51}),
        ("search", {"query": 5}),
        ("fetch", {"id": "../etc"}),
        ("list_documents", {"offset": -1}),
    ],
)
async def test_wrong_arguments_are_told_to_the_model(
    server: Server, chat: ChatClient, revision: str, tool: str, arguments: Json
) -> None:
    async with connected(server.url, revision) as client:
        result = await client.call_tool(tool, arguments)

    assert code_of(result) == "invalid_request"
    assert "xxxx" not in text_of(result)


@both
async def test_a_tool_that_there_is_not_is_an_error(
    server: Server, chat: ChatClient, revision: str
) -> None:
    async with connected(server.url, revision) as client:
        with pytest.raises(MCPError, match="there is no tool"):
            await client.call_tool("drop_documents", {})


@both
async def test_a_failing_model_is_told_with_its_code(
    server: Server, chat: ChatClient, standin: Standin, revision: str
) -> None:
    await standin.configure(fail="400", fail_kind="chat")
    async with connected(server.url, revision) as client:
        result = await client.call_tool("ask", {"question": QUESTION})

    assert code_of(result) == "model_rejected"


@both
async def test_cancelling_stops_the_run_and_the_model(
    server: Server, chat: ChatClient, standin: Standin, revision: str
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    async with connected(server.url, revision) as client:
        asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await standin.until(open=1)
        asking.cancel()
        await standin.until(aborted=1, open=0)
        with pytest.raises(asyncio.CancelledError):
            await asking
        # The connection is as good as before.
        await standin.configure(tokens=5, inter_delay=0)
        told_by(await client.call_tool("ask", {"question": QUESTION}))


@both
async def test_leaving_stops_the_run_and_the_model(
    server: Server, chat: ChatClient, standin: Standin, revision: str
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)

    async def ask_and_leave() -> None:
        async with connected(server.url, revision) as client:
            await client.call_tool("ask", {"question": QUESTION})

    asking = asyncio.create_task(ask_and_leave())
    await standin.until(open=1)
    asking.cancel()
    await asyncio.wait([asking])
    await standin.until(open=0)


async def test_another_worker_may_hear_of_a_cancelling(
    server: Server, other: ChatClient, chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    hello = message("initialize", _hello())
    del hello["headers"]["MCP-Protocol-Version"]
    begun = await chat.http.post("/mcp", **hello)
    session = {"Mcp-Session-Id": begun.headers["mcp-session-id"]}
    asked = call("ask", {"question": QUESTION}, id=7)
    asking = asyncio.create_task(
        chat.http.post("/mcp", json=asked["json"], headers=asked["headers"] | session)
    )
    await standin.until(open=1)
    for wrong in ("7", 8):  # other requests
        await _cancel(other, wrong, session)
    await asyncio.sleep(0.3)
    assert (await standin.stats())["open"] == 1
    assert (await _cancel(other, 7, session)).status_code == 202
    await standin.until(aborted=1, open=0)
    told = answer_in(await asking)["result"]
    assert (told["isError"], told["_meta"]["citewire/code"]) == (True, "stopped")


def _hello() -> Json:
    info = {"name": "test", "version": "1"}
    return {"protocolVersion": OLD, "capabilities": {}, "clientInfo": info}


async def _cancel(client: ChatClient, number: int | str, session: Json) -> httpx.Response:
    told = message("notifications/cancelled", {"requestId": number}, id=None)
    return await client.http.post("/mcp", json=told["json"], headers=told["headers"] | session)


@both
@pytest.mark.parametrize("key", [None, "wrong"])
async def test_without_a_key_of_ours_nothing_is_answered(
    keyed: Server, revision: str, key: str | None
) -> None:
    with pytest.raises(BaseExceptionGroup) as refused:
        async with connected(keyed.url, revision, key) as client:
            await client.list_tools()

    assert refused.group_contains(MCPError, match="key")


async def test_a_refused_key_has_the_status_and_the_words_of_json_rpc(keyed: Server) -> None:
    async with httpx.AsyncClient(base_url=keyed.url, trust_env=False) as http:
        answer = await http.post("/mcp", **message("tools/list"))

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    told = answer.json()
    assert (told["jsonrpc"], told["id"]) == ("2.0", None)
    assert told["error"]["data"]["code"] == "api_key_refused"


@both
async def test_a_key_uses_the_tools_of_its_scopes(
    keyed: Server, redis_url: str, corpus: str, revision: str
) -> None:
    async with open_client(redis_url) as redis:
        keys = MadeKeys(CredentialStore(redis, corpus))
        reading, _ = await keys.make("default", scopes={Scope.READ})
        asking, _ = await keys.make("default", scopes={Scope.ASK})
    async with connected(keyed.url, revision, reading) as client:
        can = [tool.name for tool in (await client.list_tools()).tools]
        refused = await client.call_tool("ask", {"question": QUESTION})
    assert (can, code_of(refused)) == (["search", "fetch", "list_documents"], "scope_missing")

    async with connected(keyed.url, revision, asking) as client:
        can = [tool.name for tool in (await client.list_tools()).tools]
        refused = await client.call_tool("search", {"query": QUESTION})
        with pytest.raises(MCPError, match="scope read"):
            await client.read_resource(f"citewire://passages/{QUILLMERE_2023.passage_id}")
    assert (can, code_of(refused)) == (["ask"], "scope_missing")


@both
async def test_an_owner_has_as_many_runs_as_everywhere(
    keyed: Server, standin: Standin, revision: str
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    async with connected(keyed.url, revision, KEY) as client:
        asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await standin.until(open=1)
        second = await client.call_tool("ask", {"question": QUESTION})
        asking.cancel()
        await asyncio.wait([asking])
    await standin.until(open=0)

    assert code_of(second) == "too_many_runs"


async def test_requests_are_counted(start_server: StartServer) -> None:
    with start_server(api_keys=f"default:{KEY}", max_requests_per_owner=2) as server:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, headers=headers) as http:
            answers = [await http.post("/mcp", **message("tools/list")) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1].json()["error"]["data"]["code"] == "too_many_requests"
    assert "retry-after" in answers[-1].headers


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://localhost.evil.test"])
async def test_a_page_of_another_site_may_not_ask_even_with_a_key(
    keyed: Server, chat: ChatClient, origin: str
) -> None:
    for url, key in ((keyed.url, KEY), (str(chat.http.base_url), "")):
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
            sent = message("tools/list")
            sent["headers"] |= {"Origin": origin, "Authorization": f"Bearer {key or 'x'}"}
            answer = await http.post("/mcp", **sent)
        assert answer.status_code == 403
        assert answer.json()["error"]["data"]["code"] == "foreign_page"


async def test_a_page_that_the_settings_let_in_may_ask(start_server: StartServer) -> None:
    origin = "https://intranet.example.org"
    with start_server(api_keys=f"default:{KEY}", cors_origins=origin) as server:
        sent = message("tools/list")
        sent["headers"] |= {"Origin": origin, "Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            answer = await http.post("/mcp", **sent)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert "Mcp-Session-Id" in answer.headers["access-control-expose-headers"]


async def test_a_name_that_was_made_to_lead_here_is_not_answered(chat: ChatClient) -> None:
    sent = message("tools/list")
    sent["headers"]["Host"] = "evil.test"
    answer = await chat.http.post("/mcp", **sent)

    assert (answer.status_code, answer.json()["error"]["data"]["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_there_is_no_stream_and_no_session(chat: ChatClient, method: str) -> None:
    answer = await chat.http.request(method, "/mcp", headers={"Accept": "text/event-stream"})

    assert answer.status_code == 405
    assert answer.json()["error"]["data"]["code"] == "method_not_allowed"


_DEEP = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' + b'{"a":' * 20_000 + b"1"


@pytest.mark.parametrize("revision", [NEW, OLD, "1999-01-01", "", "\xff"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"notifications/cancelled"',
        b"\xff\xfe",
        _DEEP,
        b"[" * 60_000,
        b'{"jsonrpc":"2.0","id":' + b"9" * 60_000 + b',"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":[[]]}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1,"arguments":[]}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}',
        b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"\\u0000"}}',
    ],
    ids=lambda body: str(body[:40]),
)
async def test_an_odd_message_is_refused_and_breaks_nothing(
    chat: ChatClient, revision: str, body: bytes
) -> None:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Mcp-Session-Id": "x" * 3000,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "ask",
    }
    if revision:
        headers["MCP-Protocol-Version"] = revision
    sent = [(name.encode(), text.encode("latin-1")) for name, text in headers.items()]
    answer = await chat.http.post("/mcp", content=body, headers=sent)

    assert answer.status_code < 500
    assert "Traceback" not in answer.text
    if answer.status_code == 200:
        told = answer_in(answer)
        assert "error" in told or told["result"].get("isError"), told


async def test_a_large_body_is_refused(chat: ChatClient) -> None:
    answer = await chat.http.post("/mcp", **call("ask", {"question": "x" * 200_000}))

    assert answer.status_code == 413
    assert answer.json()["error"]["data"]["code"] == "body_too_large"


async def test_other_content_is_refused(chat: ChatClient) -> None:
    sent = message("tools/list")["headers"]
    for headers, status in (
        (sent | {"Content-Type": "text/plain"}, {400, 415}),
        (sent | {"Content-Type": "application/json", "Accept": "text/html"}, {406}),
    ):
        answer = await chat.http.post("/mcp", content=b"{}", headers=headers)
        assert answer.status_code in status


@both
async def test_many_at_once_are_each_answered_with_their_own(
    server: Server, chat: ChatClient, revision: str
) -> None:
    ids = [QUILLMERE_2023.passage_id, "nobodys-1-0-5"] * 10

    async def fetched(client: Client, passage_id: str) -> str:
        result = await client.call_tool("fetch", {"id": passage_id})
        return code_of(result) if result.is_error else str(told_by(result)["id"])

    async with connected(server.url, revision) as client:
        told = await asyncio.gather(*(fetched(client, one) for one in ids))

    assert told == [QUILLMERE_2023.passage_id, "passage_not_found"] * 10


@both
async def test_a_server_that_goes_tells_that_the_answer_was_stopped(
    start_server: StartServer, standin: Standin, revision: str
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    with start_server() as server:
        async with connected(server.url, revision) as client:
            asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
            await standin.until(open=1)
            server.tell_to_stop()
            try:
                told = code_of(await asking)
            except MCPError:  # sse-starlette's stream may end before the run does
                assert revision == OLD
            else:
                assert told == "stopped"
    await standin.until(open=0)


async def test_words_that_are_quoted_need_no_check(local_server: Server) -> None:
    async with connected(local_server.url) as client:
        result = await client.call_tool("ask", {"question": QUESTION})

    [cited, *_] = told_by(result)["citations"]
    assert (cited["verdict"], cited["verdict_method"]) == ("unchecked", "quoted")
    assert "quoted from its source" in text_of(result)


@pytest.mark.parametrize("revision", [NEW, OLD])
async def test_an_answer_ends_when_its_key_is_revoked(
    keyed: Server, redis_url: str, corpus: str, standin: Standin, revision: str
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    async with open_client(redis_url) as redis:
        keys = MadeKeys(CredentialStore(redis, corpus))
        key, stored = await keys.make("default", scopes={Scope.ASK})
        async with connected(keyed.url, revision, key) as client:
            asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
            await standin.until(open=1)
            await keys.revoke(stored.id)
            with pytest.raises(MCPError, match="was revoked"):
                await asking
    await standin.until(open=0)
