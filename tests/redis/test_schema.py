"""The index: created once, compared with what is wanted, and what a mismatch says."""

import asyncio
import re
from typing import Literal

import pytest
from redis.asyncio import Redis
from redisvl.schema import IndexSchema

from citewire.errors import IndexMismatch, StorageUnavailable
from citewire.services.models.names import MINILM, MULTILINGUAL_E5
from citewire.storage.connection.connection import open_client
from citewire.storage.connection.fingerprint import READS
from citewire.storage.index.schema import (
    build_schema,
    check_index,
    ensure_index,
    folder_id,
    index_name,
    namespace_of,
)

MODEL = "some-model"


def schema(
    namespace: str, dims: int = 4, algorithm: Literal["hnsw", "flat"] = "hnsw"
) -> IndexSchema:
    return build_schema(namespace=namespace, dims=dims, algorithm=algorithm)


async def write_something(client: Redis, namespace: str, *, vector_bytes: int = 8) -> None:
    # Through the raw client: what other programs, or older versions, may have left.
    await client.execute_command(  # type: ignore[no-untyped-call]
        "HSET", f"{namespace}:passage:x", "doc_id", "x", "vector", b"\1" * vector_bytes
    )


@pytest.mark.parametrize("algorithm", ["hnsw", "flat"])
async def test_a_new_index_passes_the_check(
    redis_client: Redis, namespace: str, algorithm: Literal["hnsw", "flat"]
) -> None:
    wanted = schema(namespace, algorithm=algorithm)
    await ensure_index(redis_client, wanted, embedding=MODEL)

    await check_index(redis_client, wanted, embedding=MODEL)


@pytest.mark.parametrize("protocol", ["2&decode_responses=yes", "3", "3&decode_responses=yes"])
async def test_the_check_reads_every_form_of_reply(
    redis_url: str, redis_client: Redis, namespace: str, protocol: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)

    async with Redis.from_url(f"{redis_url}?protocol={protocol}") as client:
        await check_index(client, schema(namespace), embedding=MODEL)


async def test_ensuring_again_changes_nothing(redis_client: Redis, namespace: str) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    await write_something(redis_client, namespace)
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)

    await check_index(redis_client, schema(namespace), embedding=MODEL)


async def test_several_processes_may_create_it_at_once(redis_url: str, namespace: str) -> None:
    async def one() -> None:
        async with open_client(redis_url) as client:
            await ensure_index(client, schema(namespace), embedding=MODEL)
            await check_index(client, schema(namespace), embedding=MODEL)

    await asyncio.gather(*(one() for _ in range(10)))


async def test_existing_passages_are_indexed_before_it_returns(
    redis_client: Redis, namespace: str
) -> None:
    async with redis_client.pipeline(transaction=False) as pipe:
        for n in range(20_000):
            pipe.hset(f"{namespace}:passage:{n}", mapping={"doc_id": "x", "vector": b"\1" * 8})
        await pipe.execute()
    wanted = schema(namespace, algorithm="flat")
    await ensure_index(redis_client, wanted, embedding=MODEL)

    found = await redis_client.ft(index_name(namespace)).search("@doc_id:{x}")  # type: ignore[no-untyped-call]
    assert found.total == 20_000


