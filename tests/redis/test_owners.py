"""Owners below HTTP: the same bytes twice, the filter inside Redis, an index of before."""

from pathlib import Path
from typing import Any, Literal

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from redis.asyncio import Redis

from citewire.errors import CitewireError
from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.ingest.removal import remove
from citewire.settings import Settings
from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.keys import DEFAULT_OWNER, folder_id, library_of, owner_tag
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import PassageStore, build_vector_store
from citewire.storage.library.versions import Change, changing_documents
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from tests.doubles.ingest_fixtures import MODEL, SHIPS, HashingEmbedding, statuses
from tests.doubles.passages import write_passages
from tests.doubles.small_pdfs import write_pdf

TOP_K = 6
NEAR, FAR = [1.0] + 7 * [0.0], 7 * [0.0] + [1.0]


class Ingesting:
    """Ingests for one owner after another into the same namespace."""

    def __init__(self, store: PassageStore, documents: DocumentStore, settings: Settings) -> None:
        self._store, self._documents, self._settings = store, documents, settings
        self._model = HashingEmbedding(model_name=MODEL, texts=[])

    def of(self, owner: str) -> DocumentStore:
        return self._documents.owned_by(owner)

    async def ingest(self, owner: str, *folders: Path) -> IngestSummary:
        indexing = Indexing(self._model, self._store)
        return await ingest_folders(
            folders,
            documents=self.of(owner),
            open_indexing=lambda: _Opened(indexing),
            settings=self._settings,
            on_progress=lambda _: None,
        )

    async def found(self, owner: str, folder: str = "") -> list[dict[str, Any]]:
        """What a question finds for an owner."""
        folders = (folder_id(folder, owner),) if folder else ()
        nodes = await _retrieve(self._store, self._model, PassageFilter(owner, folder_ids=folders))
        return [node.metadata for node in nodes]


class _Opened:
    def __init__(self, indexing: Indexing) -> None:
        self._indexing = indexing

    async def __aenter__(self) -> Indexing:
        return self._indexing

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""


async def _retrieve(
    store: PassageStore, model: BaseEmbedding, filter: PassageFilter
) -> list[TextNode]:
    retriever = PassageRetriever(store, model, top_k=TOP_K, filter=filter)
    found = [one.node for one in await retriever.aretrieve(SHIPS)]
    return [node for node in found if isinstance(node, TextNode)]


@pytest.fixture
def ingesting(store: PassageStore, documents: DocumentStore, settings: Settings) -> Ingesting:
    return Ingesting(store, documents, settings)


async def test_the_same_bytes_of_two_owners_are_two_documents(
    ingesting: Ingesting, tmp_path: Path
) -> None:
    for name in ("anns", "bobs"):
        (tmp_path / name).mkdir()
        write_pdf(tmp_path / name / f"{name}.pdf", [SHIPS])
    first = await ingesting.ingest("ann", tmp_path / "anns")
    second = await ingesting.ingest("bob", tmp_path / "bobs")

    assert list(statuses(first).values()) == list(statuses(second).values()) == ["new"]
    [ann], [bob] = await ingesting.of("ann").list(), await ingesting.of("bob").list()
    assert ann.doc_id != bob.doc_id
    assert await ingesting.of("ann").get(bob.doc_id) is None
    assert await ingesting.of(DEFAULT_OWNER).list() == []
    assert {one["file_name"] for one in await ingesting.found("ann")} == {"anns.pdf"}
    assert {one["folder"] for one in await ingesting.found("bob")} == {"bobs"}
    assert await ingesting.found(DEFAULT_OWNER) == []


