"""What is stored in a namespace and cannot tell it itself: its version, and the embedding model.

It is read before anything else is, also where nothing is embedded or searched: nothing that takes
long to load is imported here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from redis.asyncio import Redis

from citewire.errors import IndexMismatch
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import OLDEST_MIGRATED, SCHEMA_VERSION, Keys

VectorType = Literal["bfloat16", "float32"]
"""Of the components of vectors; `float32` where Redis does not know the other."""

REMEDY = (
    "ingest again into another CITEWIRE_NAMESPACE, or set CITEWIRE_EMBED_MODEL, "
    "CITEWIRE_EMBED_DIM and CITEWIRE_INDEX_ALGORITHM back"
)
READS = {"all-MiniLM-L6-v2-int8": "all-MiniLM-L6-v2"}
"""By a model, an earlier one whose vectors its questions find: the same, of rounded weights. Their
passages are not mixed: such an archive is asked, and not written to."""

RESTORING, MIGRATING = "restoring", "migrating"
"""Fields of the note by which it is marked that not all is there yet, or not as it should be."""

_SIZES: Mapping[VectorType, int] = {"bfloat16": 2, "float32": 4}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index was made with.

    Args:
        dims: size of the vectors.
        vector_type: of their components.
        embedding: name of the embedding model.
    """

    dims: int
    vector_type: VectorType
    embedding: str

    def is_read_by(self, embedding: str) -> bool:
        """Whether questions that a model embedded can be asked of the index."""
        return self.embedding in (embedding, READS.get(embedding))

    def fits(self, embedding: str, vector: bytes) -> bool:
        """Whether the index can be searched with a vector that a model gave."""
        size = self.dims * _SIZES[self.vector_type]
        return bool(vector) and (embedding, len(vector)) == (self.embedding, size)


async def record_fingerprint(
    client: Redis, namespace: str, fingerprint: Fingerprint, *, algorithm: str
) -> None:
    """Note what the index is made with, and the version of what is stored, unless it is known.

    Args:
        client: connection to the Redis with the index.
        namespace: of the index.
        fingerprint: what it is made with.
        algorithm: of its search, for a person who looks.
    """
    made_with = {
        "schema_version": str(SCHEMA_VERSION),
        "dims": str(fingerprint.dims),
        "algorithm": algorithm,
        "vector_type": fingerprint.vector_type,
        "embedding": fingerprint.embedding,
    }
    # In one transaction: of several processes with different settings one writes all the fields.
    async with client.pipeline(transaction=True) as pipe:
        for field, value in made_with.items():
            pipe.hsetnx(Keys(namespace).fingerprint, field, value)
        await pipe.execute()


async def read_fingerprint(client: Redis, namespace: str) -> Fingerprint | None:
    """What the index of the namespace was made with, None if nothing is stored there yet.

    Told even while there is no index: the passages still are what it was made for.

    Raises:
        IndexMismatch: what is stored there is of another version, or not whole.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    noted = await read_noted(client, namespace)
    if not noted:
        return None
    _check_whole(namespace, noted)
    return Fingerprint(
        dims=int(noted["dims"]),
        vector_type=cast("VectorType", noted["vector_type"]),
        embedding=noted["embedding"],
    )


async def read_noted(client: Redis, namespace: str) -> dict[str, str]:
    """All that is noted of what is stored, whatever it is; empty if nothing is stored there yet.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    # The client's stubs know neither the async nor the sync form alone.
    asked: Any = client.hgetall(Keys(namespace).fingerprint)
    with storage_errors("the index"):
        return {as_text(name): as_text(value) for name, value in (await asked).items()}


def version_of(noted: Mapping[str, str]) -> int | None:
    """The version that is noted of what is stored; None if none is."""
    version = noted.get("schema_version", "")
    return int(version) if version.isascii() and version.isdigit() else None


def _check_whole(namespace: str, noted: Mapping[str, str]) -> None:
    if RESTORING in noted:
        raise IndexMismatch(
            f"the namespace {namespace} is just being restored from a backup, or that was "
            "interrupted. Fix: run `citewire restore` again"
        )
    version = version_of(noted)
    if version == SCHEMA_VERSION and MIGRATING not in noted:
        return
    is_newer = version is not None and version > SCHEMA_VERSION
    if is_newer:
        remedy = "use the version of Citewire that wrote it, or a newer one"
    elif version is not None and version >= OLDEST_MIGRATED:
        remedy = "stop all that uses it, make a backup, and run `citewire migrate`"
    else:
        remedy = "ingest again into another CITEWIRE_NAMESPACE"
    raise IndexMismatch(
        f"what is stored in the namespace {namespace} is of another version of Citewire "
        f"(schema version {'none' if version is None else version}, this one reads "
        f"{SCHEMA_VERSION}). Fix: {remedy}"
    )


async def forget_fingerprint(client: Redis, namespace: str) -> None:
    """Remove the note, with the index that it was of."""
    await client.delete(Keys(namespace).fingerprint)
