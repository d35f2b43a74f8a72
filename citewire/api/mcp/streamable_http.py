"""`POST /mcp`: MCP's streamable HTTP, the revision of 2026-07-28 and those with a handshake.

No session is kept, so that any worker answers any request. Clients of the older revisions are given
an id nevertheless: they cancel by another request, which says with it what it means.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import orjson
from fastapi import APIRouter, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from citewire.api.contents import UNNAMED, answers, event_stream, named
from citewire.api.dependencies import caller_of, services_of
from citewire.api.host_check import HostCheck
from citewire.api.mcp.calls import SESSION_ID, call_name
from citewire.api.mcp.problems import PATH
from citewire.api.mcp.schemas import JsonRpcMessage
from citewire.api.mcp.server import build_mcp_server
from citewire.api.scopes import ScopedRoute

NAMED_WRONG: Final = "a message is JSON: send the header Content-Type: application/json"
CANCELLED = "notifications/cancelled"
_JSON_RPC: Final = {"application/json": {"schema": {"type": "object"}}}
_MESSAGE: Final = {"application/json": {"schema": named(JsonRpcMessage.__name__)}}


@asynccontextmanager
async def open_exchanges(max_bytes: int) -> AsyncGenerator[StreamableHTTPSessionManager, None]:
    """What answers requests, for the block; `max_bytes`: of one."""
    manager = StreamableHTTPSessionManager(
        build_mcp_server(), stateless=True, max_request_body_size=max_bytes
    )
    async with manager.run():
        yield manager


router = APIRouter(tags=["MCP"], route_class=ScopedRoute)


@router.post(
    PATH,
    response_class=Response,
    openapi_extra={"requestBody": {"content": _JSON_RPC, "required": True}},
    responses={
        200: answers(
            "an answer; a stream for clients of older revisions, and where progress is asked for",
            _MESSAGE,
            event_stream({UNNAMED: JsonRpcMessage.__name__}),
        ),
        202: answers("a notification was taken"),
    },
)
async def exchange(request: Request) -> Response:
    """Answer one message of the Model Context Protocol; leaving cancels it."""
    hosts: HostCheck = request.app.state.hosts
    hosts.check_origin(request.scope)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # the library says so in no form of the protocol
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, NAMED_WRONG)
    try:
        body = await request.body()
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if await _is_cancelled(request, body):
        return Response(status_code=HTTPStatus.ACCEPTED)
    match _parsed(body):
        case {"id": int() | str() as number}:
            request.state.message_id = number
    return Exchange(request.app.state.exchanges, body)


class Exchange(Response):
    """One message and its answer.

    Args:
        manager: answers.
        body: of the request, which was read.
    """

    def __init__(self, manager: StreamableHTTPSessionManager, body: bytes) -> None:
        super().__init__()
        self._manager = manager
        self._unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with an id for a client that begins a session."""

        async def replayed() -> Message:
            return self._unread.pop() if self._unread else await receive()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[SESSION_ID] = uuid4().hex
            await send(message)

        await self._manager.handle_request(scope, replayed, named if _begins(scope) else send)


def _begins(scope: Scope) -> bool:
    """Whether a client with a handshake shakes hands: later it sends what it was told."""
    names = {name for name, _ in scope["headers"]}
    return names.isdisjoint((SESSION_ID.encode(), MCP_PROTOCOL_VERSION_HEADER.encode()))


async def _is_cancelled(request: Request, body: bytes) -> bool:
    """Whether a message cancels a request of its session; then its run is stopped."""
    session = request.headers.get(SESSION_ID)
    if session is None or CANCELLED.encode() not in body:
        return False
    match _parsed(body):
        case {"method": str() as method, "params": {"requestId": int() | str() as number}}:
            if method != CANCELLED:
                return False
            caller = await caller_of(request)
            name = call_name(caller.owner, session, number)
            await services_of(request).chat.runs.stop_asked(name, caller.owner)
            return True
    return False


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
