"""The FastAPI app: its routes, and the lifespan in which the services are open."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

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
    sharing,
    uploads,
    wire_schema,
)
from citewire.api.audit import AuditTrail
from citewire.api.compat import openai_chat
from citewire.api.compat.openai_errors import OpenAiErrors
from citewire.api.cookies import Cookies
from citewire.api.errors import install_error_handlers
from citewire.api.host_check import HostCheck
from citewire.api.key_check import DESCRIBED, KeyCheck
from citewire.api.limits import BodyLimit, RequestLimit
from citewire.services.assembly.serving import open_services
from citewire.settings import Settings


def create_app(settings: Settings, *, draining: Callable[[], anyio.Event] | None = None) -> FastAPI:
    """The app for `settings`.

    Args:
        settings: checked settings.
        draining: gives the event that whoever runs the server sets when it is told to stop; the
            runs under way then end with `stopped` by `shutdown`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with open_services(settings, draining=draining) as services:
            app.state.services = services
            yield

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
    app.add_middleware(
        KeyCheck, hosts=HostCheck.from_settings(settings), cookies=Cookies.from_settings(settings)
    )
    app.add_middleware(OpenAiErrors)
    app.add_middleware(AuditTrail)
    install_error_handlers(app)
    own = (auth, chat, chats, collections, documents, keys, passages, sharing, uploads)
    for module in (*own, openai_chat):
        app.include_router(module.router, dependencies=[DESCRIBED])
    for module in (health, wire_schema):
        app.include_router(module.router)
    app.include_router(auth.open_router)
    app.include_router(page.build_router())
    return app
