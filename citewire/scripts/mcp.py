"""`citewire mcp`: the Model Context Protocol on standard input and output.

Programs that start their tools themselves, as Claude Desktop does, start this. It passes on what is
asked to `/mcp` of a server, one that runs or one of its own, so that there is one way to ask.
"""

import asyncio
import logging
import sys
from contextlib import AsyncExitStack
from typing import Any

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

from citewire import __version__
from citewire.client.connection import LOCAL, Address
from citewire.errors import ServerFailed
from citewire.scripts.chat.finding import find_server
from citewire.settings import Settings

CALL_S = 30.0
SILENCE_S = 300.0
"""Longest silence within an answer; a server sends a sign of life much more often."""

Context = ServerRequestContext[dict[str, Any], Any]
Page = PaginatedRequestParams | None


def serve_stdio(settings: Settings, *, owner: str, url: str | None) -> int:
    """Serve until standard input ends; gives the exit code.

    Args:
        settings: say where a server may be, and what one's own is to do.
        owner: whose reports a server of one's own is about; a running one goes by the key.
        url: of the server to ask; None: the one of the settings if it runs, else one's own.

    Raises:
        ConfigurationError: the URL, the key or the owner cannot be used.
        ServerFailed: there is no server that can be asked; the message says why.
    """
    # It is logged by the server, in more detail.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    with find_server(settings, owner=owner, url=url, note=_note, busy=_note) as address:
        asyncio.run(_serve(address))
    return 0


def _note(told: str) -> None:
    """Tell a person who looks into the log: standard output is the protocol's."""
    print(told, file=sys.stderr, flush=True)


async def _serve(address: Address) -> None:
    async with AsyncExitStack() as stack:
        client = await _connected(address, stack)
        server = build_relay(client)
        read, write = await stack.enter_async_context(stdio_server())
        await server.run(read, write, server.create_initialization_options())


async def _connected(address: Address, stack: AsyncExitStack) -> Client:
    url = f"{address.url.rstrip('/')}/mcp"
    http = httpx2.AsyncClient(
        headers=address.headers,
        timeout=httpx2.Timeout(CALL_S, read=SILENCE_S),
        # No proxy knows this machine.
        trust_env=httpx2.URL(url).host not in LOCAL,
    )
    await stack.enter_async_context(http)
    try:
        return await stack.enter_async_context(
            Client(streamable_http_client(url, http_client=http))
        )
    except* (MCPError, httpx2.HTTPError) as errors:
        raise ServerFailed(f"{url}: {_first(errors)}") from errors


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def build_relay(client: Client) -> Server[dict[str, Any]]:
    """A server that passes everything on to another one, with progress and cancelling."""

    async def list_tools(_: Context, asked: Page) -> ListToolsResult:
        return await client.list_tools(cursor=asked.cursor if asked else None)

    async def call_tool(
        context: Context, asked: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        progress = context.session.report_progress
        return await client.call_tool(asked.name, asked.arguments, progress_callback=progress)

    async def list_resources(_: Context, asked: Page) -> ListResourcesResult:
        return await client.list_resources(cursor=asked.cursor if asked else None)

    async def list_templates(_: Context, asked: Page) -> ListResourceTemplatesResult:
        return await client.list_resource_templates(cursor=asked.cursor if asked else None)

    async def read_resource(_: Context, asked: ReadResourceRequestParams) -> ReadResourceResult:
        return await client.read_resource(str(asked.uri))

    return Server(
        "citewire",
        version=__version__,
        title="Citewire",
        instructions=client.instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )
