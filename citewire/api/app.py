"""The FastAPI app: its routes, and the lifespan in which everything is built once."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
from fastapi import FastAPI

from citewire import __version__
from citewire.api import chat, chats, documents, health, page, passages, uploads, wire_schema
from citewire.api.dependencies import Parts
from citewire.api.errors import install_error_handlers
from citewire.api.key_check import DESCRIBED, KeyCheck
from citewire.api.limits import BodyLimit
from citewire.services.access.keys import load_api_keys
from citewire.services.assembly.chat import (
    build_afterwards,
    build_jobs,
    build_page_copies,
    build_succession,
    open_service,
)
from citewire.services.assembly.library import open_library
from citewire.services.assembly.runs import build_held, open_runs
from citewire.services.chats.chats import Chats
from citewire.services.runs.runs import Runs
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings


def create_app(settings: Settings, *, draining: Callable[[], anyio.Event] | None = None) -> FastAPI:
    """The app for `settings`.

    Args:
        settings: checked settings.
        draining: gives the event that whoever runs the server sets when it is told to stop; the
            runs under way then end with `stopped` by `shutdown`.

    Raises:
        ConfigurationError: an API key is not as it should be.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            library = await stack.enter_async_context(open_library(settings))
            page_copies = build_page_copies(library)
            afterwards = build_afterwards(library)
            running = await stack.enter_async_context(open_runs(library))
            runs = running.runs
            service = await stack.enter_async_context(
                open_service(library, runs, page_copies, afterwards)
            )
            chats = Chats(library.chats, runs, page_copies)
            uploads = Uploads(settings.storage, settings.uploads)
            jobs = build_jobs(library, uploads)
            async with anyio.create_task_group() as tasks:
                app.state.parts = Parts(
                    settings=settings,
                    library=library,
                    service=service,
                    replays=running.replays,
                    held=build_held(service, running, tasks),
                    chats=chats,
                    uploads=uploads,
                    jobs=jobs,
                    page_copies=page_copies,
                    succession=build_succession(library),
                )
                tasks.start_soon(afterwards.run, runs.__len__)
                tasks.start_soon(chats.keep_swept)
                tasks.start_soon(jobs.run)
                tasks.start_soon(page_copies.run)
                if draining is not None:
                    tasks.start_soon(_drain_when_told, draining(), runs, jobs)
                yield
                tasks.cancel_scope.cancel()

    keys = load_api_keys(settings.access)
    # No pages of FastAPI's about the API: they load scripts from elsewhere. /openapi.json stays.
    app = FastAPI(
        title="Citewire", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.server.max_body_bytes,
        streamed={("POST", "/documents"): settings.uploads.max_upload_bytes},
    )
    # Added last, it comes first.
    app.add_middleware(KeyCheck, keys=keys)
    install_error_handlers(app)
    for module in (chat, chats, documents, passages, uploads):
        app.include_router(module.router, dependencies=[DESCRIBED])
    for module in (health, wire_schema):
        app.include_router(module.router)
    app.include_router(page.build_router())
    return app


async def _drain_when_told(told: anyio.Event, runs: Runs, jobs: Jobs) -> None:
    await told.wait()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(runs.drain)
        tasks.start_soon(jobs.drain)
