"""The passages in Redis: LlamaIndex's `RedisVectorStore` on our schema, pipelined and visible."""

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)
from llama_index.vector_stores.redis import RedisVectorStore
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redisvl.schema import IndexSchema

from citewire.storage.connection.replies import says_unknown, storage_errors
from citewire.storage.index.schema import ensure_index, namespace_of
from citewire.storage.keys import owner_tag
from citewire.storage.library.passage_record import VectorField
from citewire.storage.library.passages import PassageKeys
from citewire.storage.library.ranking import reciprocal_ranks
from citewire.storage.library.search import Found, Query, Words
from citewire.storage.library.visibility import VisibleSearch

TEXTS = (
    *("folder", "file_name", "title", "page_label", "language", "kind", "section"),
    *("withheld", "table", "organisation", "periods", "document_kind"),
)
NUMBERS = ("page", "start", "end")
_IN_BATCHES = "=>{$HYBRID_POLICY: BATCHES}"
"""Asks the vector index first and filters what it gives. Left to itself, Redis compares the
question with all that the filter lets through, which takes six times as long with 12,000."""
_DISTANCE = "distance"
PASSAGE_FIELDS = ("id", "doc_id", "text", "about", *TEXTS, *NUMBERS)
_RETURNED = (*PASSAGE_FIELDS, _DISTANCE)
"""All of a passage's metadata is in the fields of its hash. Not `folder_id`: the tags of all the
folders of its document, for filters alone."""
DEPTH = 50
"""So many are found by words and by meaning each before they are fused."""

NAMED = 1.0
"""How much more a passage counts whose document is called by all names that a question has."""

REMAKE_S = 1.0
"""How long a question waits for an index that is made anew, in seconds."""
_NOT_IN_TAGS = re.compile(r"\W")

_BLANK = TextNode(
    excluded_embed_metadata_keys=[*TEXTS, *NUMBERS], excluded_llm_metadata_keys=[*TEXTS, *NUMBERS]
)


class PassageStore(RedisVectorStore):
    """LlamaIndex's vector store on our schema and index; bound to the event loop of its client.

    It asks Redis itself, with a command of its own: the library's way takes a round trip more for
    each query, finds what is hidden, takes every vector for one of float32, and parses the JSON of
    each node that it finds, which takes ten times as long as reading the fields of its hash.

    Args:
        client: connection that the caller opens and closes.
        schema: of the index.
        main_owner: whose nearly all passages are, if that is known: they are found faster.
        embedding: name of the embedding model, if an index that is gone is to be made anew.
    """

    def __init__(
        self,
        client: Redis,
        schema: IndexSchema,
        *,
        main_owner: str | None = None,
        embedding: str | None = None,
    ) -> None:
        super().__init__(schema=schema, redis_client_async=client)
        namespace = namespace_of(schema)
        self._client = client
        self._embedding = embedding
        self._visible = VisibleSearch(client, namespace)
        self._passages = PassageKeys(client, namespace)
        self._vectors = VectorField.from_schema(schema)
        is_graph = schema.fields["vector"].attrs.algorithm.value.lower() == "hnsw"
        # For an owner of few passages it would take long, for what is nearest is others'.
        self._nearly_all = (
            f"@owner_id:{{{owner_tag(main_owner)}}}" if main_owner and is_graph else ""
        )

    @property
    def passages(self) -> PassageKeys:
        """The same passages by their keys."""
        return self._passages

    @property
    def vectors(self) -> VectorField:
        """What vectors the index takes."""
        return self._vectors

    async def aquery(
        self, query: VectorStoreQuery, *, words: Words | None = None, **kwargs: Any
    ) -> VectorStoreQueryResult:
        """The visible passages nearest to the query's embedding, within its filters.

        With `words` also those that have most of them, both fused by reciprocal rank. The
        similarity is the cosine, 0 of what was found by its words alone.

        Raises:
            StorageUnavailable: Redis does not answer.
            StorageError: it refuses the query.
            ValueError: there is no embedding, or a filter of a kind that is not made here.
        """
        if query.query_embedding is None:
            raise ValueError("passages are searched for with an embedding")
        vector = self._vectors.encode(query.query_embedding)
        wanted = to_filter(query.filters)
        sought = words.to_query() if words else ""
        count = max(query.similarity_top_k, DEPTH) if sought else query.similarity_top_k

        def queries(hidden: frozenset[str], how: str = "") -> list[Query]:
            visible = _excluding(wanted, hidden)
            nearest = _nearest(visible, vector, count, how)
            return [nearest, _with_words(visible, sought, count)] if sought else [nearest]

        with storage_errors("the search"):
            found: list[list[Found]] = [[]]
            if wanted == self._nearly_all:
                found = await self._search(lambda hidden: queries(hidden, _IN_BATCHES))
            # Short: there are no more, or it lost its way among what is others' after all.
            if len(found[0]) < query.similarity_top_k:
                found = await self._search(queries)
        best = _fused(found, words.names if words else ())[: query.similarity_top_k]
        nodes = [to_node(fields) for fields in best]
        # What was rounded can be a trifle nearer to itself than is possible.
        scores = [min(1 - float(fields.get(_DISTANCE, 1)), 1.0) for fields in best]
        ids = [node.node_id for node in nodes]
        return VectorStoreQueryResult(nodes=nodes, ids=ids, similarities=scores)

    async def _search(
        self, queries_without: Callable[[frozenset[str]], list[Query]]
    ) -> list[list[Found]]:
        try:
            return await self._visible.search(queries_without)
        except ResponseError as error:
            if self._embedding is None or not says_unknown(error):
                raise
        # Redis was emptied or replaced: what is there now is searched, which may be nothing.
        await ensure_index(self._client, self.schema, embedding=self._embedding, timeout_s=REMAKE_S)
        return await self._visible.search(queries_without)


