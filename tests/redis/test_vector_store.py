"""Passages in Redis: written in batches, found by vector and filters, one round trip a query."""

from collections.abc import Sequence

import pytest
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)
from redis.asyncio import Redis

from citewire.errors import IndexMismatch, StorageError, StorageUnavailable
from citewire.storage.index.schema import build_schema, check_index, ensure_index, folder_id
from citewire.storage.library.vector_store import (
    PassageStore,
    build_vector_store,
)
from tests.doubles.passages import write_passages

DOC_A, DOC_B = "a" * 32, "0123456789abcdef" * 2
SHIPS, TRAINS = folder_id("ships"), folder_id("trains, and | more")
MODEL = "some-model"


def passage(
    doc_id: str, page: int, *, folder: str = SHIPS, vector: Sequence[float] = (1, 0, 0, 0)
) -> TextNode:
    return TextNode(
        id_=f"{doc_id}-{page}-0-5",
        text=f"Text {page} of {doc_id}",
        metadata={"folder_id": folder, "page": page, "title": "Ships", "language": "en"},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=doc_id)},
        embedding=list(vector),
    )


def only(key: str, *values: str) -> MetadataFilter:
    return MetadataFilter(key=key, value=list(values), operator=FilterOperator.IN)


def together(*filters: MetadataFilter) -> MetadataFilters:
    return MetadataFilters(filters=list(filters), condition=FilterCondition.AND)


async def found(store: PassageStore, filters: MetadataFilters | None = None) -> set[str]:
    query = VectorStoreQuery(query_embedding=[1, 0, 0, 0], similarity_top_k=50, filters=filters)
    result = await store.aquery(query)
    return {node.node_id for node in result.nodes or []}


@pytest.fixture
async def store(redis_client: Redis, namespace: str) -> PassageStore:
    schema = build_schema(namespace=namespace, dims=4, algorithm="hnsw")
    await ensure_index(redis_client, schema, embedding=MODEL)
    return build_vector_store(redis_client, schema)


async def test_a_passage_comes_back_as_it_was_written(store: PassageStore) -> None:
    await write_passages(store, [passage(DOC_A, 3)])
    query = VectorStoreQuery(query_embedding=[1, 0, 0, 0], similarity_top_k=1)
    [node] = (await store.aquery(query)).nodes or []

    assert isinstance(node, TextNode)
    assert f"{DOC_A}-3-0-5" == node.node_id
    assert node.ref_doc_id == DOC_A
    assert f"Text 3 of {DOC_A}" == node.text
    wanted = passage(DOC_A, 3).metadata
    del wanted["folder_id"]  # for filters alone
    assert {**wanted, "found_by": ["meaning"]} == node.metadata


async def test_the_nearest_comes_first_with_its_similarity(store: PassageStore) -> None:
    await write_passages(
        store, [passage(DOC_A, 1, vector=(0, 1, 0, 0)), passage(DOC_A, 2, vector=(1, 0, 0, 0))]
    )
    query = VectorStoreQuery(query_embedding=[1, 0, 0, 0], similarity_top_k=2)
    result = await store.aquery(query)

    assert [node.metadata["page"] for node in result.nodes or []] == [2, 1]
    assert pytest.approx(result.similarities) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("filters", "pages"),
    [
        (together(only("doc_id", DOC_A)), {1, 2}),
        (together(only("doc_id", DOC_A, DOC_B)), {1, 2, 3}),
        (together(only("folder_id", TRAINS)), {2, 3}),
        (together(only("doc_id", DOC_A), only("folder_id", TRAINS)), {2}),
        (together(only("doc_id", DOC_B), only("folder_id", SHIPS)), set()),
        (together(only("doc_id", DOC_A.upper())), set()),
        (together(only("doc_id", "f" * 32)), set()),
    ],
)
async def test_filters_by_document_and_folder(
    store: PassageStore, filters: MetadataFilters, pages: set[int]
) -> None:
    await write_passages(
        store,
        [passage(DOC_A, 1), passage(DOC_A, 2, folder=TRAINS), passage(DOC_B, 3, folder=TRAINS)],
    )

    assert pages == {int(node_id.split("-")[1]) for node_id in await found(store, filters)}


