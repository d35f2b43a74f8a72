"""The passage index: its fields, its version, and what is live compared with what is wanted."""

import asyncio
import time
from typing import Literal

from redis.asyncio import Redis
from redis.commands.search.indexDefinition import IndexDefinition, IndexType
from redis.exceptions import ResponseError
from redisvl.schema import IndexSchema

from citewire.errors import IndexMismatch, StorageUnavailable
from citewire.storage.connection.refusals import storage_errors
from citewire.storage.connection.replies import says_unknown
from citewire.storage.index.fingerprint import (
    VectorType,
    forget_fingerprint,
    namespace_of,
    read_fingerprint,
    record_fingerprint,
)
from citewire.storage.index.live import LiveIndex, read_live_index, wanted_fields
from citewire.storage.index.schema_upgrade import is_to_upgrade, read_first_index, upgrade
from citewire.storage.keys import SCHEMA_VERSION, folder_id, index_name

__all__ = [
    "SCHEMA_VERSION",
    "build_schema",
    "check_index",
    "ensure_index",
    "folder_id",
    "index_name",
]

POLL_S = 0.05

REMEDY = (
    "ingest again into another CITEWIRE_NAMESPACE, or set CITEWIRE_EMBED_MODEL, "
    "CITEWIRE_EMBED_DIM and CITEWIRE_INDEX_ALGORITHM back"
)


def build_schema(
    *,
    namespace: str,
    dims: int,
    algorithm: Literal["hnsw", "flat"] = "hnsw",
    vector_type: VectorType = "bfloat16",
) -> IndexSchema:
    """The schema of the passages of `namespace`.

    Args:
        namespace: prefix of all keys.
        dims: size of the embedding vectors.
        algorithm: `hnsw` for large archives, `flat` for exact search in small ones.
        vector_type: of the components; `bfloat16` halves the memory, and what comparing them costs
            (docs/adr/0008-vectors-of-half-the-size.md).
    """
    vector = {
        "dims": dims,
        "algorithm": algorithm,
        "datatype": vector_type,
        "distance_metric": "cosine",
    }
    if algorithm == "hnsw":
        # More links with a shorter search for them: a quarter of the CPU of 16 and 200 for writing,
        # and better recall (docs/adr/0006-writing-the-hnsw-graph.md).
        vector |= {"m": 32, "ef_construction": 48, "ef_runtime": 128}
    fields = [
        {"name": "id", "type": "tag", "attrs": {"case_sensitive": True}},
        {"name": "doc_id", "type": "tag", "attrs": {"case_sensitive": True}},
        {"name": "folder_id", "type": "tag", "attrs": {"case_sensitive": True}},
        {"name": "owner_id", "type": "tag", "attrs": {"case_sensitive": True}},
        {"name": "language", "type": "tag"},
        {"name": "text", "type": "text"},
        {"name": "title", "type": "text"},
        {"name": "page", "type": "numeric"},
        {"name": "vector", "type": "vector", "attrs": vector},
    ]
    index = {"name": index_name(namespace), "prefix": f"{namespace}:passage"}
    return IndexSchema.from_dict({"index": index, "fields": fields})


async def ensure_index(
    client: Redis,
    schema: IndexSchema,
    *,
    embedding: str,
    replace_empty: bool = False,
    timeout_s: float = 60.0,
) -> None:
    """Create the index if there is none, otherwise check it; safe in several processes at once.

    One of an earlier version that fits otherwise is replaced, with all its passages kept.

    With `replace_empty`, an index that does not fit is replaced instead of being refused if it
    holds nothing and its namespace no documents: whoever only tried out the defaults may change
    the embedding model. For the start of a process only: two that run with different settings
    and keep doing so would take the index away from each other.

    Args:
        client: connection to the Redis that holds the passages.
        schema: what is wanted, from `build_schema`.
        embedding: name of the embedding model, compared with the one that was used before.
        replace_empty: see above.
        timeout_s: how long to wait in seconds while Redis indexes existing passages.

    Raises:
        IndexMismatch: the index was built for other fields, another vector size or model.
        StorageUnavailable: Redis does not answer, or is still indexing after `timeout_s`.
    """
    with storage_errors("the index"):
        if await is_to_upgrade(client, schema):
            await _upgrade(client, schema, embedding, replace_empty=replace_empty)
        await _create(client, schema, embedding)
        live = await _settled(client, schema, timeout_s)
        differences = await _differences(client, schema, live, embedding)
        if differences and replace_empty and await _holds_nothing(client, schema, live):
            await _drop(client, schema)
            await _create(client, schema, embedding)
            live = await _settled(client, schema, timeout_s)
            differences = await _differences(client, schema, live, embedding)
    _refuse(schema, differences, live)


