"""Redis full, restarted or of another vector size in mid-run: told, nothing lost, completed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from citewire.errors import IndexMismatch, StorageError, StorageUnavailable
from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.ingest.removal import remove
from citewire.settings import Settings
from citewire.storage.connection.connection import open_client
from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import build_vector_store
from tests.doubles.ingest_fixtures import (
    DIMS,
    MODEL,
    SHIPS,
    TRAINS,
    HashingEmbedding,
    Ingest,
    keys_of,
    search,
    statuses,
)
from tests.doubles.redis_fixtures import StoppableRedis
from tests.doubles.small_pdfs import write_pdf


async def ingest_into(
    client: Redis, namespace: str, settings: Settings, folder: Path, during: Callable[[], None]
) -> IngestSummary:
    model = HashingEmbedding(model_name=MODEL, texts=[])

    @asynccontextmanager
    async def open_indexing() -> AsyncIterator[Indexing]:
        schema = build_schema(namespace=namespace, dims=DIMS, algorithm="flat")
        await ensure_index(client, schema, embedding=MODEL)
        yield Indexing(model, build_vector_store(client, schema))

    return await ingest_folders(
        [folder],
        documents=DocumentStore(client, namespace),
        open_indexing=open_indexing,
        settings=settings,
        on_progress=lambda progress: during() if progress.written else None,
    )


async def test_a_full_redis_stops_the_run_and_can_still_be_emptied(
    stoppable_redis: StoppableRedis, namespace: str, settings: Settings, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    async with open_client(stoppable_redis.url) as client:
        await ingest_into(client, namespace, settings, ships, lambda: None)
        write_pdf(ships / "b.pdf", [f"{TRAINS} {page}" for page in range(200)])
        used = (await client.info("memory"))["used_memory"]
        await client.config_set("maxmemory", used + 100_000)
        with pytest.raises(StorageError, match=r"Redis refuses the .*memory") as caught:
            await ingest_into(client, namespace, settings, ships, lambda: None)
        assert TRAINS not in str(caught.value), "what was written is nobody's business"
        schema = build_schema(namespace=namespace, dims=DIMS, algorithm="flat")
        store = build_vector_store(client, schema)
        assert [one["text"] for one in await search(store, TRAINS)] == [SHIPS]

        await client.config_set("maxmemory", used - 100_000)
        await remove("ships", documents=DocumentStore(client, namespace))
        assert await keys_of(client, namespace) == []
        await client.config_set("maxmemory", 0)
        summary = await ingest_into(client, namespace, settings, ships, lambda: None)
        assert statuses(summary) == {"a.pdf": "new", "b.pdf": "new"}


async def test_a_redis_that_restarts_in_mid_run_loses_nothing(
    stoppable_redis: StoppableRedis, namespace: str, settings: Settings, ships: Path
) -> None:
    stopped = threading.Event()

    def stop_once() -> None:
        if not stopped.is_set():
            stopped.set()
            stoppable_redis.stop()

    write_pdf(ships / "a.pdf", [SHIPS])
    async with open_client(stoppable_redis.url) as client:
        await ingest_into(client, namespace, settings, ships, lambda: None)
        write_pdf(ships / "b.pdf", [f"{TRAINS} {page}" for page in range(200)])
        with pytest.raises(StorageUnavailable):
            await ingest_into(client, namespace, settings, ships, stop_once)
    stoppable_redis.start()
    async with open_client(stoppable_redis.url) as client:
        schema = build_schema(namespace=namespace, dims=DIMS, algorithm="flat")
        store = build_vector_store(client, schema)
        assert [one["text"] for one in await search(store, TRAINS)] == [SHIPS]
        summary = await ingest_into(client, namespace, settings, ships, lambda: None)
        assert statuses(summary) == {"a.pdf": "unchanged", "b.pdf": "new"}


async def test_a_redis_that_lost_its_modules_in_mid_run_loses_nothing(
    stoppable_redis: StoppableRedis, namespace: str, settings: Settings, ships: Path
) -> None:
    replaced = threading.Event()

    def replace_once() -> None:
        if not replaced.is_set():
            replaced.set()
            stoppable_redis.stop()
            stoppable_redis.start_without_modules(ships.parent)

    write_pdf(ships / "a.pdf", [SHIPS])
    async with open_client(stoppable_redis.url) as client:
        await ingest_into(client, namespace, settings, ships, lambda: None)
        write_pdf(ships / "b.pdf", [f"{TRAINS} {page}" for page in range(200)])
        with pytest.raises((StorageError, StorageUnavailable)):
            await ingest_into(client, namespace, settings, ships, replace_once)
        await client.connection_pool.disconnect()
        with pytest.raises(StorageError, match=r"lacks a module .*use Redis 8"):
            await ingest_into(client, namespace, settings, ships, lambda: None)
        await client.connection_pool.disconnect()
        stoppable_redis.stop()
        stoppable_redis.start()
        summary = await ingest_into(client, namespace, settings, ships, lambda: None)

    assert statuses(summary) == {"a.pdf": "unchanged", "b.pdf": "new"}


async def test_a_wrong_vector_size_stops_the_run(
    redis_client: Redis, namespace: str, settings: Settings, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    schema = build_schema(namespace=namespace, dims=8, algorithm="flat")
    await ensure_index(redis_client, schema, embedding=MODEL)

    @asynccontextmanager
    async def open_indexing() -> AsyncIterator[Indexing]:
        model = HashingEmbedding(model_name=MODEL, texts=[])
        yield Indexing(model, build_vector_store(redis_client, schema))

    with pytest.raises(IndexMismatch, match=r"64 dimensions.*has 8"):
        await ingest_folders(
            [ships],
            documents=DocumentStore(redis_client, namespace),
            open_indexing=open_indexing,
            settings=settings,
            on_progress=lambda _: None,
        )


async def test_two_runs_at_once_do_the_work_once(
    ingest: Ingest, embed_model: HashingEmbedding, documents: DocumentStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    summaries = await asyncio.gather(ingest(ships), ingest(ships))

    assert sorted(statuses(one)["a.pdf"] for one in summaries) == ["new", "unchanged"]
    assert len(embed_model.texts) == 2
    assert len(await documents.list()) == 1
