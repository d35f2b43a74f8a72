"""What of requests is told in the audit log: the one table of all routes, and who reads it.

A line is written before the first byte of the answer: whoever sees a page was noted before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

import anyio
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citewire.api.request_log import request_facts
from citewire.errors import CredentialRevoked
from citewire.services.access.audit.log import AuditLog, Who
from citewire.services.access.audit.schema import Resource
from citewire.services.access.caller import Caller


@dataclass(frozen=True, slots=True)
class Act:
    """What a route does that is told.

    Args:
        activity: as the class "Web Resources Activity" has it.
        kind: of what it is done to.
        uid: the parameter of the path that has its id; None: all of the kind.
        more: other parameters of the path, by what they are told as.
    """

    activity: str
    kind: str
    uid: str | None = None
    more: Mapping[str, str] | None = None


Route = tuple[str, str]
"""Method and path."""

DOCUMENT, CHAT = ("document", "doc_id"), ("chat", "chat_id")
COLLECTION = ("collection", "collection_id")

ACTS: Final[Mapping[Route, Act]] = {
    ("POST", "/documents"): Act("Import", "document"),
    ("PATCH", "/documents/{doc_id}"): Act("Update", *DOCUMENT),
    ("DELETE", "/documents/{doc_id}"): Act("Delete", *DOCUMENT),
    ("GET", "/documents/{doc_id}/file"): Act("Read", *DOCUMENT),
    ("GET", "/documents/{doc_id}/hits"): Act("Read", *DOCUMENT),
    ("GET", "/documents/{doc_id}/passages"): Act("Read", *DOCUMENT),
    ("GET", "/documents/{doc_id}/pages/{number}"): Act(
        "Read", "page", None, {"document": "doc_id", "page": "number"}
    ),
    ("GET", "/passages/{passage_id}"): Act("Read", "passage", "passage_id"),
    ("GET", "/passages/{passage_id}/highlights"): Act("Read", "passage", "passage_id"),
    ("POST", "/search"): Act("Read", "passage"),
    ("GET", "/suggestions"): Act("Read", "passage"),
    ("PATCH", "/collections/{collection_id}"): Act("Update", *COLLECTION),
    ("POST", "/collections/{collection_id}/documents"): Act("Import", "document"),
    ("DELETE", "/jobs/{job_id}"): Act("Delete", "job", "job_id"),
    ("GET", "/chat_stream/{run_id}"): Act("Read", "run", "run_id"),
    ("GET", "/ui/chat/{chat_id}/stream"): Act("Read", *CHAT),
    ("GET", "/chats/{chat_id}"): Act("Read", *CHAT),
    ("DELETE", "/chats/{chat_id}"): Act("Delete", *CHAT),
    ("DELETE", "/chats"): Act("Delete", "chat"),
    ("POST", "/chats/{chat_id}/restore"): Act("Update", *CHAT),
    ("POST", "/chats/{chat_id}/share"): Act("Share", *CHAT),
    ("DELETE", "/chats/{chat_id}/share"): Act("Update", *CHAT),
    ("GET", "/shared/{share_id}"): Act("Read", "chat"),
    ("GET", "/shared/{share_id}/export"): Act("Export", "chat"),
    ("GET", "/chats/export"): Act("Export", "chat"),
    ("GET", "/chats/{chat_id}/export"): Act("Export", *CHAT),
}

BY_THE_RUN: Final[frozenset[Route]] = frozenset(
    (
        ("POST", "/chat_stream"),
        ("POST", "/chat"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/responses"),
        ("POST", "/ui/chat"),
    )
)
"""What these showed is known at their end, also when nobody listens any more."""

BY_THE_HANDLER: Final[frozenset[Route]] = frozenset(
    (
        ("POST", "/collections"),
        ("DELETE", "/collections/{collection_id}"),
        ("PUT", "/collections/{collection_id}/members/{member:path}"),
        ("DELETE", "/collections/{collection_id}/members/{member:path}"),
        ("POST", "/keys"),
        ("DELETE", "/keys/{key_id}"),
        ("GET", "/auth/callback"),
        ("POST", "/auth/logout"),
        ("POST", "/mcp"),
    )
)
"""What is told with more than a request has."""

UNTOLD: Final[frozenset[Route]] = frozenset(
    (
        # Names and dates of reports, where on a page words stand, and how far a job is.
        ("GET", "/collections"),
        ("GET", "/collections/{collection_id}"),
        ("GET", "/documents"),
        ("GET", "/documents/{doc_id}"),
        ("GET", "/documents/{doc_id}/outline"),
        ("GET", "/passages"),
        ("GET", "/passages/{passage_id}/places"),
        ("GET", "/jobs"),
        ("GET", "/jobs/{job_id}"),
        ("GET", "/jobs/{job_id}/events"),
        ("GET", "/chats"),
        ("GET", "/keys"),
        # What a person does with chats of one's own, of which nothing is lost.
        ("POST", "/chats"),
        ("PATCH", "/chats/{chat_id}"),
        ("POST", "/chats/{chat_id}/messages/{message_id}/feedback"),
        ("POST", "/chat_stream/{run_id}/stop"),
        # Nobody's data.
        ("GET", "/"),
        ("GET", "/favicon.svg"),
        ("GET", "/licences.md"),
        ("GET", "/assets/{name:path}"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/schema/events.json"),
        ("GET", "/openapi.json"),
        ("GET", "/auth/me"),
        ("GET", "/auth/login"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/{model}"),
    )
)
"""Routes of which only refusals are told."""

_NOTHING_DONE: Final = frozenset(
    (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
    )
)
"""Requests that were not understood, or came at the wrong time: of whatever they name."""
_REFUSED: Final = frozenset(
    (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.MISDIRECTED_REQUEST)
)


def note_act(request: Request, *found: Resource, **more: Any) -> None:
    """Say what an act is about that its path does not tell: instead of what that tells."""
    request.state.audited = found
    request.state.audited_more = more


class AuditTrail:
    """ASGI middleware around the check of keys: tells what the table says, and all refusals.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell it before the first byte."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        is_told = False

        async def telling(message: Message) -> None:
            nonlocal is_told
            if message["type"] == "http.response.start":
                is_told = True
                await _tell(scope, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, telling)
        except BaseException:
            # Something may have been done nevertheless.
            if not is_told:
                with anyio.CancelScope(shield=True):
                    await _tell(scope, HTTPStatus.INTERNAL_SERVER_ERROR)
            raise