@pytest.mark.parametrize(
    ("condition", "pages"),
    [(FilterCondition.OR, {1, 3}), (FilterCondition.AND, set()), (None, set())],
)
async def test_filters_must_all_fit_unless_they_say_or(
    store: PassageStore, condition: FilterCondition | None, pages: set[int]
) -> None:
    await write_passages(store, [passage(DOC_A, 1), passage(DOC_B, 3, folder=TRAINS)])
    inner = MetadataFilters(filters=[only("folder_id", TRAINS)])
    filters = MetadataFilters(filters=[only("doc_id", DOC_A), inner], condition=condition)

    assert pages == {int(node_id.split("-")[1]) for node_id in await found(store, filters)}


@pytest.mark.parametrize("value", ["x-y", "a b", "} | {", "*", "$v", "ä,ß", "\\", "'\"`"])
async def test_what_is_filtered_by_is_no_query(store: PassageStore, value: str) -> None:
    await write_passages(store, [passage(DOC_A, 1)])

    assert await found(store, together(only("doc_id", value))) == set()
    assert await found(store, together(only("doc_id", value, DOC_A))) == {f"{DOC_A}-1-0-5"}


async def test_other_filters_are_refused(store: PassageStore) -> None:
    later = MetadataFilter(key="page", value=3, operator=FilterOperator.GT)

    with pytest.raises(ValueError, match="not filtered by GT of page"):
        await found(store, together(later))


async def test_a_query_is_one_round_trip(redis_client: Redis, store: PassageStore) -> None:
    async def calls() -> dict[str, int]:
        stats = await redis_client.info("commandstats")
        return {name: told["calls"] for name, told in stats.items() if name != "cmdstat_info"}

    await found(store)
    before = await calls()
    await found(store)
    made = {name: count - before[name] for name, count in (await calls()).items()}

    # One transaction is one round trip.
    assert {name.removeprefix("cmdstat_"): n for name, n in made.items() if n} == {
        "multi": 1,
        "smembers": 1,
        "FT.SEARCH": 1,
        "exec": 1,
    }


async def test_writing_twice_changes_nothing(store: PassageStore) -> None:
    for _ in range(2):
        await write_passages(store, [passage(DOC_A, 1)])

    assert len(await found(store)) == 1


async def test_many_passages_are_all_written(redis_client: Redis, store: PassageStore) -> None:
    await write_passages(store, [passage(DOC_A, page) for page in range(1, 502)])

    keys = [key async for key in redis_client.scan_iter(f"{store.schema.index.prefix}:*")]
    assert len(keys) == 501


async def test_none_in_metadata_is_left_out(store: PassageStore) -> None:
    node = passage(DOC_A, 1)
    node.metadata["page_label"] = None
    await write_passages(store, [node])

    assert {node.node_id} == await found(store)
    assert "page_label" in node.metadata


async def test_a_vector_of_the_wrong_size_is_refused_before_it_is_written(
    redis_client: Redis, store: PassageStore
) -> None:
    nodes = [passage(DOC_A, 1), passage(DOC_A, 2, vector=(1, 0))]
    with pytest.raises(IndexMismatch, match=r"2 dimensions.*has 4"):
        await write_passages(store, nodes)

    await check_index(redis_client, store.schema, embedding=MODEL)
    assert set() == await found(store)


async def test_what_redis_refuses_is_a_storage_error(
    redis_client: Redis, store: PassageStore
) -> None:
    await redis_client.set(f"{store.schema.index.prefix}:{DOC_A}-1-0-5", "in the way")

    with pytest.raises(StorageError, match="refuses the passages"):
        await write_passages(store, [passage(DOC_A, 1)])


async def test_no_answer_is_storage_unavailable(namespace: str) -> None:
    schema = build_schema(namespace=namespace, dims=4, algorithm="hnsw")
    async with Redis(port=1) as client:
        with pytest.raises(StorageUnavailable):
            await write_passages(build_vector_store(client, schema), [passage(DOC_A, 1)])


async def test_a_document_is_found_by_all_its_folders(store: PassageStore) -> None:
    await write_passages(store, [passage(DOC_A, 1), passage(DOC_A, 2), passage(DOC_B, 3)])
    await store.passages.set_fields(DOC_A, {"folder_id": f"{SHIPS},{TRAINS}"})

    assert len(await found(store, together(only("folder_id", TRAINS)))) == 2
    assert len(await found(store, together(only("folder_id", SHIPS)))) == 3


async def test_setting_folders_of_an_unknown_document_does_nothing(store: PassageStore) -> None:
    await store.passages.set_fields(DOC_A, {"folder_id": SHIPS})

    assert set() == await found(store)
