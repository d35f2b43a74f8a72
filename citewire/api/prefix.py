"""The path below which people reach the server, where a proxy in front does not take it off."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi.routing import iter_route_contexts
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from citewire.errors import ConfigurationError
from citewire.settings import Settings


def public_prefix(settings: Settings, routes: Sequence[BaseRoute]) -> str:
    """The path of CITEWIRE_PUBLIC_URL, without a slash at its end; empty if it has none.

    Args:
        settings: of the server.
        routes: of the server.

    Raises:
        ConfigurationError: the path begins as one of the routes does, which it would hide.
    """
    prefix = urlsplit(settings.sign_in.public_url or "").path.rstrip("/")
    own = {(found.path or "/").split("/")[1] for found in iter_route_contexts(routes)}
    if prefix and prefix.split("/")[1] in own:
        raise ConfigurationError(
            f"CITEWIRE_PUBLIC_URL: {prefix} begins as a path of the server's own: take another"
        )
    return prefix


class Prefix:
    """ASGI middleware that takes a path off requests that begin with it; others stay as they are.

    Args:
        app: what comes next.
        prefix: the path, without a slash at its end.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; one for the path alone is sent to the page below it."""
        path = scope.get("path", "")
        if path == self._prefix:
            # The page's addresses are relative: they need the slash.
            await RedirectResponse(f"{self._prefix}/")(scope, receive, send)
            return
        if path.startswith(f"{self._prefix}/"):
            # In place: who logs the request looks into it afterwards.
            scope["path"] = path.removeprefix(self._prefix)
        await self._app(scope, receive, send)
