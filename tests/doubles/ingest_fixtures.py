"""Fixtures for ingestion: a store, a hashing embedding, and `ingest` with both."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.vector_stores.types import (
    FilterCondition,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)
from pydantic import PrivateAttr
from redis.asyncio import Redis

from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.outcome import IngestSummary, Progress
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.ingest.run import IngestOptions
from citewire.settings import Settings, load_settings
from citewire.storage.index.schema import build_schema, ensure_index, folder_id
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import PassageStore, build_vector_store

DIMS = 64
MODEL = "hashing"
SHIPS = "The harbour authority counted four hundred ships last year."
TRAINS = "The railway carried nine million tonnes of coal in the same year."

Ingest = Callable[..., Awaitable[IngestSummary]]


class HashingEmbedding(BaseEmbedding):
    """Counts words by their hash; `texts` is what was embedded, `failing` makes it fail."""

    texts: list[str]
    fail: str = ""
    _error: Exception | None = PrivateAttr(None)

    def _get_text_embedding(self, text: str) -> list[float]:
        if self._error is not None and self.fail in text:
            raise self._error
        self.texts.append(text)
        vector = [0.0] * DIMS
        for word in text.lower().split():
            vector[hashlib.sha256(word.encode()).digest()[0] % DIMS] += 1
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def failing(self, error: Exception, where: str = "") -> None:
        self._error, self.fail = error, where


@pytest.fixture
def embed_model() -> HashingEmbedding:
    return HashingEmbedding(model_name=MODEL, texts=[])


@pytest.fixture
def documents(redis_client: Redis, namespace: str) -> DocumentStore:
    return DocumentStore(redis_client, namespace)


@pytest.fixture
async def store(redis_client: Redis, namespace: str) -> PassageStore:
    schema = build_schema(namespace=namespace, dims=DIMS, algorithm="flat")
    await ensure_index(redis_client, schema, embedding=MODEL)
    return build_vector_store(redis_client, schema)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load_settings(embed_batch=4, passage_tokens=32, passage_overlap=0)


@pytest.fixture
def ingest(
    store: PassageStore,
    documents: DocumentStore,
    embed_model: HashingEmbedding,
    settings: Settings,
) -> Ingest:
    @asynccontextmanager
    async def open_indexing() -> AsyncIterator[Indexing]:
        yield Indexing(embed_model, store)

    async def run(
        *folders: Path, on_progress: Callable[[Progress], None] = lambda _: None, **options: Any
    ) -> IngestSummary:
        return await ingest_folders(
            folders,
            documents=documents,
            open_indexing=open_indexing,
            settings=settings,
            on_progress=on_progress,
            options=IngestOptions(**options),
        )

    return run


@pytest.fixture
def ships(tmp_path: Path) -> Path:
    folder = tmp_path / "ships"
    folder.mkdir()
    return folder


async def search(store: PassageStore, text: str, folder: str | None = None) -> list[dict[str, Any]]:
    filters = MetadataFilters(
        filters=[MetadataFilter(key="folder_id", value=folder_id(folder))] if folder else [],
        condition=FilterCondition.AND,
    )
    vector = HashingEmbedding(texts=[]).get_query_embedding(text)
    query = VectorStoreQuery(query_embedding=vector, similarity_top_k=9, filters=filters)
    found = await store.aquery(query)
    return [{**node.metadata, "text": node.get_content()} for node in found.nodes or []]


async def count_passages(store: PassageStore) -> int:
    client: Any = store.client
    keys = [key async for key in client.scan_iter(f"{store.schema.index.prefix}:*")]
    return len(keys)


async def keys_of(client: Any, namespace: str) -> list[str]:
    """All keys of a namespace but those of its index and the count of its changes."""
    found = [key.decode() async for key in client.scan_iter(f"{namespace}:*")]
    return sorted(key for key in found if key not in (f"{namespace}:index", f"{namespace}:changes"))


def statuses(summary: IngestSummary) -> dict[str, str]:
    """What became of each file, by its name."""
    return {file.path.rpartition("/")[2]: file.status for file in summary.files}
