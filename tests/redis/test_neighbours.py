"""The passages around a source, read from Redis."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.neighbours import NeighbourReader, Stretch
from citewire.storage.library.vector_store import PassageStore
from citewire.workflows.context import PageContext
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.shown import context_of
from tests.doubles.ingest_fixtures import HashingEmbedding, Ingest

LINES = [
    f"Quay {n} of the harbour counted {n} thousand ships in that year. " * 4 for n in range(40)
]


@pytest.fixture
def reader(redis_client: Redis, namespace: str) -> NeighbourReader:
    return NeighbourReader(redis_client, namespace)


async def test_a_source_comes_with_what_stands_around_it_on_its_page_alone(
    ingest: Ingest,
    store: PassageStore,
    embed_model: HashingEmbedding,
    reader: NeighbourReader,
    ships: Path,
) -> None:
    (ships / "a.txt").write_text("\n\n".join(LINES), "utf-8")
    (ships / "b.txt").write_text("\n\n".join(f"Other {line}" for line in LINES), "utf-8")
    await ingest(ships)
    retriever = PassageRetriever(store, embed_model, top_k=2, filter=PassageFilter(DEFAULT_OWNER))
    nodes = await retriever.aretrieve("How many ships did quay 20 count?")
    found = await PageContext(reader, 2000).around(nodes, (DEFAULT_OWNER,))

    assert [one.node.node_id for one in found] == [one.node.node_id for one in nodes]
    assert any(context_of(one.node) for one in found)
    for source in found:
        for one in context_of(source.node):
            assert one.ref_doc_id == source.node.ref_doc_id
            assert one.metadata["page"] == source.node.metadata["page"]


async def test_a_stretch_gives_what_begins_in_it_in_order_and_to_its_owner_alone(
    ingest: Ingest, documents: DocumentStore, reader: NeighbourReader, ships: Path
) -> None:
    (ships / "a.txt").write_text("\n\n".join(LINES), "utf-8")
    await ingest(ships)
    [document] = await documents.list()
    whole = Stretch(document.doc_id, 1, 0, 10**9)
    [everything, some] = await reader.read(
        [whole, Stretch(document.doc_id, 1, 1000, 3000)], (DEFAULT_OWNER,)
    )
    starts = [one.metadata["start"] for one in everything]

    assert starts == sorted(starts)
    assert [one.metadata["start"] for one in some] == [at for at in starts if 1000 <= at <= 3000]
    assert await reader.read([whole], ("somebody-else",)) == [[]]


async def test_without_an_index_nothing_stands_around(redis_client: Redis) -> None:
    reader = NeighbourReader(redis_client, "no-such-namespace")

    assert await reader.read([Stretch("d", 1, 0, 9)], (DEFAULT_OWNER,)) == [[]]
