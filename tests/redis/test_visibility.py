"""Hidden documents are never found, and a switch is seen as a whole or not at all."""

import asyncio

import pytest
from llama_index.core.vector_stores.types import VectorStoreQuery
from redis.asyncio import Redis

from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.library.documents import DocumentRecord, DocumentStore, Location
from citewire.storage.library.vector_store import PassageStore, build_vector_store
from citewire.storage.library.versions import Change, changing_documents
from tests.doubles.ingest_fixtures import keys_of
from tests.doubles.passages import write_passages
from tests.redis.test_vector_store import DOC_A, DOC_B, SHIPS, found, only, passage, together

HERE = Location(folder="ships", root="/srv/ships", path="a.pdf", size=1, mtime_ns=1)


def record(doc_id: str) -> DocumentRecord:
    return DocumentRecord(
        doc_id=doc_id,
        title="Ships",
        language="en",
        pages=1,
        passages=1,
        locations=(HERE,),
        ingested_at="2026-01-01T00:00:00+00:00",
        tagged={"folder": "ships"},
    )


@pytest.fixture
async def store(redis_client: Redis, namespace: str) -> PassageStore:
    schema = build_schema(namespace=namespace, dims=4, algorithm="hnsw")
    await ensure_index(redis_client, schema, embedding="m")
    return build_vector_store(redis_client, schema)


@pytest.fixture
def documents(redis_client: Redis, namespace: str) -> DocumentStore:
    return DocumentStore(redis_client, namespace)


async def test_a_staged_document_is_not_found(
    store: PassageStore, documents: DocumentStore
) -> None:
    async with changing_documents(documents) as versions:
        await versions.stage(DOC_A, "/srv/ships")
        await write_passages(store, [passage(DOC_A, 1), passage(DOC_B, 2)])

    assert await found(store) == {f"{DOC_B}-2-0-5"}
    assert await found(store, together(only("folder_id", SHIPS))) == {f"{DOC_B}-2-0-5"}
    assert await found(store, together(only("doc_id", DOC_A))) == set()


async def test_hidden_passages_take_no_place_among_the_best(
    store: PassageStore, documents: DocumentStore
) -> None:
    far = [passage(DOC_B, page, vector=(0, 1, 0, 0)) for page in range(3)]
    async with changing_documents(documents) as versions:
        await versions.stage(DOC_A, "/srv/ships")
        await write_passages(store, [passage(DOC_A, page) for page in range(9)] + far)
    query = VectorStoreQuery(query_embedding=[1, 0, 0, 0], similarity_top_k=3)

    assert len((await store.aquery(query)).nodes or []) == 3


async def test_a_shown_document_is_found(store: PassageStore, documents: DocumentStore) -> None:
    async with changing_documents(documents) as versions:
        await versions.stage(DOC_A, "/srv/ships")
        await write_passages(store, [passage(DOC_A, 1)])
        await versions.apply(Change(show=(record(DOC_A),)))

    assert await found(store) == {f"{DOC_A}-1-0-5"}
    assert await documents.list() == [record(DOC_A)]


async def test_a_retired_document_leaves_nothing(
    store: PassageStore, documents: DocumentStore, redis_client: Redis, namespace: str
) -> None:
    async with changing_documents(documents) as versions:
        await write_passages(store, [passage(DOC_A, page) for page in range(600)])
        await versions.apply(Change(show=(record(DOC_A),)))
        await versions.apply(Change(retire=(DOC_A,)))
        assert await found(store) == set()
        await versions.discard(DOC_A)

    assert await keys_of(redis_client, namespace) == []


async def test_a_reader_sees_one_version_at_any_moment(
    store: PassageStore, documents: DocumentStore
) -> None:
    """Two documents take each other's place again and again while somebody searches."""
    seen: list[int] = []
    odd: list[set[str]] = []

    async def read() -> None:
        query = VectorStoreQuery(query_embedding=[1, 0, 0, 0], similarity_top_k=2)
        while not done.is_set():
            nodes = (await store.aquery(query)).nodes or []
            ids = {node.ref_doc_id or "" for node in nodes}
            seen.append(len(ids))
            if len(ids) != 1 or len(nodes) != 2:
                odd.append({node.node_id for node in nodes})

    done = asyncio.Event()
    async with changing_documents(documents) as versions:
        await write_passages(store, [passage(DOC_A, page) for page in (1, 2)])
        await versions.apply(Change(show=(record(DOC_A),)))
        readers = [asyncio.create_task(read()) for _ in range(3)]
        old, new = DOC_A, DOC_B
        for _ in range(40):
            await versions.stage(new, "/srv/ships")
            await write_passages(store, [passage(new, page) for page in (1, 2)])
            await versions.apply(Change(show=(record(new),), retire=(old,)))
            await versions.discard(old)
            old, new = new, old
        done.set()
        await asyncio.gather(*readers)

    assert odd == []
    assert len(seen) > 40
