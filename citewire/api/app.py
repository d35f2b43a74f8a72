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
    metrics,
    page,
    passages,
    reading,
    search,
    sharing,
    suggestions,
    uploads,
    wire_schema,
)
from citewire.api.audit import AuditTrail
from citewire.api.compat import openai_chat, openai_responses, ui_chat
from citewire.api.compat.openai_described import (
    ChatCompletionChunk,
    OpenAiError,
    ResponseEvent,
)
from citewire.api.compat.openai_errors import is_openai_path, openai_error
from citewire.api.compat.problems import RetoldProblems
from citewire.api.compat.ui_described import UiStreamPart
from citewire.api.cookies import Cookies, session_name
from citewire.api.description import DescribedApp, Form
from citewire.api.errors import install_error_handlers
from citewire.api.host_check import HostCheck
from citewire.api.key_check import DESCRIBED, KeyCheck
from citewire.api.limits import BodyLimit, RequestLimit
from citewire.api.mcp import streamable_http
from citewire.api.mcp.problems import is_mcp_path, json_rpc_error
from citewire.api.mcp.schemas import JsonRpcError, JsonRpcMessage
from citewire.api.other_pages import OtherPages
from citewire.api.prefix import Prefix, public_prefix
from citewire.services.assembly.serving import open_services
from citewire.services.telemetry.metrics import Metrics
from citewire.settings import Settings

CLOSED: Final = (
    *(auth, chat, chats, collections, documents, keys, passages, reading, search, sharing),
    *(suggestions, uploads),
    *(openai_chat, openai_responses, ui_chat, streamable_http),
)
"""What needs a key, where there are keys."""
OPEN: Final = (health, metrics, wire_schema)
"""What needs none; the metrics have a lock of their own."""
FORMS: Final = (
    Form(is_openai_path, openai_error, OpenAiError),
    Form(
        is_mcp_path,
        json_rpc_error,
        JsonRpcError,
        own={
            400: "no message of the protocol",
            404: "no such method",
            406: "`Accept` leaves out what is answered",
            415: "no JSON",
        },
    ),
)
"""How refusals are told to clients of other interfaces."""
EVENT_TYPES: Final = (ChatCompletionChunk, JsonRpcMessage, ResponseEvent, UiStreamPart)
"""What only streams tell, besides the events of runs and jobs."""

TELLING_ALL: Final = ("/v1/chat/completions", "/v1/responses", "/ui/chat")
"""Where clients send what was said before with each question."""


def create_app(
    settings: Settings,
    counted: Metrics | None = None,
    *,
    draining: Callable[[], anyio.Event] | None = None,
) -> FastAPI:
    """The app for `settings`.

    Args:
        settings: checked settings.
        counted: the metrics of this process, if others count in them, too.
        draining: gives the event that whoever runs the server sets when it is told to stop; the
            runs under way then end with `stopped` by `shutdown`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with (
            open_services(settings, counted, draining=draining) as services,
            streamable_http.open_exchanges(settings.server.max_body_bytes) as exchanges,
        ):
            app.state.services, app.state.exchanges, app.state.hosts = services, exchanges, hosts
            yield

    hosts = HostCheck.from_settings(settings)
    # No pages of FastAPI's about the API: they load scripts from elsewhere. /openapi.json stays.
    app = DescribedApp(
        forms=FORMS,
        told=EVENT_TYPES,
        cookie=session_name(settings.storage.namespace),
        title="Citewire",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.server.max_body_bytes,
        larger={("POST", path): settings.server.max_conversation_bytes for path in TELLING_ALL},
        streamed={("POST", "/documents"): settings.uploads.max_upload_bytes},
    )
    app.add_middleware(RequestLimit)
    # Added later, they come first.
    app.add_middleware(KeyCheck, hosts=hosts, cookies=Cookies.from_settings(settings))
    for form in FORMS:
        app.add_middleware(RetoldProblems, is_for=form.is_for, retold=form.retold)
    app.add_middleware(AuditTrail)
    if origins := settings.access.asking_origins:
        app.add_middleware(OtherPages, origins=origins)
    install_error_handlers(app)
    for module in CLOSED:
        app.include_router(module.router, dependencies=[DESCRIBED])
    for module in OPEN:
        app.include_router(module.router)
    app.include_router(auth.open_router)
    app.include_router(page.build_router(frames=settings.access.framing_origins))
    if prefix := public_prefix(settings, app.routes):
        app.add_middleware(Prefix, prefix=prefix)  # before all others: they go by the path
    return app
