"""Ingest folders of reports: read, split, embed, store; what is known already is left alone.

A document is its bytes. Its passages are written first and its record last, so that a document
counts as ingested only when all of it can be found. A file that cannot be read, or whose passages
cannot be embedded, is reported and the others go on.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode

from citewire.errors import DocumentError, ModelError, ModelKeyRefused
from citewire.services.folders import FoundFile, find_reports, identify
from citewire.services.reading.pdf import read_pdf
from citewire.services.reading.report import Report
from citewire.services.splitting import build_passages, embedded_text
from citewire.settings import Settings
from citewire.storage.documents import DocumentRecord, DocumentStore, Location
from citewire.storage.schema import folder_id
from citewire.storage.vector_store import PassageStore, set_folders, write_passages

Status = Literal["new", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: files done of all, and the passages of the current file."""

    files_done: int
    files: int
    path: str
    stage: Literal["read", "embed", "write", "done"]
    passages_done: int = 0
    passages: int = 0


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file; `reason` says why it failed."""

    path: str
    status: Status
    reason: str | None = None
    pages: int = 0
    passages: int = 0


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What became of all files, and how long it took in seconds."""

    files: tuple[FileOutcome, ...]
    seconds: float

    def count(self, status: Status) -> int:
        """How many files have `status`."""
        return sum(outcome.status == status for outcome in self.files)

    @property
    def pages(self) -> int:
        """Pages of the new documents."""
        return sum(outcome.pages for outcome in self.files if outcome.status == "new")

    @property
    def passages(self) -> int:
        """Passages of the new documents."""
        return sum(outcome.passages for outcome in self.files if outcome.status == "new")


async def ingest_folders(
    folders: Sequence[Path],
    *,
    store: PassageStore,
    documents: DocumentStore,
    embed_model: BaseEmbedding,
    settings: Settings,
    on_progress: Callable[[Progress], None],
) -> IngestSummary:
    """Ingest all reports in `folders`; the index was ensured before.

    Args:
        folders: searched with all that is below them.
        store: where the passages go.
        documents: where the records go.
        embed_model: the model that questions are embedded with, too.
        settings: passage size, overlap and batch size.
        on_progress: called on the event loop, often; must return at once.

    Raises:
        CitewireError: a folder does not exist.
        ModelKeyRefused: the embedding provider refuses the key.
        StorageError: Redis does not answer, is full, or the index does not fit the model.
    """
    started = time.monotonic()
    found = await asyncio.to_thread(find_reports, folders)
    run = _Ingest(store, documents, embed_model, settings, on_progress, len(found))
    outcomes = [await run.ingest(file, done) for done, file in enumerate(found)]
    return IngestSummary(tuple(outcomes), time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Ingest:
    """One run over a number of files."""

    store: PassageStore
    documents: DocumentStore
    embed_model: BaseEmbedding
    settings: Settings
    on_progress: Callable[[Progress], None]
    files: int

    async def ingest(self, file: FoundFile, done: int) -> FileOutcome:
        self.on_progress(Progress(done, self.files, file.name, "read"))
        try:
            outcome = await self._ingest(file, done)
        except ModelKeyRefused:
            raise
        except (DocumentError, ModelError) as error:
            outcome = FileOutcome(file.name, "failed", str(error))
        except OSError as error:
            outcome = FileOutcome(file.name, "failed", f"cannot be read: {error.strerror}")
        progress = Progress(
            done + 1, self.files, file.name, "done", outcome.passages, outcome.passages
        )
        self.on_progress(progress)
        return outcome

    async def _ingest(self, file: FoundFile, done: int) -> FileOutcome:
        doc_id, location = await asyncio.to_thread(identify, file)
        known = await self.documents.get(doc_id)
        if known is not None:
            await self._add_location(known, location)
            return FileOutcome(file.name, "unchanged", None, known.pages, known.passages)
        report, nodes = await asyncio.to_thread(self._read, file.path, doc_id, location)
        for start in range(0, len(nodes), self.settings.embed_batch):
            self.on_progress(Progress(done, self.files, file.name, "embed", start, len(nodes)))
            await self._embed(nodes[start : start + self.settings.embed_batch])
        # All embeddings exist before the first passage is written: no half documents.
        self.on_progress(Progress(done, self.files, file.name, "write", len(nodes), len(nodes)))
        await write_passages(self.store, nodes)
        await self.documents.put(_record(doc_id, report, len(nodes), location))
        return FileOutcome(file.name, "new", None, len(report.pages), len(nodes))

    def _read(self, path: Path, doc_id: str, location: Location) -> tuple[Report, list[TextNode]]:
        report = read_pdf(path)
        nodes = build_passages(
            report,
            doc_id=doc_id,
            folder=location.folder,
            file_name=location.path.rpartition("/")[2],
            max_tokens=self.settings.passage_tokens,
            overlap=self.settings.passage_overlap,
        )
        return report, nodes

    async def _embed(self, nodes: Sequence[TextNode]) -> None:
        texts = [embedded_text(node) for node in nodes]
        embeddings = await self.embed_model.aget_text_embedding_batch(texts)
        for node, embedding in zip(nodes, embeddings, strict=True):
            node.embedding = embedding

    async def _add_location(self, known: DocumentRecord, location: Location) -> None:
        if location in known.locations:
            return
        folders = {place.folder for place in known.locations}
        if location.folder not in folders:
            ids = {folder_id(name) for name in folders | {location.folder}}
            await set_folders(self.store, known.doc_id, ids)
        await self.documents.add_location(known.doc_id, location)


def _record(doc_id: str, report: Report, passages: int, location: Location) -> DocumentRecord:
    return DocumentRecord(
        doc_id=doc_id,
        title=report.title,
        language=report.language,
        pages=len(report.pages),
        passages=passages,
        locations=(location,),
        ingested_at=datetime.now(UTC).isoformat(),
    )
