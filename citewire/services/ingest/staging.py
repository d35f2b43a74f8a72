"""Documents on their way: read in parts, embedded and written while hidden, then shown at once.

Reading is done by processes, embedding by requests, writing by this one, all at the same time; a
document's passages go through in parts, so that what is held in memory does not grow with it.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from citewire.errors import DocumentError, ModelError, ModelKeyRefused
from citewire.services.ingest.catalog import Catalog, Place, retag
from citewire.services.ingest.failures import FirstError
from citewire.services.ingest.outcome import FileOutcome, Progress
from citewire.services.ingest.plan import Compared, Work
from citewire.services.ingest.readers.exchange import Head, ReadPassage, ReadTask
from citewire.services.ingest.readers.processes import ReadingProcesses
from citewire.services.ingest.readers.ray_cluster import RayReaders
from citewire.services.ingest.reuse import Reuse
from citewire.services.ingest.staged import StagedDocument, is_as_it_was, record_of
from citewire.services.ingest.unread import failed, note_unread
from citewire.services.reading.ocr.choice import OcrMode, ocr_choice
from citewire.settings import Settings
from citewire.storage.library.documents import Correction
from citewire.storage.library.versions import Change, Versions
from citewire.tracing import names
from citewire.tracing.spans import first_span, lone_span, span

PARTS_IN_FLIGHT = 32
"""So many parts, each of 64 passages at most, wait to be embedded or written."""


class StagingRun(Protocol):
    """What is asked of the run whose documents are staged."""

    versions: Versions
    catalog: Catalog
    settings: Settings
    progress: Progress

    @property
    def ocr(self) -> OcrMode:
        """Whether pictures of text are read."""

    def take_room(self, *, documents: int = 0, passages: int = 0) -> None:
        """See that so many more documents and passages may be kept, or raise DocumentError."""

    async def apply(self, change: Change) -> None:
        """Do `change` in one step."""

    def finish(self, place: Place, outcome: FileOutcome) -> None:
        """Note what became of a file."""

    def tell(self) -> None:
        """Tell how far the run is."""


class Staging:
    """The documents that a run is reading.

    Args:
        run: whose documents, progress and settings they are.
        readers: read files.
        reuse: gives passages their vectors.
        left_over: hidden documents of a killed run, of which passages may be written already.
    """

    def __init__(
        self,
        run: StagingRun,
        readers: ReadingProcesses | RayReaders,
        reuse: Reuse,
        left_over: set[str],
    ) -> None:
        self._run = run
        self._readers = readers
        self._reuse = reuse
        self._left_over = left_over
        self._room = asyncio.Semaphore(PARTS_IN_FLIGHT)
        self._switching = asyncio.Lock()

    async def take(self, works: Iterator[Work]) -> None:
        """Ingest documents one by one, of those that others take from, too.

        Raises:
            ModelKeyRefused, StorageError: what concerns all documents ends the run.
        """
        for work in works:
            refused: dict[str, DocumentError] = {}
            try:
                with first_span(names.DOCUMENT) as traced:
                    traced.note(names.DOC_ID, work.doc_id)
                    corrections = await self._run.versions.corrections(work.doc_id)
                    self._run.take_room(documents=int(not self._replaces(work)))
                    head = await self._stage_from_any(work, corrections, refused)
                    await self._show(work, head, corrections)
                    traced.note(names.PAGES, head.pages)
                    traced.note(names.PASSAGES, head.passages)
            except ModelKeyRefused:
                raise
            except (DocumentError, ModelError) as error:
                reasons = {
                    one.file: str(refused.get(one.file.suffix, error)) for one in work.places
                }
                async with self._switching:
                    await note_unread(self._run.versions, self._run.catalog, reasons.items())
                for file, why in reasons.items():
                    self._run.finish(file.place, failed(file, why, self._run.catalog))
            else:
                sizes = head.pages, head.passages
                for one in work.places:
                    outcome = FileOutcome(one.file.name, one.status, None, *sizes, head.notes)
                    self._run.finish(one.file.place, outcome)

    def _replaces(self, work: Work) -> bool:
        """Whether a document lies now where this one is to lie."""
        at = self._run.catalog.at
        return any(at(place.file.place) is not None for place in work.places)

    async def _stage_from_any(
        self, work: Work, corrections: Mapping[str, Correction], refused: dict[str, DocumentError]
    ) -> Head:
        """Stage a document from its first place that can be read.

        Endings of names decide how a file is read: the same bytes are tried again under another
        one, and where they still lie as they were. Why not is noted in `refused`, by ending.
        """
        spent: set[str] = set()
        progress = self._run.progress
        try:
            for place in work.places:
                if place.file.suffix in spent:
                    continue
                try:
                    return await self._stage(work, place, corrections)
                except DocumentError as error:
                    refused[place.file.suffix] = error
                # What was written of it may not be in what is written next.
                self._left_over.add(work.doc_id)
                if await asyncio.to_thread(is_as_it_was, place):
                    spent.add(place.file.suffix)
        finally:
            progress.read += 1
            self._run.tell()
        raise refused[work.places[0].file.suffix]

    async def _stage(
        self, work: Work, place: Compared, corrections: Mapping[str, Correction]
    ) -> Head:
        """Write all passages of a document, as the file at `place` has them, while it is hidden."""
        progress = self._run.progress
        staged = StagedDocument(work, corrections)
        async with FirstError(), asyncio.TaskGroup() as parts:
            task = self._task(work, place, corrections)
            with lone_span(names.READ):
                async with self._readers.reading(task, self._note_ocr) as reading:
                    staged.tell(reading.head)
                    await self._run.versions.stage(work.doc_id, work.location.root)
                    async for part in reading.parts():
                        self._run.take_room(passages=len(part.passages))
                        await self._room.acquire()
                        parts.create_task(self._write(staged, part.passages))
                        staged.passage_ids += [passage.passage_id for passage in part.passages]
                        progress.passages += len(part.passages)
            progress.pages += reading.head.pages
        if staged.failure is not None:
            raise staged.failure
        if work.doc_id in self._left_over:
            # Of a run with other settings, say, or read under another name.
            await self._run.versions.drop_passages(work.doc_id, except_for=staged.passage_ids)
        return reading.head

    def _note_ocr(self) -> None:
        self._run.progress.ocr += 1
        self._run.tell()

    async def _write(self, staged: StagedDocument, passages: Sequence[ReadPassage]) -> None:
        """Embed passages and write them; what an earlier run has embedded is kept."""
        progress, versions = self._run.progress, self._run.versions
        try:
            if staged.failure is not None:
                return
            there: set[str] = set()
            if staged.work.doc_id in self._left_over:
                there = await versions.with_vectors([passage.passage_id for passage in passages])
            news = [passage for passage in passages if passage.passage_id not in there]
            async with AsyncExitStack() as until_written:
                with lone_span(names.EMBED) as traced:
                    traced.note(names.PASSAGES, len(news))
                    asked = self._reuse.embedded(staged.work.doc_id, news)
                    embedded = await until_written.enter_async_context(asked)
                records = {passage.passage_id: staged.fields(passage) for passage in passages}
                for one, found in zip(news, embedded, strict=True):
                    if isinstance(found, ModelError):
                        # What else was embedded is paid for: it is written, for the next run.
                        staged.failure = found
                        del records[one.passage_id]
                    else:
                        records[one.passage_id] |= found.fields
                progress.embedded += len(records)
                layout = {
                    passage.passage_id: passage.layout
                    for passage in passages
                    if passage.passage_id in records
                }
                with span(names.WRITE) as traced, progress.writing.at_it():
                    traced.note(names.PASSAGES, len(records))
                    await versions.write(staged.work.doc_id, records, layout)
            progress.written += len(records)
            self._run.tell()
            if isinstance(staged.failure, ModelKeyRefused):
                raise staged.failure
        finally:
            self._room.release()

    async def _show(self, work: Work, head: Head, corrections: Mapping[str, Correction]) -> None:
        """Make a document current, and delete what it takes the place of."""
        async with self._switching:
            change = self._run.catalog.show(record_of(work, head, corrections))
            await self._run.apply(change)
            await retag(self._run.versions, self._run.catalog, change.moved)
        for doc_id in change.retire:
            await self._run.versions.discard(doc_id)

    def _task(self, work: Work, place: Compared, corrections: Mapping[str, Correction]) -> ReadTask:
        location, settings = place.location, self._run.settings
        assert location is not None
        return ReadTask(
            path=place.file.path,
            size=location.size,
            mtime_ns=location.mtime_ns,
            doc_id=work.doc_id,
            folder=location.folder,
            file_name=location.path.rpartition("/")[2],
            max_tokens=settings.ingestion.passage_tokens,
            overlap=settings.ingestion.passage_overlap,
            ocr=self._run.ocr,
            ocr_choice=ocr_choice(settings.ingestion),
            title=str(corrections.get("title", "")),
        )
