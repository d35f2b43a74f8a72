"""The `mcp` library's own client, and single messages without it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

NEW, OLD = "2026-07-28", "2025-11-25"
Json = dict[str, Any]


@asynccontextmanager
async def connected(
    url: str, revision: str = NEW, key: str | None = None
) -> AsyncGenerator[Client, None]:
    """A client of a server, over a real socket; OLD shakes hands."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    mode = "legacy" if revision == OLD else revision
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def message(method: str, params: Json | None = None, *, id: int | str | None = 1) -> Json:
    """A message of the revisions with a handshake, as it is posted."""
    told = {"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}
    if id is None:
        del told["id"]
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": OLD}
    return {"json": told, "headers": headers}


def call(tool: str, arguments: Json, *, id: int | str = 1) -> Json:
    """A call of a tool, as it is posted."""
    return message("tools/call", {"name": tool, "arguments": arguments}, id=id)


def answer_in(response: httpx.Response) -> Json:
    """What answers a message, whether it comes as JSON or as an event."""
    is_json = response.headers["content-type"].startswith("application/json")
    lines = response.text.splitlines()
    [data] = [response.text] if is_json else [x[6:] for x in lines if x.startswith("data: {")][-1:]
    told: Json = json.loads(data)
    return told