async def _tell(scope: Scope, status: int) -> None:
    audit = cast(AuditLog, scope["app"].state.services.audit)
    if not audit.is_on:
        return
    path = getattr(scope.get("route"), "path", None)
    who, problem = who_asks(scope), _problem(status)
    act = ACTS.get((scope["method"], path or ""))
    if status in _REFUSED:
        operation = f"{scope['method']} {path or 'no route'}"
        await audit.refused(who, problem=problem or str(status), operation=operation)
    # Whose key was revoked meanwhile may have done it nevertheless.
    is_done = status not in _REFUSED or problem == CredentialRevoked.code
    if act is not None and is_done and status not in _NOTHING_DONE:
        state = scope["state"]
        found = state.get("audited") or [_resource(act, scope["path_params"])]
        more = state.get("audited_more")
        await audit.acted(who, act.activity, found, problem=problem, more=more)


def who_asks(scope: Scope) -> Who:
    """Who sent a request, as far as it is known."""
    facts, client = request_facts(), scope.get("client")
    caller: Caller | None = scope.get("state", {}).get("caller")
    return Who(
        name=caller.owner if caller else None,
        request_id=facts.request_id if facts else None,
        address=client[0] if client else None,
    )


def _problem(status: int) -> str | None:
    if status < HTTPStatus.BAD_REQUEST:
        return None
    facts = request_facts()
    return (facts.code if facts else None) or str(status)


def _resource(act: Act, given: Mapping[str, Any]) -> Resource:
    more = {name: _number(given[parameter]) for name, parameter in (act.more or {}).items()}
    return Resource(act.kind, str(given[act.uid]) if act.uid else None, more)


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text