async def check_index(client: Redis, schema: IndexSchema, *, embedding: str) -> None:
    """Compare the live index with `schema` without changing anything, for readiness.

    Raises:
        IndexMismatch: the index is missing, differs, or could not take some passages.
        StorageUnavailable: Redis does not answer or is still indexing.
    """
    with storage_errors("the index"):
        live = await read_live_index(client, schema.index.name)
        if live is None:
            raise IndexMismatch(
                f"the index {schema.index.name} is missing in Redis (was it flushed?): "
                "restart `citewire serve`, and run `citewire ingest` if the passages are gone too"
            )
        differences = await _differences(client, schema, live, embedding)
    _refuse(schema, differences, live)
    if live.indexing:
        raise StorageUnavailable(
            f"Redis is still indexing the passages ({live.percent_indexed:.0%} done)"
        )


async def _upgrade(
    client: Redis, schema: IndexSchema, embedding: str, *, replace_empty: bool
) -> None:
    live = await read_first_index(client, schema)
    is_empty = live is not None and await _holds_nothing(client, schema, live)
    if live is not None and not (replace_empty and is_empty):
        # With another model the passages could not be found in the new index either.
        differences = await _differences(client, schema, live, embedding)
        _refuse(schema, [one for one in differences if " owner_id " not in one], live)
    await upgrade(client, schema)


async def _create(client: Redis, schema: IndexSchema, embedding: str) -> None:
    # The separator belongs to the prefix: without it `ns:passage` would also match `ns:passages`.
    prefix = f"{schema.index.prefix}{schema.index.key_separator}"
    definition = IndexDefinition(  # type: ignore[no-untyped-call]
        prefix=[prefix], index_type=IndexType.HASH
    )
    try:
        search = client.ft(schema.index.name)  # type: ignore[no-untyped-call]
        await search.create_index(fields=schema.redis_fields, definition=definition)
    except ResponseError as error:
        if "already exists" not in str(error).lower():
            raise
    await record_fingerprint(client, schema, version=SCHEMA_VERSION, embedding=embedding)


async def _settled(client: Redis, schema: IndexSchema, timeout_s: float) -> LiveIndex:
    deadline = time.monotonic() + timeout_s
    while True:
        live = await read_live_index(client, schema.index.name)
        if live is not None and not live.indexing:
            return live
        if time.monotonic() > deadline:
            done = f"{live.percent_indexed:.0%} done" if live else "no index yet"
            raise StorageUnavailable(f"Redis is still indexing the passages ({done})")
        # No index at all: another process is just replacing an empty one.
        await asyncio.sleep(POLL_S)


async def _differences(
    client: Redis, schema: IndexSchema, live: LiveIndex, embedding: str
) -> list[str]:
    found = []
    wanted = wanted_fields(schema)
    for name in sorted(wanted.keys() | live.fields.keys()):
        is_, should = live.fields.get(name, "missing"), wanted.get(name, "not there")
        if is_ != should:
            found.append(f"field {name} is {is_}, wanted {should}")
    noted = await read_fingerprint(client, namespace_of(schema))
    if noted is not None and noted.embedding not in ("", embedding):
        found.append(f"the embedding model is {noted.embedding}, wanted {embedding}")
    return found


def _refuse(schema: IndexSchema, differences: list[str], live: LiveIndex) -> None:
    if differences:
        raise IndexMismatch(
            f"the index {schema.index.name} does not fit: {'; '.join(differences)}. Fix: {REMEDY}"
        )
    if live.failures:
        raise IndexMismatch(
            f"the index {schema.index.name} could not take {live.failures} passages "
            f"(hash_indexing_failures; the last: {live.last_failure}), they are never found. "
            f"Fix: {REMEDY}"
        )


async def _holds_nothing(client: Redis, schema: IndexSchema, live: LiveIndex) -> bool:
    documents: int = await client.exists(f"{namespace_of(schema)}:documents")
    return not (live.passages or live.failures or documents)


async def _drop(client: Redis, schema: IndexSchema) -> None:
    try:
        search = client.ft(schema.index.name)  # type: ignore[no-untyped-call]
        await search.dropindex(delete_documents=False)
    except ResponseError as error:
        # Another process may have been faster.
        if not says_unknown(error):
            raise
    await forget_fingerprint(client, schema)
