"""The passages in Redis: LlamaIndex's `RedisVectorStore` on our schema, pipelined and visible."""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryResult
from llama_index.vector_stores.redis import RedisVectorStore
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redisvl.schema import IndexSchema

from citewire.storage.connection.replies import as_text, says_unknown, storage_errors, texts_of
from citewire.storage.index.schema import ensure_index, namespace_of
from citewire.storage.keys import owner_tag
from citewire.storage.library.common import have_most
from citewire.storage.library.counts import PassageCounts
from citewire.storage.library.embedded import KeptVectors
from citewire.storage.library.filters import excluding, to_filter, to_unscored_filter
from citewire.storage.library.frequencies import frequencies
from citewire.storage.library.passage_node import FIELDS, FOUND_BY, to_node
from citewire.storage.library.passage_record import VectorField
from citewire.storage.library.passages import PassageKeys
from citewire.storage.library.ranking import reciprocal_ranks
from citewire.storage.library.search import Found, Query, Words
from citewire.storage.library.visibility import VisibleSearch
from citewire.tracing.names import HMGET
from citewire.tracing.spans import redis_span

_IN_BATCHES = "=>{$HYBRID_POLICY: BATCHES}"
"""Asks the vector index first and filters what it gives. Left to itself, Redis compares the
question with all that the filter lets through, which takes six times as long with 12,000."""
_DISTANCE = "distance"
WAYS = ("meaning", "words")
"""What passages are found by, in the order in which they are searched for."""
_RANKED = ("id", "doc_id", "about")
"""What two rankings are fused by."""
DEPTH = 50
"""So many are found by words and by meaning each before they are fused."""

NAMED = 1.0
"""How much more a passage counts whose document is called by all names that a question has."""

LANGUAGES_S = 10.0
"""How long the languages of a library are taken for known, in seconds: a document in a new one is
found by its vectors meanwhile."""

