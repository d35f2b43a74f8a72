"""The type of an archive's vectors: of half the size, or what its Redis knows; it stays."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import numpy as np
import pytest
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery
from redis.asyncio import Redis
from redisvl.schema import IndexSchema

from citewire.errors import IndexMismatch
from citewire.storage.connection.connection import open_client
from citewire.storage.connection.fingerprint import read_fingerprint
from citewire.storage.index.opening import open_index
from citewire.storage.index.schema import build_schema, check_index, ensure_index
from citewire.storage.keys import Keys, index_name
from citewire.storage.library.vector_store import build_vector_store
from tests.doubles.passages import write_passages

MODEL = "some-model"
DIMS = 384
COUNT = 20


def vector(number: int) -> list[float]:
    """Of unit length, with direction `number`."""
    made = np.random.default_rng(number).normal(size=DIMS)
    found: list[float] = (made / np.linalg.norm(made)).tolist()
    return found


def passage(number: int) -> TextNode:
    return TextNode(
        id_=f"{number:032}-1-0-5",
        text=f"Text {number}",
        metadata={"page": 1},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"{number:032}")},
        embedding=vector(number),
    )


async def opened(client: Redis, namespace: str) -> IndexSchema:
    schema = await open_index(
        client, namespace=namespace, dims=DIMS, algorithm="hnsw", embedding=MODEL
    )
    await check_index(client, schema, embedding=MODEL)
    return schema


async def write(client: Redis, schema: IndexSchema, *numbers: int) -> None:
    await write_passages(build_vector_store(client, schema), [passage(n) for n in numbers])


async def nearest(client: Redis, schema: IndexSchema, number: int) -> tuple[str, float]:
    """The text of the passage nearest to a vector, with its similarity."""
    query = VectorStoreQuery(query_embedding=vector(number), similarity_top_k=1)
    found = await build_vector_store(client, schema).aquery(query)
    [node], [similarity] = found.nodes or [], found.similarities or []
    return node.get_content(), similarity


async def full_size(client: Redis, namespace: str) -> None:
    """An archive with vectors of full size, of a Redis that knew no others, with passage 1."""
    schema = build_schema(namespace=namespace, dims=DIMS, vector_type="float32")
    await ensure_index(client, schema, embedding=MODEL)
    await write(client, schema, 1)


async def sizes(client: Redis, namespace: str, *numbers: int) -> list[int]:
    """The bytes that the vectors of passages take."""
    keys = Keys(namespace)
    return [
        await client.hstrlen(keys.passage(passage(number).node_id), "vector")  # type: ignore[misc]
        for number in numbers
    ]


async def test_a_new_archive_takes_two_bytes_per_dimension(
    redis_client: Redis, namespace: str
) -> None:
    schema = await opened(redis_client, namespace)
    await write(redis_client, schema, 1)

    assert await sizes(redis_client, namespace, 1) == [2 * DIMS]
    noted = await read_fingerprint(redis_client, namespace)
    assert noted is not None
    assert (noted.vector_type, noted.embedding, noted.dims) == ("bfloat16", MODEL, DIMS)


async def test_what_is_rounded_is_found_and_never_nearer_than_the_same(
    redis_client: Redis, namespace: str
) -> None:
    schema = await opened(redis_client, namespace)
    await write(redis_client, schema, *range(COUNT))

    for number in range(COUNT):
        text, similarity = await nearest(redis_client, schema, number)
        assert text == f"Text {number}"
        assert similarity <= 1
        assert similarity == pytest.approx(1, abs=0.005)


async def test_an_archive_keeps_its_type_and_takes_more(
    redis_client: Redis, namespace: str
) -> None:
    await full_size(redis_client, namespace)
    schema = await opened(redis_client, namespace)
    await write(redis_client, schema, 2)

    assert await sizes(redis_client, namespace, 1, 2) == [4 * DIMS, 4 * DIMS]
    for number in (1, 2):
        text, similarity = await nearest(redis_client, schema, number)
        assert text == f"Text {number}"
        assert similarity == pytest.approx(1, abs=1e-6)


async def test_an_archive_that_lost_its_index_keeps_its_type(
    redis_client: Redis, namespace: str
) -> None:
    await full_size(redis_client, namespace)
    await redis_client.execute_command("FT.DROPINDEX", index_name(namespace))  # type: ignore[no-untyped-call]
    schema = await opened(redis_client, namespace)

    assert (await nearest(redis_client, schema, 1))[0] == "Text 1"


async def test_an_index_of_another_type_than_its_passages_is_not_taken_over(
    redis_client: Redis, namespace: str
) -> None:
    await full_size(redis_client, namespace)
    wrong = build_schema(namespace=namespace, dims=DIMS)

    with pytest.raises(IndexMismatch, match=r"float32.*wanted vector \(hnsw, bfloat16"):
        await ensure_index(redis_client, wrong, embedding=MODEL)


async def test_where_redis_does_not_know_the_type_vectors_are_of_full_size(
    redis_url: str, redis_client: Redis, namespace: str
) -> None:
    async with _before_search_2_10(redis_url) as old_url, open_client(old_url) as client:
        for _ in range(2):
            schema = await opened(client, namespace)
        await write(client, schema, 1)

        assert (await nearest(client, schema, 1))[0] == "Text 1"
    assert await sizes(redis_client, namespace, 1) == [4 * DIMS]


@asynccontextmanager
async def _before_search_2_10(redis_url: str) -> AsyncIterator[str]:
    """The address of the same Redis, which knows no type of that name there."""
    parts = urlsplit(redis_url)

    async def serve(client: StreamReader, answers: StreamWriter) -> None:
        from_redis, redis = await asyncio.open_connection(parts.hostname, parts.port)
        answering = asyncio.create_task(_pass_on(from_redis, answers))
        await _pass_on(client, redis)
        await answering

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield redis_url.replace(f":{parts.port}", f":{port}")


async def _pass_on(source: StreamReader, target: StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data.replace(b"BFLOAT16", b"BFLOAT99"))
    target.close()
