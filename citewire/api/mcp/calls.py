"""A call of a tool, or a reading of a resource: who makes it, and what it may use."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp.server.context import ServerRequestContext
from starlette.requests import Request

from citewire.api.audit import who_asks
from citewire.api.dependencies import caller_of, client_url, services_of
from citewire.api.scopes import check
from citewire.errors import ScopeMissing
from citewire.services.access.caller import Caller, Scope
from citewire.services.assembly.serving import Services

SESSION_ID = "mcp-session-id"

Progress = Callable[[float, float | None, str | None], Awaitable[None]]
"""Tells the client how far a call is: a number that grows, of how many if known, and in words."""
Context = ServerRequestContext[dict[str, object], Request]


@dataclass(frozen=True, slots=True)
class McpCall:
    """A call.

    Args:
        request: that it came with.
        services: of the running app.
        caller: who makes it.
        progress: tells how far it is.
        name: by which its client may cancel it in another request; empty if it cannot.
    """

    request: Request
    services: Services
    caller: Caller
    progress: Progress
    name: str

    @property
    def base_url(self) -> str:
        """Of the web client, for links."""
        return client_url(self.request)

    async def need(self, scope: Scope, operation: str) -> None:
        """Return if the caller has a scope; else it is told in the audit log.

        Raises:
            ScopeMissing: not so.
        """
        try:
            check(self.caller, scope)
        except ScopeMissing as error:
            who = who_asks(self.request.scope)
            told = f"POST /mcp {operation}"
            await self.services.audit.refused(who, problem=error.code, operation=told)
            raise


async def call_in(context: Context) -> McpCall:
    """The call that a message is about."""
    request = context.request
    assert request is not None, "over HTTP every message comes with a request"
    caller = await caller_of(request)
    session, number = request.headers.get(SESSION_ID), context.request_id
    name = "" if session is None or number is None else call_name(caller.owner, session, number)
    return McpCall(request, services_of(request), caller, context.session.report_progress, name)


def call_name(owner: str, session: str, number: int | str) -> str:
    """By which a request of a session can be cancelled, hashed together with its owner."""
    # 1 and "1" are two requests.
    return hashlib.sha256(f"mcp\0{owner}\0{session}\0{number!r}".encode()).hexdigest()
