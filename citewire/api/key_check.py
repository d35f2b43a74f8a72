"""The check of names and API keys, before anything else of a request is looked at."""

from typing import Any, Final

from fastapi import Security
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from citewire.api.cookies import Cookies
from citewire.api.errors import error_response
from citewire.api.host_check import HostCheck
from citewire.api.watched import WatchedRequest
from citewire.errors import (
    ApiKeyRefused,
    CitewireError,
    ProviderUnavailable,
    RequestError,
    StorageError,
)
from citewire.services.access.caller import Caller
from citewire.services.access.credentials import is_revocable
from citewire.services.access.door import Door, is_sent_by_itself

OPEN: Final = frozenset(
    (
        *("/", "/favicon.svg", "/licences.md"),
        *("/healthz", "/readyz", "/schema/events.json", "/openapi.json"),
        *("/auth/me", "/auth/login", "/auth/callback"),
    )
)
OWN_LOCK: Final = frozenset(("/metrics",))
"""What opens by a key or addresses of its own, which its route checks, whoever asks."""
OPEN_FOLDERS: Final = ("/assets/",)
"""The web client's files. Whatever is not listed here needs a key, routes to come included."""
OPEN_BY_ANY_NAME: Final = frozenset(("/healthz", "/readyz"))
"""What a load balancer asks, by whatever name it knows; what is wrong in detail is not for it."""

DESCRIBED: Final[Any] = Security(
    HTTPBearer(auto_error=False, description="An API key, if the server has keys.")
)
"""For the description of routes that need a key; the check itself is `KeyCheck`."""


class KeyCheck:
    """ASGI middleware that notes who asks, or refuses the request.

    It is `request.state.caller`, None where no key is needed and none of ours was sent.

    Args:
        app: what comes next.
        hosts: by which names the server may be asked, and by which pages.
        cookies: that sessions are kept in.
    """

    def __init__(self, app: ASGIApp, *, hosts: HostCheck, cookies: Cookies) -> None:
        self._app = app
        self._hosts = hosts
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with who asks, unless it lacks a key or has a wrong name."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _path(scope) in OWN_LOCK:
            scope.setdefault("state", {})["caller"] = None
            await self._app(scope, receive, send)
            return
        door: Door = scope["app"].state.services.door
        caller: Caller | None = None
        try:
            self._hosts.check(scope)
            client = scope.get("client")
            caller = await door.caller_of(
                scope["headers"],
                address=client[0] if client else None,
                cookie=self._cookies.session(scope),
            )
            if is_sent_by_itself(caller):
                self._hosts.check_page(scope)
        except (RequestError, StorageError) as error:
            if not _is_open(scope, error):
                await error_response(error)(scope, receive, send)
                return
        scope.setdefault("state", {})["caller"] = caller
        # Taking something away is done to its end, be it the key that asks for it.
        if caller is None or not is_revocable(caller) or scope["method"] == "DELETE":
            await self._app(scope, receive, send)
            return
        request = WatchedRequest(receive, send)
        with door.credentials.answering(caller, request.revoke):
            await request.run(self._app, scope)


def is_open(scope: Scope) -> bool:
    """Whether a request is for what needs no caller."""
    path = _path(scope)
    return path in OPEN or path in OWN_LOCK or path.startswith(OPEN_FOLDERS)


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _is_open(scope: Scope, error: CitewireError) -> bool:
    path = _path(scope)
    if isinstance(error, (ApiKeyRefused, ProviderUnavailable, StorageError)):
        is_listed = path in OPEN or path.startswith(OPEN_FOLDERS)
    else:
        is_listed = path in OPEN_BY_ANY_NAME
    return is_listed and scope["method"] in ("GET", "HEAD")
