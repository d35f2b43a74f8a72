"""`citewire mcp`: the protocol on standard input and output, asked by the library's own client."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp_types import TextContent, TextResourceContents

from tests.doubles.chat_client import ChatClient
from tests.doubles.corpus import QUILLMERE_2023
from tests.doubles.mcp_client import NEW, OLD
from tests.doubles.server_fixtures import (
    MAIN,
    Server,
    StartServer,
    environment,
    free_port,
)
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "🚢 Quillmere counted 538 ships in 2023 [1]."
KEY = "key-of-default"
MCP = f"{MAIN[: MAIN.index('; sys')]}; sys.exit(main(['mcp', *sys.argv[1:]]))"
both = pytest.mark.parametrize("revision", [NEW, OLD])
# Each of them starts a process, which imports the library.
pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def started(
    *arguments: str, revision: str = NEW, **settings: Any
) -> AsyncGenerator[Client, None]:
    """A client of the command, which it starts as Claude Desktop does."""
    command = StdioServerParameters(
        command=sys.executable, args=["-c", MCP, *arguments], env=environment(settings)
    )
    mode = "legacy" if revision == OLD else revision
    async with Client(command, mode=mode) as client:
        yield client


def said(result: Any) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


@both
async def test_what_a_server_answers_is_passed_on(
    server: Server, chat: ChatClient, standin: Standin, revision: str
) -> None:
    await standin.configure(text=ANSWER)
    done = (await chat.http.post("/chat", json={"message": QUESTION})).json()
    heard = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with started("--url", server.url, revision=revision) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        answer = await client.call_tool("ask", {"question": QUESTION}, progress_callback=hear)
        found = await client.call_tool("search", {"query": QUESTION})
        refused = await client.call_tool("fetch", {"id": "nobodys-1-0-5"})
        [template] = (await client.list_resource_templates()).resource_templates
        uri = template.uri_template.replace("{passage_id}", QUILLMERE_2023.passage_id)
        [contents] = (await client.read_resource(uri)).contents
        with pytest.raises(MCPError, match="there is no passage"):
            await client.read_resource(f"{uri}x")

    assert tools == ["ask", "search", "fetch", "list_documents"]
    told = answer.structured_content
    assert told is not None
    assert told["answer"] == done["answer"]
    assert [one["verdict"] for one in told["citations"]] == [
        one["verification"]["status"] for one in done["citations"]
    ]
    assert "writing the answer" in heard
    assert json.loads(said(found)) == found.structured_content
    assert refused.is_error
    assert said(refused) == "there is no passage nobodys-1-0-5 (passage_not_found)"
    assert isinstance(contents, TextResourceContents)
    assert QUILLMERE_2023.text in contents.text


@both
async def test_cancelling_stops_the_run_and_the_model(
    server: Server, chat: ChatClient, standin: Standin, revision: str
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    async with started("--url", server.url, revision=revision) as client:
        asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await standin.until(open=1, within_s=30)
        asking.cancel()
        await standin.until(aborted=1, open=0)
        await asyncio.wait([asking])
        assert (await client.list_tools()).tools


async def test_the_end_of_its_input_stops_the_run_and_the_model(
    server: Server, chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)

    async def ask_and_leave() -> None:
        async with started("--url", server.url) as client:
            await client.call_tool("ask", {"question": QUESTION})

    asking = asyncio.create_task(ask_and_leave())
    await standin.until(open=1, within_s=30)
    asking.cancel()
    await asyncio.wait([asking])
    await standin.until(open=0)


async def test_the_key_is_that_of_the_environment(start_server: StartServer) -> None:
    with start_server(api_keys=f"default:{KEY}") as server:
        async with started("--url", server.url, api_key=KEY) as client:
            assert (await client.list_tools()).tools
        failed = _run("--url", server.url, api_key="wrong")

    assert failed.returncode == 1
    assert "the API key is not one of this server" in failed.stderr
    assert (failed.stdout, "wrong" in failed.stderr) == ("", False)


@both
async def test_a_server_that_was_away_for_a_while_is_asked_again(
    start_server: StartServer, revision: str
) -> None:
    port = free_port()
    with ExitStack() as stack:
        server = stack.enter_context(start_server(port=port))
        async with started("--url", server.url, revision=revision) as client:
            assert (await client.list_tools()).tools
            stack.close()
            with pytest.raises(MCPError, match="does not answer"):
                await client.list_tools()
            stack.enter_context(start_server(port=port))
            assert (await client.list_tools()).tools


def test_a_server_that_is_not_there_is_told_in_one_line() -> None:
    failed = _run("--url", "http://127.0.0.1:9")

    assert failed.returncode == 1
    assert failed.stderr.startswith("citewire: http://127.0.0.1:9/mcp: ")
    assert (failed.stdout, failed.stderr.count("\n")) == ("", 1)


def test_an_owner_is_no_matter_of_a_given_server() -> None:
    failed = _run("--url", "http://127.0.0.1:9", "--owner", "ann")

    assert (failed.returncode, "goes by the API key" in failed.stderr) == (2, True)


def _run(*arguments: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", MCP, *arguments],
        env=environment(settings),
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_it_starts_a_server_of_its_own(
    redis_url: str, corpus: str, standin_url: str, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(text=ANSWER)
    settings: dict[str, Any] = {
        **{"redis_url": redis_url, "namespace": corpus, "data_dir": tmp_path / "data"},
        **{"openai_base_url": f"{standin_url}/v1", "openai_api_key": "sk-test", "port": 9},
    }
    async with started(**settings) as client:
        answer = await client.call_tool("ask", {"question": QUESTION})

    told = answer.structured_content
    assert told is not None
    assert told["answer"] == ANSWER
    assert told["citations"][0]["url"].startswith("http://127.0.0.1:")
