"""Which scope each route needs: a route that is not in this table cannot be made."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from citewire.errors import ScopeMissing
from citewire.services.access.caller import Caller, Scope

ASK, READ, WRITE, ADMIN = Scope.ASK, Scope.READ, Scope.WRITE, Scope.ADMIN
KNOWN: Final = None
"""Any caller may; the route itself looks at what is whose."""

NEEDED: Final[dict[tuple[str, str], Scope | None]] = {
    ("POST", "/chat"): ASK,
    ("POST", "/chat_stream"): ASK,
    ("GET", "/chat_stream/{run_id}"): ASK,
    ("POST", "/chat_stream/{run_id}/stop"): ASK,
    ("GET", "/chats"): ASK,
    ("POST", "/chats"): ASK,
    ("DELETE", "/chats"): ASK,
    ("GET", "/chats/export"): ASK,
    ("GET", "/chats/{chat_id}"): ASK,
    ("PATCH", "/chats/{chat_id}"): ASK,
    ("DELETE", "/chats/{chat_id}"): ASK,
    ("POST", "/chats/{chat_id}/restore"): ASK,
    ("GET", "/chats/{chat_id}/export"): ASK,
    ("POST", "/chats/{chat_id}/messages/{message_id}/feedback"): ASK,
    ("POST", "/chats/{chat_id}/share"): ASK,
    ("DELETE", "/chats/{chat_id}/share"): ASK,
    ("GET", "/shared/{share_id}"): READ,
    ("GET", "/shared/{share_id}/export"): READ,
    ("GET", "/documents"): READ,
    ("POST", "/documents"): WRITE,
    ("GET", "/documents/{doc_id}"): READ,
    ("PATCH", "/documents/{doc_id}"): WRITE,
    ("DELETE", "/documents/{doc_id}"): WRITE,
    ("GET", "/documents/{doc_id}/file"): READ,
    ("GET", "/documents/{doc_id}/hits"): READ,
    ("GET", "/documents/{doc_id}/outline"): READ,
    ("GET", "/documents/{doc_id}/pages/{number}"): READ,
    ("GET", "/documents/{doc_id}/passages"): READ,
    ("GET", "/passages"): READ,
    ("GET", "/passages/{passage_id}"): READ,
    ("GET", "/passages/{passage_id}/highlights"): READ,
    ("GET", "/passages/{passage_id}/places"): READ,
    ("POST", "/search"): READ,
    ("GET", "/suggestions"): READ,
    ("GET", "/jobs"): READ,
    ("GET", "/jobs/{job_id}"): READ,
    ("GET", "/jobs/{job_id}/events"): READ,
    ("DELETE", "/jobs/{job_id}"): WRITE,
    ("POST", "/auth/logout"): KNOWN,
    ("GET", "/collections"): READ,
    ("POST", "/collections"): WRITE,
    ("GET", "/collections/{collection_id}"): READ,
    ("PATCH", "/collections/{collection_id}"): WRITE,
    ("DELETE", "/collections/{collection_id}"): WRITE,
    ("POST", "/collections/{collection_id}/documents"): WRITE,
    ("PUT", "/collections/{collection_id}/members/{member:path}"): WRITE,
    ("DELETE", "/collections/{collection_id}/members/{member:path}"): WRITE,
    ("GET", "/v1/models"): ASK,
    ("GET", "/v1/models/{model}"): ASK,
    ("POST", "/v1/chat/completions"): ASK,
    ("POST", "/v1/responses"): ASK,
    ("POST", "/ui/chat"): ASK,
    ("GET", "/ui/chat/{chat_id}/stream"): ASK,
    # Each tool needs its own: `citewire.api.mcp.tools`.
    ("POST", "/mcp"): KNOWN,
    ("GET", "/keys"): KNOWN,
    ("POST", "/keys"): KNOWN,
    ("DELETE", "/keys/{key_id}"): KNOWN,
}
"""The scope by method and path. What is open to everybody is in `key_check.OPEN`."""


class ScopedRoute(APIRoute):
    """A route that is closed to callers without the scope that the table names."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the check; raises LookupError for a route without a row."""
        rows = [(method, self.path) for method in self.methods or ()]
        if missing := [row for row in rows if row not in NEEDED]:
            raise LookupError(f"a row for {missing} is missing in citewire/api/scopes.py")
        needed = {method: NEEDED[method, path] for method, path in rows}
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            check(request.state.caller, needed[request.method])
            return await handle(request)

        return checked


def check(caller: Caller, needed: Scope | None) -> None:
    """Return if the caller has the scope.

    Raises:
        ScopeMissing: not so.
    """
    if needed is not None and needed not in caller.scopes:
        raise ScopeMissing(f"this needs the scope {needed}")
