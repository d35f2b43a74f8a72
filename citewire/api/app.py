"""The FastAPI app: its routes, and the lifespan in which everything is built once."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import anyio
from fastapi import FastAPI

from citewire import __version__
from citewire.api import chat, chats, documents, health, page, uploads, wire_schema
from citewire.api.dependencies import Parts
from citewire.api.errors import describe, error_payload, install_error_handlers
from citewire.api.limits import BodyLimit
from citewire.services.afterwards import Afterwards
from citewire.services.chat import ChatService, SecondOpinion
from citewire.services.chats import Chats
from citewire.services.citations.checking import Checker, open_checker
from citewire.services.evidence import CalibratedEvidence
from citewire.services.held_runs import HeldRuns
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.ingest.run import OnProgress
from citewire.services.jobs import Jobs
from citewire.services.library import Library, open_library
from citewire.services.lost_runs import LostRuns
from citewire.services.replays import Replays
from citewire.services.run_log import RunLog
from citewire.services.runs import Runs
from citewire.services.turns import HistoryLimits
from citewire.services.uploads import Uploads
from citewire.settings import Settings
from citewire.storage.jobs import JobStore
from citewire.storage.run_log import RunLogs, open_run_logs
from citewire.storage.runs import RunStore
from citewire.workflows.chat import ChatWorkflow
from citewire.workflows.engine import Engines

STORE_S = 3.0
"""How long runs without a client get to be stored at the end, in seconds."""


def create_app(settings: Settings, *, draining: Callable[[], anyio.Event] | None = None) -> FastAPI:
    """The app for `settings`.

    Args:
        settings: checked settings.
        draining: gives the event that whoever runs the server sets when it is told to stop; the
            runs under way then end with `stopped` by `shutdown`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            library = await stack.enter_async_context(open_library(settings))
            checker = stack.enter_context(open_library_checker(library))
            afterwards = build_afterwards(library)
            grace_s = settings.disconnect_grace_s
            logs = await stack.enter_async_context(
                open_run_logs(library.documents.client, settings.namespace, grace_s=grace_s)
            )
            runs = build_runs(library, logs)
            service = build_service(library, checker, runs, afterwards)
            chats = Chats(library.chats, runs)
            jobs = build_jobs(library)
            async with anyio.create_task_group() as tasks:
                held = HeldRuns(service, logs, tasks, grace_s=grace_s) if grace_s else None
                app.state.parts = Parts(
                    settings, library, service, Replays(logs), held, chats, Uploads(settings), jobs
                )
                tasks.start_soon(runs.keep)
                tasks.start_soon(afterwards.run)
                tasks.start_soon(chats.keep_swept)
                tasks.start_soon(jobs.run)
                if draining is not None:
                    tasks.start_soon(_drain_when_told, draining(), runs, jobs)
                yield
                with anyio.move_on_after(STORE_S):
                    await runs.emptied()
                tasks.cancel_scope.cancel()

    app = FastAPI(title="Citewire", version=__version__, lifespan=lifespan)
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        streamed={("POST", "/documents"): settings.max_upload_bytes},
    )
    install_error_handlers(app)
    for module in (chat, chats, documents, uploads, health, wire_schema, page):
        app.include_router(module.router)
    return app


async def _drain_when_told(told: anyio.Event, runs: Runs, jobs: Jobs) -> None:
    await told.wait()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(runs.drain)
        tasks.start_soon(jobs.drain)


def build_jobs(library: Library) -> Jobs:
    """The background ingestions into an open library; whoever builds them runs them."""

    async def ingest(root: Path, on_progress: OnProgress) -> IngestSummary:
        return await ingest_folders(
            [root],
            documents=library.documents,
            open_indexing=library.open_indexing,
            settings=library.settings,
            on_progress=on_progress,
        )

    return Jobs(JobStore(library.documents.client, library.settings.namespace), ingest, describe)


def open_library_checker(library: Library) -> AbstractContextManager[Checker]:
    """What judges claims on an open library; embeddings that cost a round trip are not asked."""
    settings = library.settings
    is_local = settings.embeddings_from == "local"
    embed = library.models.embeddings.model.get_text_embedding_batch if is_local else None
    return open_checker(judges=settings.verify != "off", embed=embed)


def build_runs(library: Library, logs: RunLogs) -> Runs:
    """The runs of this worker; whoever builds them runs their `keep`."""
    settings = library.settings
    store = RunStore(
        library.documents.client,
        settings.namespace,
        worker=uuid4().hex,
        lease_s=settings.run_lease_s,
        running_s=settings.run_timeout_s,
        kept_s=settings.run_log_ttl_s,
    )
    is_on = settings.run_log == "on"
    log = RunLog(store, error_payload, is_on=is_on, max_bytes=settings.run_log_max_bytes)
    lost = LostRuns(store, logs, library.chats, error_payload, logged=is_on)
    return Runs(settings.max_runs, store, log, lost, lease_s=settings.run_lease_s)


def build_afterwards(library: Library) -> Afterwards:
    """What the model does for chats; whoever builds it runs it."""
    settings = library.settings
    return Afterwards(
        library.chats,
        library.models.answering.llm if settings.answers_from == "openai" else None,
        history=HistoryLimits(settings.history_turns, settings.history_tokens),
        titles=settings.chat_titles,
        summaries=settings.chat_summaries,
    )


def build_service(
    library: Library, checker: Checker, runs: Runs, afterwards: Afterwards
) -> ChatService:
    """The chat service on an open library."""
    settings = library.settings
    answering = library.models.answering
    engines = Engines(
        store=library.store,
        embed_model=library.models.embeddings.model,
        synthesiser=answering.synthesiser,
        llm=answering.llm,
        rule=answering.rule,
        evidence=CalibratedEvidence(library.models.embeddings.weights, abstain=settings.abstain),
        top_k=settings.similarity_top_k,
    )
    return ChatService(
        chats=library.chats,
        workflow=ChatWorkflow(engines, timeout_s=settings.run_timeout_s),
        runs=runs,
        model=answering.name,
        history=HistoryLimits(settings.history_turns, settings.history_tokens),
        checker=checker,
        second=(
            SecondOpinion(answering.llm, settings.run_timeout_s)
            if settings.verify == "model"
            else None
        ),
        afterwards=afterwards,
    )
