"""The passages in Redis: LlamaIndex's `RedisVectorStore` on our schema, with pipelined writes."""

from collections.abc import Iterable, Sequence
from typing import Any

from llama_index.core.schema import BaseNode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryResult
from llama_index.vector_stores.redis import RedisVectorStore
from pydantic import PrivateAttr
from redis.asyncio import Redis
from redisvl.exceptions import RedisSearchError
from redisvl.index import AsyncSearchIndex
from redisvl.query import CountQuery, FilterQuery, VectorQuery
from redisvl.query.filter import Tag
from redisvl.schema import IndexSchema

from citewire.errors import IndexMismatch
from citewire.storage.refusals import storage_errors
from citewire.storage.schema import REMEDY

WRITE_BATCH = 200

TEXTS = ("folder_id", "folder", "file_name", "title", "page_label", "language")
NUMBERS = ("page", "start", "end")
RETURN_FIELDS = ["id", "doc_id", "text", *TEXTS, *NUMBERS]
"""All of a passage's metadata is in the fields of its hash."""

_BLANK = TextNode(
    excluded_embed_metadata_keys=[*TEXTS, *NUMBERS], excluded_llm_metadata_keys=[*TEXTS, *NUMBERS]
)


class PipelinedIndex(AsyncSearchIndex):  # type: ignore[misc]
    """A search index that writes a batch in one round trip.

    RedisVL sends every record by itself, from tasks that go on when one of them has failed.
    """

    async def load(
        self, data: Iterable[Any], id_field: str | None = None, **options: Any
    ) -> list[str]:
        """Write `data`, each record under the key that its `id_field` gives.

        Args:
            data: the records, as flat mappings.
            id_field: which field of a record is its id.
            options: refused; the vector store passes none.

        Raises:
            redis.exceptions.RedisError: Redis does not answer or refuses a record.
        """
        if id_field is None or options:
            raise TypeError("passages are written under their own ids, without options")
        keys = []
        async with self._redis_client.pipeline(transaction=False) as pipe:
            for record in data:
                keys.append(self.key(record[id_field]))
                pipe.hset(keys[-1], mapping=record)
            await pipe.execute()
        return keys


class PassageStore(RedisVectorStore):
    """LlamaIndex's vector store on our schema and index; bound to the event loop of its client."""

    _key_prefix: str = PrivateAttr()

    def __init__(self, client: Redis, schema: IndexSchema) -> None:
        super().__init__(
            schema=schema,
            redis_client_async=client,
            return_fields=list(RETURN_FIELDS),
            legacy_filters=False,
        )
        # Otherwise it asks before each query whether the index exists.
        self.created_async_index = True
        self._key_prefix = f"{schema.index.prefix}{schema.index.key_separator}"
        self._async_index = PipelinedIndex(schema=schema, redis_client=client)

    def _extract_node_and_score(
        self, doc: dict[str, Any], redis_query: VectorQuery
    ) -> tuple[TextNode, float]:
        """The passage of one result, from the fields of its hash.

        The library's own parses the node's JSON for each, which takes ten times as long and as
        much memory.
        """
        metadata: dict[str, str | int] = {name: doc[name] for name in TEXTS if name in doc}
        metadata |= {name: int(doc[name]) for name in NUMBERS if name in doc}
        source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=doc["doc_id"])}
        found = {
            # The result's own `id` is the key in Redis, prefix and all.
            "id_": doc["id"].removeprefix(self._key_prefix),
            "text": doc["text"],
            "metadata": metadata,
            "relationships": source,
        }
        return _BLANK.model_copy(update=found), 1 - float(doc[redis_query.DISTANCE_ID])

    async def aquery(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The passages nearest to the query's embedding, within its filters.

        Raises:
            StorageUnavailable: Redis does not answer.
            StorageError: it refuses the query: the index is gone, say.
        """
        with storage_errors("the search"):
            try:
                return await super().aquery(query, **kwargs)
            except RedisSearchError as error:
                raise error.__cause__ or error from None  # what Redis said is in the cause


def build_vector_store(client: Redis, schema: IndexSchema) -> PassageStore:
    """The vector store on `schema`, over a client that the caller opened and closes.

    The index must exist (`ensure_index`).
    """
    return PassageStore(client, schema)


async def write_passages(store: PassageStore, nodes: Sequence[BaseNode]) -> None:
    """Write passages with their embeddings; writing one again changes nothing.

    What `async_add` returns is ignored: it cuts characters off the ids.

    Args:
        store: from `build_vector_store`.
        nodes: passages, each with an embedding.

    Raises:
        IndexMismatch: an embedding has another size than the index. Redis itself would take it
            and never find it.
        StorageError: Redis refuses to write, because it is full, say.
        StorageUnavailable: Redis does not answer.
    """
    dims = store.schema.fields["vector"].attrs.dims
    for node in nodes:
        if len(node.get_embedding()) != dims:
            raise IndexMismatch(
                f"the embedding model gives {len(node.get_embedding())} dimensions, "
                f"the index {store.index_name} has {dims}. Fix: {REMEDY}"
            )
    with storage_errors("the passages"):
        for start in range(0, len(nodes), WRITE_BATCH):
            batch = [_without_none(node) for node in nodes[start : start + WRITE_BATCH]]
            await store.async_add(batch)


async def set_folders(store: PassageStore, doc_id: str, folder_ids: Iterable[str]) -> None:
    """Make the passages of a document findable by all the folders in which it lies.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    index: AsyncSearchIndex = store._async_index
    of_document = Tag("doc_id") == doc_id
    with storage_errors("the folders"):
        count = await index.query(CountQuery(of_document))
        if not count:
            return
        query = FilterQuery(of_document, return_fields=["id"], num_results=count)
        keys = [found["id"] for found in await index.query(query)]
        async with index.client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hset(key, "folder_id", ",".join(sorted(folder_ids)))
            await pipe.execute()


def _without_none(node: BaseNode) -> BaseNode:
    # Redis takes no None: one of them fails the whole batch.
    if None not in node.metadata.values():
        return node
    known = {key: value for key, value in node.metadata.items() if value is not None}
    return node.model_copy(update={"metadata": known})
