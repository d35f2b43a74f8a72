"""One run over a plan: clean up, move, read what is new; under the lease of the owner."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal

from citewire.errors import NoRoom
from citewire.services.access.room import room_of, told_limit
from citewire.services.ingest.catalog import Catalog, Place, retag
from citewire.services.ingest.embedding import Embedder
from citewire.services.ingest.failures import FirstError
from citewire.services.ingest.identifying import identify_unidentified
from citewire.services.ingest.outcome import FileOutcome, Progress
from citewire.services.ingest.plan import IngestPlan, Work
from citewire.services.ingest.readers.processes import (
    Limits,
    ReadingProcesses,
    cpu_count,
    open_readers,
)
from citewire.services.ingest.readers.ray_cluster import RayReaders, open_ray_readers
from citewire.services.ingest.reuse import PassageIndexing, Readable, Reuse
from citewire.services.ingest.staging import Staging
from citewire.services.ingest.unread import note_unread
from citewire.services.reading.ocr.choice import OcrMode
from citewire.settings import Settings
from citewire.settings.settings import LibraryRoom
from citewire.storage.library.versions import Change, StagedPlace, Versions

MORE_DOCUMENTS = 16
"""Documents under way besides those being read: small ones fill a request together."""

Engine = Literal["local", "ray"]
OnProgress = Callable[[Progress], None]
OnChange = Callable[[Change], Awaitable[None]]
OpenIndexing = Callable[[], AbstractAsyncContextManager[PassageIndexing]]


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to ingest.

    Args:
        prune: whether to remove what is gone from the folders.
        dry_run: whether only to plan.
        ocr: whether pictures of text are read.
        engine: where files are read.
        prune_empty: whether `prune` also removes all of a folder without any report.
        check_content: whether bytes are compared also where size and time are as they were.
    """

    prune: bool = False
    dry_run: bool = False
    ocr: OcrMode = "auto"
    engine: Engine = "local"
    prune_empty: bool = False
    check_content: bool = False


@dataclass(slots=True)
class IngestRun:
    """One run.

    Args:
        versions: what changes the documents.
        catalog: the documents as they are.
        open_indexing: opens the embedding model and the index.
        settings: limits and how much is done at once.
        options: how to ingest.
        progress: counted up.
        on_progress: told of it.
        on_change: told of each change of the documents once it is made.
        readable: further libraries in which vectors of the same texts are looked for.
    """

    versions: Versions
    catalog: Catalog
    open_indexing: OpenIndexing
    settings: Settings
    options: IngestOptions
    progress: Progress
    on_progress: OnProgress
    on_change: OnChange
    readable: Readable
    tokens: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    _done: dict[Place, FileOutcome] = field(default_factory=dict)

    async def carry_out(
        self, plan: IngestPlan, given_up: Mapping[str, FileOutcome]
    ) -> list[FileOutcome]:
        """Do what `plan` says, but leave alone what was `given_up`; gives what became of each."""
        planned = plan.outcomes(self.catalog)
        left_over = await self._clean_up(plan)
        await self._move(plan)
        works = [
            work
            for work in plan.works
            if not all(place.file.name in given_up for place in work.places)
        ]
        reading = {place.file.place for work in works for place in work.places}
        for place, outcome in planned.items():
            if place not in reading:
                self.finish(place, given_up.get(outcome.path, outcome))
        if works:
            await self._read(works, left_over)
        return [self._done[place] for place in planned]

    @property
    def ocr(self) -> OcrMode:
        """Whether pictures of text are read."""
        return self.options.ocr

    def take_room(self, *, documents: int = 0, passages: int = 0) -> None:
        """See that so many more documents and passages may be kept.

        Raises:
            NoRoom: there are as many as there may be.
        """
        room, records = room_of(self.versions.owner, self.settings), self.catalog.records
        if documents and room.documents is not None:
            self._take("documents", documents, len(records), room)
        if passages and room.passages is not None:
            self._take("passages", passages, sum(one.passages for one in records), room)

    def _take(
        self, what: Literal["documents", "passages"], more: int, kept: int, room: LibraryRoom
    ) -> None:
        # Those under way are not among the kept ones yet.
        wanted = max(self.taken[what], kept) + more
        if wanted > getattr(room, what):
            raise NoRoom(f"there is no room for it: {told_limit(what, room)}")
        self.taken[what] = wanted

    async def apply(self, change: Change) -> None:
        """Do `change` in one step, and tell of it."""
        await self.versions.apply(change)
        await self.on_change(change)

    def tell(self) -> None:
        """Tell how far the run is."""
        self.on_progress(self.progress)

    def finish(self, place: Place, outcome: FileOutcome) -> None:
        """Note what became of a file."""
        self._done[place] = outcome
        self.progress.finished += 1
        self.progress.last = outcome
        self.on_progress(self.progress)
        self.progress.last = None

    async def _clean_up(self, plan: IngestPlan) -> set[str]:
        """Delete what a killed run left; gives the hidden documents that are still wanted."""
        hidden = await self.versions.hidden()
        wanted = {work.doc_id for work in plan.works}
        here = {StagedPlace(root, self.versions.owner) for root in plan.roots}
        for doc_id in sorted(hidden.keys() - wanted):
            # Staged from a folder that this run is not about: left for a run over that one.
            if hidden[doc_id] is None or hidden[doc_id] in here:
                await self.versions.discard(doc_id)
        await identify_unidentified(self.versions, self.catalog)
        await retag(self.versions, self.catalog, [record.doc_id for record in self.catalog.records])
        return hidden.keys() & wanted

    async def _move(self, plan: IngestPlan) -> None:
        change = self.catalog.place(plan.moved, plan.gone)
        await self.apply(change)
        await retag(self.versions, self.catalog, change.moved)
        for doc_id in change.retire:
            await self.versions.discard(doc_id)
        unread = [(one.file, one.reason or "") for one in plan.files if one.status == "failed"]
        await note_unread(self.versions, self.catalog, unread)

    def _open_readers(
        self, count: int, limits: Limits
    ) -> AbstractAsyncContextManager[ReadingProcesses | RayReaders]:
        busy = self.progress.reading
        if self.options.engine == "ray":
            return open_ray_readers(self.settings.ingestion.parse_workers, limits, busy)
        return open_readers(count, limits, busy)

    async def _read(self, works: Sequence[Work], left_over: set[str]) -> None:
        count = min(self.settings.ingestion.parse_workers or cpu_count(), len(works))
        limits = Limits(
            self.settings.ingestion.parse_timeout_s, self.settings.ingestion.parse_memory_mb
        )
        reading = self._open_readers(count, limits)
        async with reading as readers, self.open_indexing() as indexing:
            embedder = Embedder(
                indexing.embed,
                max_texts=self.settings.models.embed_batch,
                busy=self.progress.embedding,
            )
            reuse = Reuse(
                indexing,
                embedder,
                library=self.versions.owner,
                readable=self.readable,
                progress=self.progress,
            )
            staging = Staging(self, readers, reuse, left_over)
            left = iter(works)
            async with FirstError(), asyncio.TaskGroup() as tasks:
                embedding = [
                    tasks.create_task(embedder.work())
                    for _ in range(self.settings.ingestion.embed_concurrency)
                ]
                async with asyncio.TaskGroup() as documents:
                    for _ in range(min(readers.count + MORE_DOCUMENTS, len(works))):
                        documents.create_task(staging.take(left))
                for task in embedding:
                    task.cancel()
            self.tokens = embedder.tokens
