"""What an index was made with and cannot tell itself: above all the embedding model."""

from typing import Any, Literal, cast

from redis.asyncio import Redis
from redisvl.schema import IndexSchema

from citewire.storage.replies import as_text

VectorType = Literal["bfloat16", "float32"]
"""Of the components of vectors; `float32` in archives from before there was a choice."""

COMPONENT_BYTES: dict[VectorType, int] = {"bfloat16": 2, "float32": 4}


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
            pipe.hsetnx(_key(schema), field, value)
        await pipe.execute()


async def recorded_embedding(client: Redis, schema: IndexSchema) -> str | None:
    """The embedding model that the index was made with, None if nobody noted it."""
    # The client's stubs know neither the async nor the sync form alone.
    asked: Any = client.hget(_key(schema), "embedding")
    used = await asked
    return None if used is None else as_text(used)


async def recorded_vector_type(client: Redis, namespace: str) -> VectorType | None:
    """The type that the vectors of the namespace have, None if it has none yet.

    Told even while there is no index: the passages are still of that type.
    """
    asked: Any = client.hgetall(f"{namespace}:index")
    noted = {as_text(name): as_text(value) for name, value in (await asked).items()}
    return cast("VectorType", noted.get("vector_type", "float32")) if noted else None


async def recorded_version(client: Redis, schema: IndexSchema) -> int | None:
    """The version of the schema that the index was made with, None if nobody noted it."""
    asked: Any = client.hget(_key(schema), "schema_version")
    version = await asked
    return None if version is None else int(version)


async def replace_version(client: Redis, schema: IndexSchema, version: int) -> None:
    """Note that the passages are now of another version of the schema."""
    asked: Any = client.hset(_key(schema), "schema_version", str(version))
    await asked


async def forget_fingerprint(client: Redis, schema: IndexSchema) -> None:
    """Remove the note, with the index that it was of."""
    await client.delete(_key(schema))


def _key(schema: IndexSchema) -> str:
    return f"{namespace_of(schema)}:index"
