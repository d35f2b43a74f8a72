"""`citewire mcp`: the Model Context Protocol on standard input and output.

Programs that start their tools themselves, as Claude Desktop does, start this. It passes on what is
asked to `/mcp` of a server, one that runs or one of its own, so that there is one way to ask.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import (
    INTERNAL_ERROR,
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
from mcp_types.version import LATEST_MODERN_VERSION

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
Answer = TypeVar("Answer")


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
        http = httpx2.AsyncClient(
            headers=address.headers,
            timeout=httpx2.Timeout(CALL_S, read=SILENCE_S),
            # No proxy knows this machine.
            trust_env=httpx2.URL(address.url).host not in LOCAL,
        )
        relay = Relay(f"{address.url.rstrip('/')}/mcp", await stack.enter_async_context(http))
        server = await relay.server()
        read, write = await stack.enter_async_context(stdio_server())
        await server.run(read, write, server.create_initialization_options())


class Relay:
    """Passes everything on to a server over HTTP, with progress and cancelling.

    Each request is one of its own, which in the newest revision needs no handshake: a client of the
    library does not outlive a server that is away for a moment.

    Args:
        url: of its MCP.
        http: asks there.
    """

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def server(self) -> Server[dict[str, Any]]:
        """What speaks to the program that started this.

        Raises:
            ServerFailed: the server over HTTP cannot be asked.
        """
        try:
            instructions = await self._ask(_instructions, mode="auto")
        except MCPError as error:
            raise ServerFailed(f"{self._url}: {error}") from error
        return Server(
            "citewire",
            version=__version__,
            title="Citewire",
            instructions=instructions,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
        )

    async def _list_tools(self, _: Context, asked: Page) -> ListToolsResult:
        return await self._ask(lambda client: client.list_tools(cursor=_cursor(asked)))

    async def _call_tool(
        self, context: Context, asked: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        progress = context.session.report_progress
        return await self._ask(
            lambda client: client.call_tool(asked.name, asked.arguments, progress_callback=progress)
        )

    async def _list_resources(self, _: Context, asked: Page) -> ListResourcesResult:
        return await self._ask(lambda client: client.list_resources(cursor=_cursor(asked)))

    async def _list_templates(self, _: Context, asked: Page) -> ListResourceTemplatesResult:
        return await self._ask(lambda client: client.list_resource_templates(cursor=_cursor(asked)))

    async def _read_resource(
        self, _: Context, asked: ReadResourceRequestParams
    ) -> ReadResourceResult:
        return await self._ask(lambda client: client.read_resource(str(asked.uri)))

    async def _ask(
        self, ask: Callable[[Client], Awaitable[Answer]], *, mode: str = LATEST_MODERN_VERSION
    ) -> Answer:
        """What the server over HTTP answers.

        Raises:
            MCPError: it refuses, or does not answer.
        """
        failed: MCPError
        try:
            transport = streamable_http_client(self._url, http_client=self._http)
            async with Client(transport, mode=mode) as client:
                try:
                    return await ask(client)
                except MCPError as error:  # not through the library's groups of tasks
                    failed = error
        except* MCPError as errors:
            failed = MCPError(INTERNAL_ERROR, str(_first(errors)))
        except* httpx2.HTTPError as errors:
            failed = MCPError(INTERNAL_ERROR, f"the server does not answer: {_first(errors)}")
        raise failed


async def _instructions(client: Client) -> str | None:
    return client.instructions


def _cursor(asked: Page) -> str | None:
    return asked.cursor if asked else None


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
