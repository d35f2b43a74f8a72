"""The FastAPI app: its routes, and the lifespan in which the services are open."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio
from fastapi import FastAPI

from citewire import __version__
from citewire.api import (
    auth,
    chat,
    chats,
    collections,
    documents,
    health,
    keys,
    page,
    passages,
    search,
    sharing,
    uploads,
    wire_schema,
)
from citewire.api.audit import AuditTrail
from citewire.api.compat import openai_chat
from citewire.api.compat.openai_errors import is_openai_path, openai_error
from citewire.api.compat.problems import RetoldProblems
from citewire.api.cookies import Cookies
from citewire.api.errors import install_error_handlers
from citewire.api.host_check import HostCheck
from citewire.api.key_check import DESCRIBED, KeyCheck
from citewire.api.limits import BodyLimit, RequestLimit
from citewire.api.mcp import streamable_http
from citewire.api.mcp.problems import is_mcp_path, json_rpc_error
from citewire.services.assembly.serving import open_services
from citewire.settings import Settings

CLOSED: Final = (
    *(auth, chat, chats, collections, documents, keys, passages, search, sharing, uploads),
    *(openai_chat, streamable_http),
)
"""What needs a key, where there are keys."""
OPEN: Final = (health, wire_schema)
"""What needs none."""


def create_app(settings: Settings, *, draining: Callable[[], anyio.Event] | None = None) -> FastAPI:
    """The app for `settings`.

    Args:
        settings: checked settings.
        draining: gives the event that whoever runs the server sets when it is told to stop; the
            runs under way then end with `stopped` by `shutdown`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with (
            open_services(settings, draining=draining) as services,
            streamable_http.open_exchanges(settings.server.max_body_bytes) as exchanges,
        ):
            app.state.services, app.state.exchanges, app.state.hosts = services, exchanges, hosts
            yield

    hosts = HostCheck.from_settings(settings)
    # No pages of FastAPI's about the API: they load scripts from elsewhere. /openapi.json stays.
    app = FastAPI(
        title="Citewire", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.server.max_body_bytes,
        streamed={("POST", "/documents"): settings.uploads.max_upload_bytes},
    )
    app.add_middleware(RequestLimit)
    # Added later, they come first.
    app.add_middleware(KeyCheck, hosts=hosts, cookies=Cookies.from_settings(settings))
    app.add_middleware(RetoldProblems, is_for=is_openai_path, retold=openai_error)
    app.add_middleware(RetoldProblems, is_for=is_mcp_path, retold=json_rpc_error)
    app.add_middleware(AuditTrail)
    install_error_handlers(app)
    for module in CLOSED:
        app.include_router(module.router, dependencies=[DESCRIBED])
    for module in OPEN:
        app.include_router(module.router)
    app.include_router(auth.open_router)
    app.include_router(page.build_router())
    return app