async def test_one_folder_of_two_owners_is_two_and_each_takes_out_its_own(
    ingesting: Ingesting, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    for owner in ("ann", "bob", DEFAULT_OWNER):
        await ingesting.ingest(owner, ships)
    await remove("ships", documents=ingesting.of("ann"))

    assert await ingesting.found("ann", "ships") == []
    assert len(await ingesting.found("bob", "ships")) == 1
    with pytest.raises(CitewireError, match="there is no folder"):
        await remove("ships", documents=ingesting.of("ann"))
    again = await ingesting.ingest("bob", ships)
    assert statuses(again) == {"a.pdf": "unchanged"}


async def test_what_an_owner_did_not_finish_is_left_for_that_owner(
    ingesting: Ingesting, ships: Path, redis_client: Redis, namespace: str
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    staged: Any = redis_client.hset(f"{namespace}:staging", "f" * 32, f"bob{ships}")
    await staged
    hidden: Any = redis_client.sadd(f"{namespace}:hidden", "f" * 32)
    await hidden
    await ingesting.ingest("ann", ships)
    await remove("ships", documents=ingesting.of("ann"))

    left: Any = redis_client.hgetall(f"{namespace}:staging")
    assert await left == {b"f" * 32: f"bob{ships}".encode()}
    await ingesting.ingest("bob", ships)
    assert await redis_client.exists(f"{namespace}:staging") == 0


async def test_what_an_owner_is_deleting_is_left_for_that_owner(
    ingesting: Ingesting, ships: Path, redis_client: Redis, namespace: str
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingesting.ingest("bob", ships)
    [record] = await ingesting.of("bob").list()
    async with changing_documents(ingesting.of("bob")) as versions:
        await versions.apply(Change(retire=(record.doc_id,)))
    await ingesting.ingest("ann", ships)
    async with changing_documents(ingesting.of("bob")) as versions:
        assert await versions.hidden() == {record.doc_id: None}

    await ingesting.ingest("bob", ships)
    assert len(await ingesting.found("bob", "ships")) == 1
    assert await redis_client.exists(f"{namespace}:retiring", f"{namespace}:hidden") == 0


def _nodes(owner: str, count: int, vector: list[float]) -> list[TextNode]:
    doc_id = owner_tag(owner)
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=doc_id)}
    told = {"owner_id": owner_tag(owner), "title": owner}
    return [
        TextNode(
            id_=f"{doc_id}-{n}-0-1",
            text=f"{owner} {n}",
            metadata={**told, "page": n},
            relationships=source,
            embedding=vector,
        )
        for n in range(count)
    ]


class Near(HashingEmbedding):
    """Every question is near."""

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return NEAR


@pytest.mark.parametrize("algorithm", ["hnsw", "flat"])
async def test_an_owner_gets_all_its_results_beside_a_thousand_nearer_ones_of_another(
    redis_client: Redis, namespace: str, algorithm: Literal["hnsw", "flat"]
) -> None:
    schema = build_schema(namespace=namespace, dims=len(NEAR), algorithm=algorithm)
    await ensure_index(redis_client, schema, embedding=MODEL)
    store = build_vector_store(redis_client, schema)
    await write_passages(store, _nodes("ann", TOP_K, FAR) + _nodes("bob", 1000, NEAR))

    for owner in ("ann", "bob"):
        found = await _retrieve(store, Near(texts=[]), PassageFilter(owner))
        assert [one.metadata["title"] for one in found] == TOP_K * [owner]
    # Owners are told apart by case, and one who has nothing finds nothing.
    assert await _retrieve(store, Near(texts=[]), PassageFilter("Ann")) == []
    # Naming another's document does not open it.
    named = PassageFilter("ann", doc_ids=(owner_tag("bob"),))
    assert await _retrieve(store, Near(texts=[]), named) == []


@pytest.mark.parametrize("algorithm", ["hnsw", "flat"])
async def test_whose_nearly_all_passages_are_finds_the_same_and_only_own_ones(
    redis_client: Redis, namespace: str, algorithm: Literal["hnsw", "flat"]
) -> None:
    schema = build_schema(namespace=namespace, dims=len(NEAR), algorithm=algorithm)
    await ensure_index(redis_client, schema, embedding=MODEL)
    store = build_vector_store(redis_client, schema, main_owner="ann")
    await write_passages(store, _nodes("ann", 100, FAR) + _nodes("bob", 1000, NEAR))

    for owner in ("ann", "bob"):
        found = await _retrieve(store, Near(texts=[]), PassageFilter(owner))
        assert [one.metadata["title"] for one in found] == TOP_K * [owner]


async def test_libraries_that_hold_most_passages_are_searched_in_batches_and_alone(
    redis_client: Redis, namespace: str
) -> None:
    schema = build_schema(namespace=namespace, dims=len(NEAR))
    await ensure_index(redis_client, schema, embedding=MODEL)
    store = build_vector_store(redis_client, schema, is_shared=True)
    archive = library_of("0" * 12)
    passages = _nodes("ann", 20, FAR) + _nodes("bob", 100, NEAR) + _nodes(archive, 300, FAR)
    await write_passages(store, passages)
    member = PassageFilter("ann", searched=("ann", archive))
    asked: list[str] = []
    async with redis_client.monitor() as seen:
        for wanted in (member, member, PassageFilter("bob"), PassageFilter("ann")):
            found = await _retrieve(store, Near(texts=[]), wanted)
            titles = {one.metadata["title"] for one in found}
            assert len(found) == TOP_K
            assert titles <= set(wanted.libraries)
        while len(asked) < 4:
            command = (await seen.next_command())["command"]
            if "KNN" in command and namespace in command:
                asked.append(command)

    assert ["BATCHES" in command for command in asked] == [True, True, False, False]


async def test_the_filter_of_the_main_owner_is_known_by_its_words(
    redis_client: Redis, namespace: str
) -> None:
    schema = build_schema(namespace=namespace, dims=len(NEAR))
    await ensure_index(redis_client, schema, embedding=MODEL)
    store = build_vector_store(redis_client, schema, main_owner="ann")
    await write_passages(store, _nodes("ann", 9, FAR))
    asked: list[str] = []
    async with redis_client.monitor() as seen:
        await _retrieve(store, Near(texts=[]), PassageFilter("ann"))
        await _retrieve(store, Near(texts=[]), PassageFilter("ann", doc_ids=("x",)))
        while len(asked) < 2:
            command = (await seen.next_command())["command"]
            if command.startswith("FT.SEARCH") and "KNN" in command and namespace in command:
                asked.append(command)

    assert ["BATCHES" in command for command in asked] == [True, False]
