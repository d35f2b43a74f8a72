"""The passage index: its fields, its version, and what is live compared with what is wanted."""

import asyncio
import time
from dataclasses import replace
from typing import Literal

from redis.asyncio import Redis
from redis.commands.search.field import Field
from redis.commands.search.indexDefinition import IndexDefinition, IndexType
from redis.exceptions import ResponseError
from redisvl.schema import IndexSchema

from citewire.errors import IndexMismatch, StorageUnavailable
from citewire.storage.connection.fingerprint import (
    REMEDY,
    Fingerprint,
    VectorType,
    forget_fingerprint,
    read_fingerprint,
    record_fingerprint,
)
from citewire.storage.connection.replies import says_unknown, storage_errors
from citewire.storage.index.live import UNINDEXED, LiveIndex, read_live_index, wanted_fields
from citewire.storage.keys import (
    DEFAULT_OWNER,
    EMBEDDED_AS,
    SCHEMA_VERSION,
    Keys,
    folder_id,
    index_name,
)

__all__ = [
    "SCHEMA_VERSION",
    "build_schema",
    "check_index",
    "ensure_index",
    "folder_id",
    "index_name",
]

POLL_S = 0.05

LATER = frozenset({"labels", EMBEDDED_AS})
"""Fields that were added to the schema after indexes of its version had been made."""

FORMER = frozenset({"id"})
"""Fields that indexes of its version had, and that nobody searches."""


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
        {"name": "labels", "type": "tag", "attrs": {"case_sensitive": True}},
        {"name": EMBEDDED_AS, "type": "tag", "attrs": {"case_sensitive": True}},
        {"name": "language", "type": "tag"},
        {"name": "text", "type": "text"},  # LlamaIndex asks for it
        # Stems of our own, of any language: of the passage, and of what its document is called.
        {"name": "terms", "type": "text", "attrs": {"no_stem": True}},
        {"name": "about", "type": "text", "attrs": {"no_stem": True}},
        {"name": "page", "type": "numeric"},
        {"name": "vector", "type": "vector", "attrs": vector},
    ]
    keys = Keys(namespace)
    index = {"name": keys.passage_index, "prefix": keys.passage_prefix}
    return IndexSchema.from_dict({"index": index, "fields": fields})


def namespace_of(schema: IndexSchema) -> str:
    """The namespace that `schema` was built for."""
    return str(schema.index.prefix).removesuffix(":passage")


async def ensure_index(
    client: Redis,
    schema: IndexSchema,
    *,
    embedding: str,
    replace_empty: bool = False,
    timeout_s: float = 60.0,
) -> None:
    """Create the index if there is none, otherwise check it; safe in several processes at once.

    One that was made before the fields of `LATER` came, or while there were those of `FORMER`, is
    made anew; its passages are not.

    With `replace_empty`, an index that does not fit is replaced instead of being refused if it
    holds nothing and its namespace no documents: whoever only tried out the defaults may change
    the embedding model. For the start of a process only: two that run with different settings
    and keep doing so would take the index away from each other.

    Args:
        client: connection to the Redis that holds the passages.
        schema: what is wanted, from `build_schema`.
        embedding: name of the embedding model, compared with the one that was used before.
        replace_empty: see above.
        timeout_s: how long to wait in seconds while Redis indexes existing passages, and gets no
            further.

    Raises:
        IndexMismatch: the index was built for other fields, another vector size or model, or what
            is stored is of another version.
        StorageUnavailable: Redis does not answer, or gets no further in indexing for `timeout_s`.
    """
    with storage_errors("the index"):
        await read_fingerprint(client, namespace_of(schema))  # refuses another version
        await _create(client, schema, embedding)
        live = await _settled(client, schema, timeout_s)
        noted = await read_fingerprint(client, namespace_of(schema))
        differences = _differences(schema, live, noted, embedding)
        # Not by `FT.ALTER`, after which Redis (2.10) counts every passage twice to rank by words.
        is_older = _is_older(schema, live, noted, embedding)
        is_empty = (
            replace_empty and bool(differences) and await _holds_nothing(client, schema, live)
        )
        if is_older or is_empty:
            await _drop(client, schema)
            await _create(client, schema, embedding)
            live = await _settled(client, schema, timeout_s)
            noted = await read_fingerprint(client, namespace_of(schema))
        differences = _differences(schema, live, noted, embedding)
    _refuse(schema, differences, live)


