"""Pages of other origins that the settings let ask from a browser (CORS)."""

from collections.abc import Sequence
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TOLD: Final = (
    *("Content-Disposition", "ETag", "Retry-After", "WWW-Authenticate", "X-Request-ID"),
    *("X-Vercel-AI-UI-Message-Stream", "Mcp-Session-Id"),
)
"""Headers of answers that such a page may read."""


class OtherPages(CORSMiddleware):
    """ASGI middleware around all else: a browser asks about a page before it shows its key.

    Any header may be sent, for clients have their own; cookies may not, so that no page acts with
    the session of whoever looks at it.

    Args:
        app: what comes next.
        origins: whose pages may ask.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=("*",),
            allow_credentials=False,
            allow_private_network=True,
            expose_headers=TOLD,
        )