REMAKE_S = 1.0
"""How long a question waits for an index that is made anew, in seconds."""


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
        is_shared: whether libraries are shared, and may hold most of the passages of an index.
    """

    def __init__(
        self,
        client: Redis,
        schema: IndexSchema,
        *,
        main_owner: str | None = None,
        embedding: str | None = None,
        is_shared: bool = False,
    ) -> None:
        super().__init__(schema=schema, redis_client_async=client)
        namespace = namespace_of(schema)
        self._client = client
        self._embedding = embedding
        self._visible = VisibleSearch(client, namespace)
        self._passages = PassageKeys(client, namespace)
        self._vectors = VectorField.from_schema(schema)
        self._kept_vectors = KeptVectors(client, schema.index.name, self._vectors.size)
        self._counts = PassageCounts(client, schema.index.name)
        self._languages: frozenset[str] = frozenset()
        self._languages_until = 0.0
        is_graph = schema.fields["vector"].attrs.algorithm.value.lower() == "hnsw"
        self._may_have_most = is_shared and is_graph
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

    @property
    def kept_vectors(self) -> KeptVectors:
        """The vectors that are stored, by what was embedded."""
        return self._kept_vectors

    async def languages(self) -> frozenset[str]:
        """The languages of all documents, by their codes; none without an index.

        Asked for once in `LANGUAGES_S`: a question takes one round trip.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        if self._languages and time.monotonic() < self._languages_until:
            return self._languages
        asked: Any = self._client.execute_command(  # type: ignore[no-untyped-call]
            "FT.TAGVALS", self.schema.index.name, "language"
        )
        with storage_errors("the search"):
            try:
                self._languages = frozenset(map(as_text, await asked))
            except ResponseError as error:
                if not says_unknown(error):
                    raise
                self._languages = frozenset()
        self._languages_until = time.monotonic() + LANGUAGES_S
        return self._languages

    async def aquery(
        self,
        query: VectorStoreQuery,
        *,
        words: Words | None = None,
        more: int = 0,
        **kwargs: Any,
    ) -> VectorStoreQueryResult:
        """The visible passages nearest to the query's embedding, within its filters.

        With `words` also those that have most of them, both fused by reciprocal rank. The
        similarity is the cosine, 0 of what was found by its words alone. Up to `more` follow
        beyond those that are asked for, as far as they are found at no further cost.

        Raises:
            StorageUnavailable: Redis does not answer.
            StorageError: it refuses the query.
            ValueError: there is no embedding, or a filter of a kind that is not made here.
        """
        if query.query_embedding is None:
            raise ValueError("passages are searched for with an embedding")
        vector = self._vectors.encode(query.query_embedding)
        wanted = to_filter(query.filters)
        # A tag that nearly all have counts for next to nothing, and costs less as it is.
        is_common = bool(self._nearly_all) and wanted == self._nearly_all
        within = wanted if is_common else to_unscored_filter(query.filters)
        by_words = words is not None and bool(words.asked)
        limit = query.similarity_top_k + more
        count = max(limit, DEPTH) if by_words else limit
        # To carry all fields of all that is ranked costs Redis more than to rank it, and many
        # times what the few that are best cost when they are read afterwards.
        told = _RANKED if count > limit else FIELDS

        def queries(hidden: frozenset[str], how: str = "") -> list[Query]:
            nearest = _nearest(excluding(wanted, hidden), vector, count, told, how)
            sought = words.to_query(excluding(within, hidden), counts) if words else ""
            return [nearest, _with_words(sought, count, told)] if sought else [nearest]

        with storage_errors("the search"):
            counts = await self._frequencies(words, wanted) if words and by_words else {}
            found: list[list[Found]] = [[]]
            if is_common or await self._lets_most_through(wanted):
                found = await self._search(lambda hidden: queries(hidden, _IN_BATCHES))
            # Short: there are no more, or it lost its way among what is others' after all.
            if len(found[0]) < query.similarity_top_k:
                found = await self._search(queries)
            best = _fused(found, words.names if words else ())[:limit]
            if told is not FIELDS:
                best = await self._read(best)
        nodes = [to_node(fields) for fields in best]
        found_by = [
            (way, {one["id"] for one in ranking}) for way, ranking in zip(WAYS, found, strict=False)
        ]
        for node in nodes:
            node.metadata[FOUND_BY] = [way for way, ids in found_by if node.node_id in ids]
        # What was rounded can be a trifle nearer to itself than is possible.
        scores = [min(1 - float(fields.get(_DISTANCE, 1)), 1.0) for fields in best]
        ids = [node.node_id for node in nodes]
        return VectorStoreQueryResult(nodes=nodes, ids=ids, similarities=scores)

    async def _frequencies(self, words: Words, wanted: str) -> Mapping[str, int]:
        """How many passages have the words, where not all of them are to be ranked."""
        try:
            sought = (word for word, _ in words.fielded())
            return await frequencies(self._counts, sought, wanted)
        except ResponseError as error:
            if not says_unknown(error):
                raise
            return {}  # the search itself makes the index anew

    async def _lets_most_through(self, wanted: str) -> bool:
        """Whether a filter is of libraries that hold most passages, as far as that is asked for."""
        if not self._may_have_most:
            return False
        try:
            return await have_most(self._counts, wanted)
        except ResponseError as error:
            if not says_unknown(error):
                raise
            return False  # the search itself makes the index anew

    async def _read(self, ranked: Sequence[Found]) -> list[Found]:
        """All fields of passages that were ranked, without those that went meanwhile."""
        async with self._client.pipeline(transaction=False) as pipe:
            for fields in ranked:
                key = self._passages.key(fields["id"])
                pipe.execute_command("HMGET", key, *FIELDS)
            with redis_span(HMGET, len(ranked)):
                read = await pipe.execute()
        return [
            fields | _told_of(values)
            for fields, values in zip(ranked, read, strict=True)
            if values[0] is not None
        ]

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
    is_shared: bool = False,
) -> PassageStore:
    """The vector store on `schema`, over a client that the caller opened and closes.

    The index must exist (`ensure_index`). The rest is as in `PassageStore`.
    """
    return PassageStore(
        client, schema, main_owner=main_owner, embedding=embedding, is_shared=is_shared
    )


def _nearest(wanted: str, vector: bytes, count: int, told: Sequence[str], how: str) -> Query:
    query = f"{wanted}=>[KNN {count} @vector $vector AS {_DISTANCE}]{how}"
    returned: Query = ("RETURN", len(told) + 1, *told, _DISTANCE)
    ordered: Query = ("SORTBY", _DISTANCE, "ASC", "LIMIT", 0, count)
    return (query, *returned, *ordered, "PARAMS", 2, "vector", vector)


def _with_words(sought: str, count: int, told: Sequence[str]) -> Query:
    # Stems are asked for as they are: Redis would add what it takes for the stems of these. And the
    # plain `BM25` of Redis is another formula, and finds less (measured).
    how: Query = ("VERBATIM", "SCORER", "BM25STD")
    return (sought, *how, "RETURN", len(told), *told, "LIMIT", 0, count)


def _told_of(values: Sequence[Any]) -> Found:
    """The fields that a passage has, of their values in the order of `FIELDS`."""
    told = [place for place, value in enumerate(values) if value is not None]
    texts = texts_of([values[place] for place in told])
    return {FIELDS[place]: text for place, text in zip(told, texts, strict=True)}


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
