"""The passage index as a process opens it: made if there is none, as it is if there is one."""

from typing import Literal

from redis.asyncio import Redis
from redisvl.schema import IndexSchema

from citewire.errors import StorageError
from citewire.storage.connection.fingerprint import VectorType, read_fingerprint
from citewire.storage.connection.replies import storage_errors
from citewire.storage.index.schema import build_schema, ensure_index

_UNKNOWN_TYPE = "vector similarity"
"""From what a search module before 2.10 says of any other type than floats of 32 and 64 bits."""


async def open_index(
    client: Redis,
    *,
    namespace: str,
    dims: int,
    algorithm: Literal["hnsw", "flat"],
    embedding: str,
) -> IndexSchema:
    """The schema of the namespace's index, which is there now and fits; for a process's start.

    An archive keeps the type of vectors that it began with: `bfloat16`, or `float32` where Redis
    does not know the other.

    Args:
        client: connection to the Redis that holds the passages.
        namespace: prefix of all keys.
        dims: size of the embedding vectors.
        algorithm: of the search, as for `build_schema`.
        embedding: name of the embedding model.

    Raises:
        IndexMismatch: the index was built for other fields, another vector size or model.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """

    async def opened(vector_type: VectorType) -> IndexSchema:
        schema = build_schema(
            namespace=namespace, dims=dims, algorithm=algorithm, vector_type=vector_type
        )
        # Whoever only tried out the defaults may change the embedding model.
        await ensure_index(client, schema, embedding=embedding, replace_empty=True)
        return schema

    with storage_errors("the index"):
        noted = await read_fingerprint(client, namespace)
    if noted is not None:
        return await opened(noted.vector_type)
    try:
        return await opened("bfloat16")
    except StorageError as error:
        if _UNKNOWN_TYPE not in str(error):
            raise
        return await opened("float32")
