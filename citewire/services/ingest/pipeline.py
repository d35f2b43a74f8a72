"""Ingestion of folders: compare them with what is known, then carry out what is to be done."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from citewire.errors import IndexMismatch
from citewire.services.ingest.catalog import Catalog
from citewire.services.ingest.destination import check_destination
from citewire.services.ingest.first_look import looked_at
from citewire.services.ingest.folders import list_folders
from citewire.services.ingest.outcome import FileOutcome, IngestSummary, Progress
from citewire.services.ingest.plan import IngestPlan, make_plan
from citewire.services.ingest.reuse import Readable, nothing_else
from citewire.services.ingest.run import (
    IngestOptions,
    IngestRun,
    OnChange,
    OnProgress,
    OpenIndexing,
)
from citewire.services.models.names import embedding_dims, embedding_name
from citewire.services.reading.formats import SUFFIXES
from citewire.settings import Settings
from citewire.settings.groups import ModelSettings
from citewire.storage.connection.fingerprint import REMEDY, read_fingerprint
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.versions import Change, changing_documents
from citewire.tracing import names
from citewire.tracing.spans import span


async def _tell_nobody(_: Change) -> None: ...


async def ingest_folders(
    folders: Sequence[Path],
    *,
    documents: DocumentStore,
    open_indexing: OpenIndexing,
    settings: Settings,
    on_progress: OnProgress,
    options: IngestOptions = IngestOptions(),  # noqa: B008  (frozen)
    given_up: Mapping[str, FileOutcome] = MappingProxyType({}),
    on_change: OnChange = _tell_nobody,
    readable: Readable = nothing_else,
) -> IngestSummary:
    """Ingest all reports in `folders`.

    Args:
        folders: searched with all that is below them.
        documents: of the namespace that they go into, and of their owner.
        open_indexing: opens the embedding model and ensures the index; not called when there is
            nothing to embed, so that a run without news need not load anything.
        settings: passage size, limits and how much is done at once.
        on_progress: called on the event loop, often; must return at once.
        options: how to ingest.
        given_up: files that are not tried again, by their full paths.
        on_change: told of each change of the documents once it is made.
        readable: gives the tags of further libraries that whoever ingests may read: what was
            embedded in one of them is not embedded again.

    Raises:
        CitewireError: a folder does not exist.
        CollectionNotFound: the documents are of a collection that was deleted.
        LibraryBusy: another process is changing the documents.
        ModelKeyRefused: the embedding provider refuses the key.
        StorageError: Redis does not answer, is full, or the index does not fit the model.
    """
    started = time.monotonic()
    progress = Progress()
    if options.dry_run:
        catalog, plan = await _planned(folders, documents, options, progress, on_progress)

        def on_looked() -> None:
            progress.read += 1
            on_progress(progress)

        plan = await looked_at(plan, settings.ingestion, options.ocr, on_looked)
        outcomes = list(plan.outcomes(catalog).values())
        took = time.monotonic() - started
        return IngestSummary(
            tuple(outcomes),
            took,
            is_plan=True,
            skipped=plan.skipped,
            folders=plan.folders,
            missing=plan.missing,
        )

    def on_wait(told: str) -> None:
        progress.waiting = told
        on_progress(progress)
        progress.waiting = ""

    with span(names.INGEST) as traced:
        async with changing_documents(documents, on_wait=on_wait) as versions:
            await check_destination(documents)
            catalog, plan = await _planned(folders, documents, options, progress, on_progress)
            run = IngestRun(
                versions,
                catalog,
                open_indexing,
                settings,
                options,
                progress,
                on_progress,
                on_change,
                readable,
            )
            outcomes = await run.carry_out(plan, given_up)
        traced.note(names.DOCUMENTS, len(outcomes))
        traced.note(names.FAILED, sum(one.status == "failed" for one in outcomes))
        traced.note(names.PASSAGES, progress.passages)
    took = time.monotonic() - started
    return IngestSummary(
        tuple(outcomes),
        took,
        run.tokens,
        progress.reused,
        progress.stages,
        skipped=plan.skipped,
        folders=plan.folders,
        missing=plan.missing,
    )


async def check_embedding(documents: DocumentStore, models: ModelSettings) -> None:
    """Check that the owner's documents were embedded with the model of the settings.

    Loads no model and no index: also a run that finds nothing new is to say it.

    Raises:
        IndexMismatch: they were embedded with another one, or with vectors of another size.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    noted = await read_fingerprint(documents.client, documents.namespace)
    if noted is None or not await documents.count():
        return  # an index that holds nothing is made anew
    name, dims = embedding_name(models), embedding_dims(models) or noted.dims
    if (noted.embedding, noted.dims) != (name, dims):
        raise IndexMismatch(
            f"the documents in the namespace {documents.namespace} were embedded with "
            f"{noted.embedding} ({noted.dims} dimensions), the settings ask for {name} ({dims}). "
            f"Fix: {REMEDY}"
        )


async def _planned(
    folders: Sequence[Path],
    documents: DocumentStore,
    options: IngestOptions,
    progress: Progress,
    on_progress: OnProgress,
) -> tuple[Catalog, IngestPlan]:
    listing = await asyncio.to_thread(list_folders, folders, SUFFIXES, documents.owner)
    catalog = Catalog(await documents.list())
    progress.files = len(listing.files)

    def on_compared(count: int) -> None:
        progress.compared = count
        on_progress(progress)

    plan = await make_plan(
        listing,
        catalog,
        prune=options.prune,
        prune_empty=options.prune_empty,
        check_content=options.check_content,
        on_compared=on_compared,
    )
    progress.to_finish = len(plan.files) + len(plan.pruned)
    progress.to_read = len(plan.works)
    return catalog, plan