async def test_a_namespace_does_not_see_keys_that_only_begin_alike(
    redis_client: Redis, namespace: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    await redis_client.hset(f"{namespace}:passages-of-others", "doc_id", "x")  # type: ignore[misc]

    found = await redis_client.ft(index_name(namespace)).search("*")  # type: ignore[no-untyped-call]
    assert found.total == 0


async def test_a_missing_index_is_reported(redis_client: Redis, namespace: str) -> None:
    with pytest.raises(IndexMismatch, match="is missing in Redis"):
        await check_index(redis_client, schema(namespace), embedding=MODEL)


@pytest.mark.parametrize(
    ("other", "model", "says"),
    [
        ((8, "hnsw"), MODEL, "vector (hnsw, bfloat16, cosine, 4 dimensions), wanted vector (hnsw"),
        ((4, "flat"), MODEL, "vector (hnsw, bfloat16, cosine, 4 dimensions), wanted vector (flat"),
        ((4, "hnsw"), "other", "the embedding model is some-model, wanted other"),
    ],
)
async def test_a_mismatch_names_the_difference_and_the_fix(
    redis_client: Redis,
    namespace: str,
    other: tuple[int, Literal["hnsw", "flat"]],
    model: str,
    says: str,
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    await write_something(redis_client, namespace)

    with pytest.raises(IndexMismatch, match=f"{re.escape(says)}.*CITEWIRE_NAMESPACE"):
        await ensure_index(redis_client, schema(namespace, *other), embedding=model)


async def test_an_archive_of_the_local_model_of_before_is_still_asked(
    redis_client: Redis, namespace: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=READS[MINILM])
    await write_something(redis_client, namespace)

    await ensure_index(redis_client, schema(namespace), embedding=MINILM)
    with pytest.raises(IndexMismatch, match="the embedding model is"):
        await ensure_index(redis_client, schema(namespace), embedding=MULTILINGUAL_E5)


async def test_the_check_sees_the_same_differences(redis_client: Redis, namespace: str) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)

    with pytest.raises(IndexMismatch, match="wanted vector"):
        await check_index(redis_client, schema(namespace, 8), embedding=MODEL)


async def test_a_field_that_an_older_index_lacks_is_named(
    redis_client: Redis, namespace: str
) -> None:
    create = f"FT.CREATE {index_name(namespace)} ON HASH PREFIX 1 {namespace}:passage: SCHEMA "
    await redis_client.execute_command(*f"{create} id TAG doc_id TAG".split())  # type: ignore[no-untyped-call]

    with pytest.raises(
        IndexMismatch, match=r"doc_id is tag, wanted tag \(case-sensitive\); .*text"
    ):
        await check_index(redis_client, schema(namespace), embedding=MODEL)


async def test_an_empty_index_follows_the_settings(redis_client: Redis, namespace: str) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    wanted = schema(namespace, 8, "flat")
    await ensure_index(redis_client, wanted, embedding="other", replace_empty=True)

    await check_index(redis_client, wanted, embedding="other")


async def test_an_empty_index_is_refused_unless_it_may_be_replaced(
    redis_client: Redis, namespace: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)

    with pytest.raises(IndexMismatch):
        await ensure_index(redis_client, schema(namespace, 8), embedding=MODEL)


async def test_an_index_with_passages_is_never_replaced(
    redis_client: Redis, namespace: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    await write_something(redis_client, namespace)

    with pytest.raises(IndexMismatch):
        await ensure_index(redis_client, schema(namespace, 8), embedding=MODEL, replace_empty=True)


async def test_an_index_with_documents_but_no_passages_is_never_replaced(
    redis_client: Redis, namespace: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    await redis_client.zadd(f"{namespace}:documents", {"x": 1})

    with pytest.raises(IndexMismatch):
        await ensure_index(redis_client, schema(namespace, 8), embedding=MODEL, replace_empty=True)


async def test_passages_that_the_index_could_not_take_are_counted(
    redis_client: Redis, namespace: str
) -> None:
    await ensure_index(redis_client, schema(namespace), embedding=MODEL)
    await write_something(redis_client, namespace, vector_bytes=12)

    with pytest.raises(IndexMismatch, match=r"could not take 1 passages \(hash_indexing_failures"):
        await check_index(redis_client, schema(namespace), embedding=MODEL)


async def test_a_server_that_does_not_answer_is_unavailable(namespace: str) -> None:
    async with Redis(port=1) as client:
        with pytest.raises(StorageUnavailable):
            await check_index(client, schema(namespace), embedding=MODEL)


def test_the_namespace_can_be_read_off_the_schema() -> None:
    assert namespace_of(schema("my-reports")) == "my-reports"


@pytest.mark.parametrize("name", ["Q1, 2024", "a|b", "Ж", "🚢", "x\udc80"])
def test_a_folder_is_known_by_hexadecimal_digits(name: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", folder_id(name))