def build_vector_store(
    client: Redis,
    schema: IndexSchema,
    *,
    main_owner: str | None = None,
    embedding: str | None = None,
) -> PassageStore:
    """The vector store on `schema`, over a client that the caller opened and closes.

    The index must exist (`ensure_index`). `main_owner` and `embedding` as in `PassageStore`.
    """
    return PassageStore(client, schema, main_owner=main_owner, embedding=embedding)


def to_filter(filters: MetadataFilters | None) -> str:
    """The filters of a query in the words of Redis: values of tags, of which one must fit."""
    if filters is None or not filters.filters:
        return "*"
    clauses = [
        to_filter(part) if isinstance(part, MetadataFilters) else _clause(part)
        for part in filters.filters
    ]
    joined = (" | " if filters.condition == FilterCondition.OR else " ").join(clauses)
    return joined if len(clauses) == 1 else f"({joined})"


def _clause(part: MetadataFilter) -> str:
    wanted = part.value if isinstance(part.value, list) else [part.value]
    if part.operator not in (FilterOperator.EQ, FilterOperator.IN):
        raise ValueError(f"passages are not filtered by {part.operator.name} of {part.key}")
    values = "|".join(_NOT_IN_TAGS.sub(r"\\\g<0>", str(value)) for value in wanted)
    return f"@{part.key}:{{{values}}}"


def _excluding(wanted: str, doc_ids: frozenset[str]) -> str:
    if not doc_ids:
        return wanted
    excluded = f"-@doc_id:{{{'|'.join(sorted(doc_ids))}}}"
    return f"({excluded})" if wanted == "*" else f"({wanted} {excluded})"


def _nearest(wanted: str, vector: bytes, count: int, how: str) -> Query:
    query = f"{wanted}=>[KNN {count} @vector $vector AS {_DISTANCE}]{how}"
    returned = ("RETURN", len(_RETURNED), *_RETURNED, "SORTBY", _DISTANCE, "ASC", "LIMIT", 0, count)
    return (query, *returned, "PARAMS", 2, "vector", vector)


def _with_words(wanted: str, sought: str, count: int) -> Query:
    within = "" if wanted == "*" else f"{wanted} "
    # The plain `BM25` of Redis is another formula, and finds less (measured).
    how: Query = (
        "SCORER",
        "BM25STD",
        "RETURN",
        len(PASSAGE_FIELDS),
        *PASSAGE_FIELDS,
        "LIMIT",
        0,
        count,
    )
    return (f"{within}({sought})", *how)


def _fused(rankings: Sequence[Sequence[Found]], names: Sequence[str]) -> list[Found]:
    """One ranking; a passage has the fields of the first one in which it stands.

    Passages of a document that is called by names of the question gain up to `NAMED` times as
    much: libraries hold many reports that say the same of others.
    """
    if len(rankings) == 1:
        return list(rankings[0])
    gains = reciprocal_ranks((fields["id"] for fields in ranking) for ranking in rankings)
    passages: dict[str, Found] = {}
    for fields in chain.from_iterable(rankings):
        passages.setdefault(fields["id"], fields)
    wanted = set(names)
    called = {
        id_: wanted.intersection(fields.get("about", "").split())
        for id_, fields in passages.items()
    }
    # A name that calls no document says nothing of which one is meant.
    known = frozenset[str]().union(*called.values())
    if known:
        for id_, told in called.items():
            gains[id_] *= 1 + NAMED * len(told) / len(known)
    return sorted(passages.values(), key=lambda fields: -gains[fields["id"]])


def to_node(fields: Found) -> TextNode:
    """The passage of one result, with the fields that are returned."""
    metadata: dict[str, str | int] = {name: fields[name] for name in TEXTS if name in fields}
    metadata |= {name: int(fields[name]) for name in NUMBERS if name in fields}
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=fields["doc_id"])}
    made = {"id_": fields["id"], "text": fields["text"]}
    return _BLANK.model_copy(update={**made, "metadata": metadata, "relationships": source})