async def check_index(client: Redis, schema: IndexSchema, *, embedding: str) -> None:
    """Compare the live index with `schema` without changing anything, for readiness.

    Raises:
        IndexMismatch: the index is missing, differs, or could not take some passages.
        StorageUnavailable: Redis does not answer or is still indexing.
    """
    with storage_errors("the index"):
        noted = await read_fingerprint(client, namespace_of(schema))
        live = await read_live_index(client, schema.index.name)
        if live is None:
            raise IndexMismatch(
                f"the index {schema.index.name} is missing in Redis (was it flushed?): "
                "restart `citewire serve`, and run `citewire ingest` if the passages are gone too"
            )
        differences = _differences(schema, live, noted, embedding)
    _refuse(schema, differences, live)
    if live.indexing:
        raise StorageUnavailable(
            f"Redis is still indexing the passages ({live.percent_indexed:.0%} done)"
        )


async def make_index(client: Redis, schema: IndexSchema) -> None:
    """Create the index unless there is one; raises what Redis says, for the caller to translate."""
    # The separator belongs to the prefix: without it `ns:passage` would also match `ns:passages`.
    prefix = f"{schema.index.prefix}{schema.index.key_separator}"
    definition = IndexDefinition(  # type: ignore[no-untyped-call]
        prefix=[prefix], index_type=IndexType.HASH
    )
    try:
        search = client.ft(schema.index.name)  # type: ignore[no-untyped-call]
        await search.create_index(fields=_fields(schema), definition=definition, stopwords=[])
    except ResponseError as error:
        if "already exists" not in str(error).lower():
            raise


async def unmake_index(client: Redis, schema: IndexSchema) -> None:
    """Drop the index, if there is one, and none of its passages; raises as `make_index`."""
    try:
        search = client.ft(schema.index.name)  # type: ignore[no-untyped-call]
        await search.dropindex(delete_documents=False)
    except ResponseError as error:
        # Another process may have been faster.
        if not says_unknown(error):
            raise


async def _create(client: Redis, schema: IndexSchema, embedding: str) -> None:
    await make_index(client, schema)
    vector = schema.fields["vector"].attrs
    made_with = Fingerprint(vector.dims, vector.datatype.value.lower(), embedding)
    await record_fingerprint(
        client, namespace_of(schema), made_with, algorithm=vector.algorithm.value.lower()
    )


def _is_older(
    schema: IndexSchema, live: LiveIndex, noted: Fingerprint | None, embedding: str
) -> bool:
    """Whether nothing is wrong with the index but that fields came and went since it was made."""
    wanted = wanted_fields(schema)
    kept = {name: kind for name, kind in live.fields.items() if name not in FORMER}
    renewed = replace(live, fields={name: wanted[name] for name in LATER & wanted.keys()} | kept)
    return renewed.fields != live.fields and not _differences(schema, renewed, noted, embedding)


def _fields(schema: IndexSchema) -> list[Field]:
    return [field for field in schema.redis_fields if field.name not in UNINDEXED]


async def _settled(client: Redis, schema: IndexSchema, timeout_s: float) -> LiveIndex:
    deadline, before = time.monotonic() + timeout_s, -1.0
    while True:
        live = await read_live_index(client, schema.index.name)
        if live is not None and not live.indexing:
            return live
        if live is not None and live.percent_indexed != before:
            # A large archive takes its time: what gets on is waited for.
            deadline, before = time.monotonic() + timeout_s, live.percent_indexed
        if time.monotonic() > deadline:
            done = f"{live.percent_indexed:.0%} done" if live else "no index yet"
            raise StorageUnavailable(f"Redis is still indexing the passages ({done})")
        # No index at all: another process is just replacing an empty one.
        await asyncio.sleep(POLL_S)


def _differences(
    schema: IndexSchema, live: LiveIndex, noted: Fingerprint | None, embedding: str
) -> list[str]:
    found = []
    wanted = wanted_fields(schema)
    for name in sorted(wanted.keys() | live.fields.keys()):
        is_, should = live.fields.get(name, "missing"), wanted.get(name, "not there")
        if is_ != should:
            found.append(f"field {name} is {is_}, wanted {should}")
    if noted is not None and not noted.is_read_by(embedding):
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
    documents: int = await client.exists(Keys(namespace_of(schema)).documents(DEFAULT_OWNER))
    return not (live.passages or live.failures or documents)


async def _drop(client: Redis, schema: IndexSchema) -> None:
    await unmake_index(client, schema)
    await forget_fingerprint(client, namespace_of(schema))
