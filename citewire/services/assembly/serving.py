"""All that a server is made of, opened together: the one thing that the API is handed."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio

from citewire.services.access.allowances import Allowance, Allowances, Kind
from citewire.services.access.audit.log import AuditLog
from citewire.services.access.caller import Caller
from citewire.services.access.changes import CollectionChanges
from citewire.services.access.door import Door
from citewire.services.access.keys import load_api_keys
from citewire.services.access.made_keys import MadeKeys
from citewire.services.access.reach import Reaching, readable_tags
from citewire.services.access.reads import Reads
from citewire.services.access.room import room_of
from citewire.services.assembly.audit import open_audit
from citewire.services.assembly.chat import build_succession, open_chat
from citewire.services.assembly.door import open_door
from citewire.services.assembly.library import Library, open_library
from citewire.services.assembly.measuring import ServerFacts, keep_sampled
from citewire.services.assembly.readiness import ReadinessChecks
from citewire.services.assembly.suggestions import build_suggesting
from citewire.services.chat import ChatService
from citewire.services.chats.chats import Chats
from citewire.services.chats.sharing import Sharing
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.ingest.reuse import nothing_else
from citewire.services.pages.copies import PageCopies
from citewire.services.passages.finding import PassageFinder
from citewire.services.passages.succession import Succession
from citewire.services.runs.detached import DetachedRuns, Stream
from citewire.services.runs.following import Following
from citewire.services.runs.out_of_reach import end_out_of_reach
from citewire.services.runs.runs import Runs
from citewire.services.suggestions.suggesting import Suggesting
from citewire.services.telemetry.metrics import Metrics
from citewire.services.uploads.counting import CountedIngestion
from citewire.services.uploads.ending import EndingCollections
from citewire.services.uploads.job import Job
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings
from citewire.storage.access.spending import SpendingStore
from citewire.storage.chats.shares import ChatShares
from citewire.storage.chats.store import ChatStore
from citewire.storage.collections.store import CollectionStore
from citewire.storage.connection.connection import connections_taken
from citewire.storage.jobs import JobStore
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.passage_read import PassageReader

MINUTE_S, HOUR_S = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Services:
    """What answers the requests of a server.

    Args:
        settings: of the server.
        door: lets requests in.
        made_keys: the API keys of run time.
        chat: answers questions.
        stream: what a run tells; it ends with its client, or outlives it for a while.
        following: those who follow runs.
        chats: what a person does with chats besides asking.
        sharing: shares chats with others.
        chat_store: the chats as they are stored, to be exported.
        documents: of the default owner; `owned_by` gives another's.
        passages: reads them.
        finder: finds them for models of other people.
        succession: what became of them.
        suggesting: makes what one may ask of documents.
        page_copies: of the pages that are cited.
        collections: the shared ones.
        changes: of them and their members, which are told.
        reaching: who may read and change what.
        reads: what is being sent of shared collections.
        ending: takes out what is in deleted collections.
        uploads: takes files in.
        jobs: ingest them.
        readiness: whether all of it can answer.
        audit: is told who did what.
        allowances: what owners may spend in a time.
        metrics: count what happens in this process.
        facts: what is looked up when they are scraped.
    """

    settings: Settings
    door: Door
    made_keys: MadeKeys
    chat: ChatService
    stream: Stream
    following: Following
    chats: Chats
    sharing: Sharing
    chat_store: ChatStore
    documents: DocumentStore
    passages: PassageReader
    finder: PassageFinder
    succession: Succession
    suggesting: Suggesting
    page_copies: PageCopies
    collections: CollectionStore
    changes: CollectionChanges
    reaching: Reaching
    reads: Reads
    ending: EndingCollections
    uploads: Uploads
    jobs: Jobs
    readiness: ReadinessChecks
    audit: AuditLog
    allowances: Allowances
    metrics: Metrics
    facts: ServerFacts


@asynccontextmanager
async def open_services(
    settings: Settings,
    metrics: Metrics | None = None,
    *,
    draining: Callable[[], anyio.Event] | None = None,
) -> AsyncGenerator[Services, None]:
    """Open everything that the settings name, with the work that goes on behind requests.

    Args:
        settings: checked settings.
        metrics: of this process; None: nobody else counts in them.
        draining: gives the event that is set when the server is told to stop; the runs and jobs
            under way then end.

    Raises:
        ConfigurationError, StorageError: something is missing or does not fit; the message says
            what to do.
    """
    load_api_keys(settings.access)  # a bad one is told before anything is opened
    metrics = metrics or Metrics()
    async with (
        open_library(settings, metrics) as library,
        open_audit(settings, library.documents) as audit,
        open_allowances(library) as allowances,
        open_chat(library, audit, allowances, metrics) as chat,
        open_door(library) as door,
        anyio.create_task_group() as tasks,
    ):
        runs, page_copies = chat.runs.runs, chat.page_copies
        chats = Chats(library.chats, runs, page_copies)
        uploads = Uploads(
            settings.storage,
            settings.uploads,
            room_of=partial(room_of, settings=settings),
        )
        collections = CollectionStore(library.documents.client, settings.storage.namespace)
        reaching, reads = Reaching(collections), Reads()
        shares = ChatShares(library.documents.client, settings.storage.namespace)
        suggesting = build_suggesting(library, chat.engines, allowances, metrics)
        jobs = build_jobs(library, uploads, metrics, reaching)
        ending = EndingCollections(
            collections, documents=library.documents, uploads=uploads, jobs=jobs
        )
        stream: Stream = chat.service.stream
        if grace_s := settings.runs.disconnect_grace_s:
            stream = DetachedRuns(stream, chat.runs.logs, tasks, grace_s=grace_s).batches
        tasks.start_soon(chat.afterwards.run, runs.__len__)
        tasks.start_soon(suggesting.run, runs.__len__)
        tasks.start_soon(chats.keep_swept)
        tasks.start_soon(door.credentials.watch)
        tasks.start_soon(jobs.run)
        tasks.start_soon(ending.run)
        tasks.start_soon(end_out_of_reach, runs, reads, reaching)
        tasks.start_soon(page_copies.run)
        taken = partial(connections_taken, library.documents.client)
        tasks.start_soon(keep_sampled, metrics, runs, jobs, taken)
        if draining is not None:
            tasks.start_soon(_drain_when_told, draining(), runs, jobs)
        yield Services(
            settings=settings,
            door=door,
            made_keys=MadeKeys(door.credentials.store),
            chat=chat.service,
            stream=stream,
            following=chat.runs.following,
            chats=chats,
            sharing=Sharing(library.chats, shares, reaching),
            chat_store=library.chats,
            documents=library.documents,
            passages=library.passages,
            finder=chat.finder,
            succession=build_succession(library),
            suggesting=suggesting,
            page_copies=page_copies,
            collections=collections,
            changes=CollectionChanges(collections, audit, reaching.forget),
            reaching=reaching,
            reads=reads,
            ending=ending,
            uploads=uploads,
            jobs=jobs,
            readiness=library.readiness,
            audit=audit,
            allowances=allowances,
            metrics=metrics,
            facts=ServerFacts(library),
        )
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def open_allowances(library: Library) -> AsyncGenerator[Allowances, None]:
    """What owners may spend, as the settings say, counted with the other workers."""
    settings = library.settings
    store = SpendingStore(library.documents.client, settings.storage.namespace)
    limits: dict[Kind, Allowance] = {}
    if (most := settings.access.max_requests_per_owner) is not None:
        told = f"{most} requests a minute (CITEWIRE_MAX_REQUESTS_PER_OWNER)"
        limits["requests"] = Allowance(most, MINUTE_S, told)
    if (most := settings.access.max_tokens_per_owner) is not None:
        told = f"{most} tokens an hour (CITEWIRE_MAX_TOKENS_PER_OWNER)"
        limits["tokens"] = Allowance(most, HOUR_S, told)
    allowances = Allowances(store, limits)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(allowances.run)
        yield allowances
        tasks.cancel_scope.cancel()


def build_jobs(library: Library, uploads: Uploads, metrics: Metrics, reaching: Reaching) -> Jobs:
    """The background ingestions into an open library."""

    async def ingest(job: Job) -> IngestSummary:
        counted = CountedIngestion(metrics, job)
        by = Caller(job.by, job.groups)
        return await ingest_folders(
            [job.root],
            documents=library.documents.owned_by(job.owner),
            open_indexing=library.open_indexing,
            settings=library.settings,
            on_progress=counted.follow,
            given_up=job.failed,
            # After a restart nobody knows who uploaded it.
            readable=partial(readable_tags, reaching, by) if job.by else nothing_else,
        )

    async def take_back(job: Job) -> None:
        documents = library.documents.owned_by(job.owner)
        lost = [file for file in job.uploaded if await documents.get(file.doc_id) is None]
        await uploads.take_back(job.folder, job.owner, lost)

    return Jobs(
        JobStore(library.documents.client, library.settings.storage.namespace),
        ingest,
        take_back=take_back,
        root_of=uploads.folder,
        room_of=partial(room_of, settings=library.settings),
        grace_s=library.settings.server.shutdown_grace_s,
    )


async def _drain_when_told(told: anyio.Event, runs: Runs, jobs: Jobs) -> None:
    await told.wait()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(runs.drain)
        tasks.start_soon(jobs.drain)
