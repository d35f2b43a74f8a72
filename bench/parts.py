"""The parts of ingestion alone: reading files, asking for embeddings, writing to Redis."""

import asyncio
import base64
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from corpus import EMBED_MODEL
from load import call
from numpy.typing import NDArray
from redis.asyncio import Redis

from citewire.services.ingest.readers.exchange import ReadPassage, ReadTask
from citewire.services.ingest.readers.processes import Limits, cpu_count, open_readers
from citewire.settings import Settings
from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.keys import Fields, index_name
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.passage_record import VectorField, embedded_fields
from citewire.storage.library.versions import changing_documents

WRITE_ROUNDS = 3
Vectors = list[NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one round trip: passages of one document."""

    doc_id: str
    records: dict[str, Fields]
    layout: dict[str, str]


Write = Callable[[Sequence[Batch], Any, str], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as a reading process gives it, part by part."""

    doc_id: str
    parts: list[tuple[ReadPassage, ...]]


async def read_all(paths: Sequence[Path], settings: Settings) -> tuple[list[ReadDocument], float]:
    """Read and split files on all cores; gives the seconds taken, too."""
    tasks = [_task(path, settings) for path in paths]
    count = settings.ingestion.parse_workers or cpu_count()
    documents: list[ReadDocument] = []
    left = iter(tasks)
    started = time.monotonic()
    limits = Limits(settings.ingestion.parse_timeout_s, settings.ingestion.parse_memory_mb)
    async with open_readers(count, limits) as readers, asyncio.TaskGroup() as group:

        async def work() -> None:
            for task in left:
                async with readers.reading(task) as reading:
                    parts = [part.passages async for part in reading.parts()]
                documents.append(ReadDocument(task.doc_id, parts))

        for _ in range(count):
            group.create_task(work())
    return documents, time.monotonic() - started


def _task(path: Path, settings: Settings) -> ReadTask:
    status = path.stat()
    return ReadTask(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        doc_id=hashlib.sha256(path.read_bytes()).hexdigest()[:32],
        folder=path.parent.name,
        file_name=path.name,
        max_tokens=settings.ingestion.passage_tokens,
        overlap=settings.ingestion.passage_overlap,
    )


async def embed_all(
    passages: Sequence[ReadPassage], port: int, settings: Settings
) -> tuple[Vectors, float]:
    """Ask the endpoint as a bare client would, with the batches and the concurrency of a run."""
    size = settings.models.embed_batch
    bodies = [
        {
            "model": EMBED_MODEL,
            "encoding_format": "base64",
            # As the product asks, so that the stand-in knows the texts when it does.
            "input": [one.text.replace("\n", " ") for one in passages[start : start + size]],
        }
        for start in range(0, len(passages), size)
    ]
    answers: list[dict[str, Any]] = [{}] * len(bodies)
    left = iter(enumerate(bodies))
    started = time.monotonic()

    async def work() -> None:
        for number, body in left:
            answers[number] = await call(port, "POST", "/v1/embeddings", body)

    async with asyncio.TaskGroup() as group:
        for _ in range(settings.ingestion.embed_concurrency):
            group.create_task(work())
    seconds = time.monotonic() - started
    encoded = [item["embedding"] for answer in answers for item in answer["data"]]
    return [np.frombuffer(base64.b64decode(one), "<f4") for one in encoded], seconds


async def write_all(
    documents: Sequence[ReadDocument], vectors: Vectors, client: Redis, settings: Settings
) -> tuple[float, float]:
    """Write all passages with bare pipelines and as ingestion does, in turns: median seconds."""
    schema = build_schema(
        namespace=settings.storage.namespace,
        dims=len(vectors[0]),
        algorithm=settings.storage.index_algorithm,
    )
    left: Iterator[Any] = iter(vectors)  # arrays are sequences, though not by their type
    field = VectorField.from_schema(schema)
    batches = [
        Batch(
            document.doc_id,
            {one.passage_id: embedded_fields(field, one.fields, next(left)) for one in part},
            {one.passage_id: one.layout for one in part},
        )
        for document in documents
        for part in document.parts
    ]
    taken: dict[Write, list[float]] = {_write_bare: [], _write_ours: []}
    for _ in range(WRITE_ROUNDS):
        for write, seconds in taken.items():
            await ensure_index(client, schema, embedding=EMBED_MODEL)
            seconds.append(await write(batches, client, settings.storage.namespace))
            await clear(client, settings.storage.namespace)
    return median(taken[_write_bare]), median(taken[_write_ours])


async def _write_bare(batches: Sequence[Batch], client: Any, namespace: str) -> float:
    started = time.monotonic()
    for batch in batches:
        async with client.pipeline(transaction=False) as pipe:
            for passage_id, fields in batch.records.items():
                pipe.hset(f"{namespace}:passage:{passage_id}", mapping=fields)
            pipe.hset(f"{namespace}:layout:{batch.doc_id}", mapping=batch.layout)
            await pipe.execute()
    return time.monotonic() - started


async def _write_ours(batches: Sequence[Batch], client: Redis, namespace: str) -> float:
    async with changing_documents(DocumentStore(client, namespace)) as versions:
        started = time.monotonic()
        for batch in batches:
            await versions.write(batch.doc_id, batch.records, batch.layout)
        return time.monotonic() - started


async def clear(client: Any, namespace: str) -> None:
    """Remove a namespace with its index."""
    await client.execute_command("FT.DROPINDEX", index_name(namespace), "DD")
    keys = [key async for key in client.scan_iter(f"{namespace}:*", count=1000)]
    if keys:
        await client.unlink(*keys)
