"""The passages in Redis: LlamaIndex's `RedisVectorStore` on our schema, pipelined and visible."""

from collections.abc import Iterable, Sequence
from typing import Any

from llama_index.core.schema import BaseNode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryResult
from llama_index.vector_stores.redis import RedisVectorStore
from pydantic import PrivateAttr
from redis.asyncio import Redis
from redis.commands.search.query import Query
from redisvl.index import AsyncSearchIndex
from redisvl.query import BaseQuery, CountQuery, VectorQuery
from redisvl.schema import IndexSchema

from citewire.storage.connection.replies import storage_errors
from citewire.storage.index.schema import namespace_of
from citewire.storage.keys import Fields, owner_tag
from citewire.storage.library.passage_record import VectorField, embedded_fields, passage_fields
from citewire.storage.library.passages import WRITE_BATCH, PassageKeys
from citewire.storage.library.visibility import VisibleSearch

TEXTS = (
    *("folder", "file_name", "title", "page_label", "language", "kind", "section"),
    "withheld",
)
NUMBERS = ("page", "start", "end")
_IN_BATCHES = "=>{$HYBRID_POLICY: BATCHES}"
"""Asks the vector index first and filters what it gives. Left to itself, Redis compares the
question with all that the filter lets through, which takes six times as long with 12,000."""
RETURN_FIELDS = ["id", "doc_id", "text", *TEXTS, *NUMBERS]
"""All of a passage's metadata is in the fields of its hash. Not `folder_id`: the tags of all the
folders of its document, for filters alone."""

_BLANK = TextNode(
    excluded_embed_metadata_keys=[*TEXTS, *NUMBERS], excluded_llm_metadata_keys=[*TEXTS, *NUMBERS]
)


class PipelinedIndex(AsyncSearchIndex):  # type: ignore[misc]
    """A search index that writes a batch in one round trip and finds only what is visible.

    RedisVL sends every record by itself, from tasks that go on when one of them has failed.

    Args:
        schema: of the index.
        redis_client: connection that the caller opens and closes.
        main_owner: whose nearly all passages are, if that is known: they are found faster.
    """

    def __init__(
        self, *, schema: IndexSchema, redis_client: Redis, main_owner: str | None = None
    ) -> None:
        super().__init__(schema=schema, redis_client=redis_client)
        is_graph = schema.fields["vector"].attrs.algorithm.value.lower() == "hnsw"
        # For an owner of few passages it would take long, for what is nearest is others'.
        self._nearly_all = (
            f"@owner_id:{{{owner_tag(main_owner)}}}" if main_owner and is_graph else ""
        )
        self._visible = VisibleSearch(redis_client, namespace_of(schema), schema.index.name)

    async def query(self, query: BaseQuery) -> list[dict[str, Any]]:
        """The results of `query` without hidden documents; a count includes them."""
        if isinstance(query, CountQuery):
            return await super().query(query)  # type: ignore[no-any-return]
        wanted = str(query.filter)
        if wanted == self._nearly_all:
            found = await self._visible.search(
                lambda hidden: self._asked(query, wanted, hidden, _IN_BATCHES)
            )
            # Short: there are no more, or it lost its way among what is others' after all.
            if len(found) == query._num:
                return found
        return await self._visible.search(lambda hidden: self._asked(query, wanted, hidden))

    def _asked(
        self, query: BaseQuery, wanted: str, hidden: frozenset[str], how: str = ""
    ) -> tuple[Query, dict[str, Any]]:
        query.set_filter(_excluding(wanted, hidden) if hidden else wanted)
        asked = query.query
        asked._query_string += how
        return asked, query.params

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

    def __init__(
        self, client: Redis, schema: IndexSchema, *, main_owner: str | None = None
    ) -> None:
        super().__init__(
            schema=schema,
            redis_client_async=client,
            return_fields=list(RETURN_FIELDS),
            legacy_filters=False,
        )
        # Otherwise it asks before each query whether the index exists.
        self.created_async_index = True
        self._key_prefix = f"{schema.index.prefix}{schema.index.key_separator}"
        self._async_index = PipelinedIndex(
            schema=schema, redis_client=client, main_owner=main_owner
        )
        self._passages = PassageKeys(client, namespace_of(schema))
        self._vectors = VectorField.from_schema(schema)

    @property
    def passages(self) -> PassageKeys:
        """The same passages by their keys."""
        return self._passages

    @property
    def vectors(self) -> VectorField:
        """What vectors the index takes."""
        return self._vectors

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
        # What was rounded can be a trifle nearer to itself than is possible.
        score = min(1 - float(doc[redis_query.DISTANCE_ID]), 1.0)
        return _BLANK.model_copy(update=found), score

    def _to_redis_query(self, query: VectorStoreQuery) -> VectorQuery:
        asked = super()._to_redis_query(query)
        # The library takes every index for one of float32.
        asked._vector = self._vectors.encode(asked._vector)
        return asked

    async def aquery(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The passages nearest to the query's embedding, within its filters.

        Raises:
            StorageUnavailable: Redis does not answer.
            StorageError: it refuses the query: the index is gone, say.
        """
        with storage_errors("the search"):
            return await super().aquery(query, **kwargs)


def build_vector_store(
    client: Redis, schema: IndexSchema, *, main_owner: str | None = None
) -> PassageStore:
    """The vector store on `schema`, over a client that the caller opened and closes.

    The index must exist (`ensure_index`). `main_owner` as in `PipelinedIndex`.
    """
    return PassageStore(client, schema, main_owner=main_owner)


async def write_passages(store: PassageStore, nodes: Sequence[BaseNode]) -> None:
    """Write passages with their embeddings; writing one again changes nothing.

    What `async_add` is for, without its work on the event loop and its mangled ids.

    Args:
        store: from `build_vector_store`.
        nodes: passages, each with an embedding and a source document.

    Raises:
        IndexMismatch: an embedding has another size than the index; nothing was written.
        StorageError: Redis refuses to write, because it is full, say.
        StorageUnavailable: Redis does not answer.
    """
    by_document: dict[str, dict[str, Fields]] = {}
    for node in nodes:
        fields = embedded_fields(store.vectors, passage_fields(node), node.get_embedding())
        by_document.setdefault(str(node.ref_doc_id), {})[node.node_id] = fields
    for doc_id, passages in by_document.items():
        items = list(passages.items())
        for start in range(0, len(items), WRITE_BATCH):
            await store.passages.write(doc_id, dict(items[start : start + WRITE_BATCH]))


def _excluding(wanted: str, doc_ids: frozenset[str]) -> str:
    excluded = f"-@doc_id:{{{'|'.join(sorted(doc_ids))}}}"
    return f"({excluded})" if wanted == "*" else f"({wanted} {excluded})"
