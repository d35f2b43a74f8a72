"""What an index was made with and cannot tell itself: above all the embedding model."""

from dataclasses import dataclass
from typing import Any, Literal, cast

import ml_dtypes
import numpy as np
from redis.asyncio import Redis
from redisvl.schema import IndexSchema

from citewire.storage.connection.replies import as_text

VectorType = Literal["bfloat16", "float32"]
"""Of the components of vectors; `float32` in archives from before there was a choice."""

DTYPES: dict[VectorType, np.dtype[Any]] = {
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float32": np.dtype("<f4"),
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index was made with; empty or 0 is what nobody noted.

    Args:
        version: of the schema.
        dims: size of the vectors.
        vector_type: of their components.
        embedding: name of the embedding model.
    """

    version: int
    dims: int
    vector_type: VectorType
    embedding: str

    def fits(self, embedding: str, vector: bytes) -> bool:
        """Whether the index can be searched with a vector that a model gave."""
        size = self.dims * DTYPES[self.vector_type].itemsize
        return bool(vector) and (embedding, len(vector)) == (self.embedding, size)


def namespace_of(schema: IndexSchema) -> str:
    """The namespace that `schema` was built for."""
    return str(schema.index.prefix).removesuffix(":passage")


async def record_fingerprint(
    client: Redis, schema: IndexSchema, *, version: int, embedding: str
) -> None:
    """Note what the index is made with, unless that is known already.

    Args:
        client: connection to the Redis with the index.
        schema: of the index.
        version: of the schema.
        embedding: name of the embedding model.
    """
    vector = schema.fields["vector"].attrs
    made_with = {
        "schema_version": str(version),
        "dims": str(vector.dims),
        "algorithm": str(vector.algorithm.value).lower(),
        "vector_type": str(vector.datatype.value).lower(),
        "embedding": embedding,
    }
    # In one transaction: of several processes with different settings one writes all the fields.
    async with client.pipeline(transaction=True) as pipe:
        for field, value in made_with.items():
            pipe.hsetnx(_key(namespace_of(schema)), field, value)
        await pipe.execute()


async def read_fingerprint(client: Redis, namespace: str) -> Fingerprint | None:
    """What the index of the namespace was made with, None if nobody noted it.

    Told even while there is no index: the passages still are what it was made for.
    """
    # The client's stubs know neither the async nor the sync form alone.
    asked: Any = client.hgetall(_key(namespace))
    noted = {as_text(name): as_text(value) for name, value in (await asked).items()}
    if not noted:
        return None
    return Fingerprint(
        version=int(noted.get("schema_version", 0)),
        dims=int(noted.get("dims", 0)),
        vector_type=cast("VectorType", noted.get("vector_type", "float32")),
        embedding=noted.get("embedding", ""),
    )


async def replace_version(client: Redis, schema: IndexSchema, version: int) -> None:
    """Note that the passages are now of another version of the schema."""
    asked: Any = client.hset(_key(namespace_of(schema)), "schema_version", str(version))
    await asked


async def forget_fingerprint(client: Redis, schema: IndexSchema) -> None:
    """Remove the note, with the index that it was of."""
    await client.delete(_key(namespace_of(schema)))


def _key(namespace: str) -> str:
    return f"{namespace}:index"
