"""Retrieval: the passages nearest to a question, or to several, within a filter."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)

from citewire.storage.keys import owner_tag
from citewire.storage.library.search import Words
from citewire.storage.library.vector_store import PassageStore
from citewire.text.signposts import STATEMENTS, signposts_named
from citewire.text.wishes import without_wishes
from citewire.text.words import search_terms, sought_terms, years
from citewire.workflows.fusion import by_reciprocal_rank, in_turn
from citewire.workflows.spans import unspanned
from citewire.workflows.vocabulary.widening import Vocabulary, shipped_vocabulary

_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ0-9][\w&’'-]+")
"""A capitalised word or a number, which may name a report."""


@dataclass(frozen=True, slots=True)
class PassageFilter:
    """Which passages may be found: an owner's, of the documents, folders and reports named.

    Args:
        owner: whose passages; no other's are ever found.
        doc_ids: empty means any.
        folder_ids: empty means any.
        labels: of organisations, of periods and of kinds, as `storage.library.labels` makes them:
            a document must have one of each of these.
    """

    owner: str
    doc_ids: tuple[str, ...] = ()
    folder_ids: tuple[str, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()

    def to_metadata_filters(self) -> MetadataFilters:
        """The store's own form; the condition is explicit because some stores read none as OR."""
        wanted = [
            ("owner_id", (owner_tag(self.owner),)),
            ("doc_id", self.doc_ids),
            ("folder_id", self.folder_ids),
            *(("labels", some) for some in self.labels),
        ]
        filters: list[MetadataFilter | MetadataFilters] = [
            MetadataFilter(key=key, value=list(ids), operator=FilterOperator.IN)
            for key, ids in wanted
            if ids
        ]
        return MetadataFilters(filters=filters, condition=FilterCondition.AND)


@dataclass
class ReportQuery(QueryBundle):
    """A question as it is searched for.

    Args:
        parts: its own questions, if it has several; each gets its share of the passages.
        forms: other wordings of the same question; what several find counts for more.
    """

    parts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


class PassageRetriever(BaseRetriever):
    """Embeds the question and asks the vector store; one per run, for it holds the run's filter."""

    def __init__(
        self,
        store: PassageStore,
        embed_model: BaseEmbedding,
        *,
        top_k: int,
        filter: PassageFilter,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        super().__init__()
        self._store = store
        self._embed_model = embed_model
        self._top_k = top_k
        self._filters = filter.to_metadata_filters()
        self._vocabulary = shipped_vocabulary() if vocabulary is None else vocabulary

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        raise NotImplementedError("retrieval is async")

    @unspanned
    async def aretrieve(self, str_or_query_bundle: QueryType) -> list[NodeWithScore]:
        """The passages nearest to the question, best first.

        Overrides the library's, whose events and spans cost more than the query itself.

        Raises:
            ModelError: the question cannot be embedded.
            StorageUnavailable: Redis does not answer.
        """
        if isinstance(str_or_query_bundle, str):
            str_or_query_bundle = QueryBundle(str_or_query_bundle)
        return await self._aretrieve(str_or_query_bundle)

    @unspanned
    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if isinstance(query_bundle, ReportQuery) and query_bundle.parts:
            return in_turn(await self._rankings(query_bundle.parts), limit=self._top_k)
        if isinstance(query_bundle, ReportQuery) and query_bundle.forms:
            forms = (query_bundle.query_str, *query_bundle.forms)
            return by_reciprocal_rank(await self._rankings(forms), limit=self._top_k)
        languages = await self._store.languages()
        embedding = await self._embed_model.aget_query_embedding(query_bundle.query_str)
        return await self._nearest(query_bundle.query_str, embedding, languages)

    async def _rankings(self, questions: Sequence[str]) -> list[list[NodeWithScore]]:
        """One request embeds them all, and they are searched for at the same time."""
        languages = await self._store.languages()
        vectors = await self._embed_model.aget_text_embedding_batch(list(questions))
        searches = [
            self._nearest(*pair, languages) for pair in zip(questions, vectors, strict=True)
        ]
        found = await asyncio.gather(*searches, return_exceptions=True)  # none outlives this call
        rankings = []
        for ranking in found:
            if isinstance(ranking, BaseException):
                raise ranking
            rankings.append(ranking)
        return rankings

    async def _nearest(
        self, question: str, embedding: list[float], languages: frozenset[str]
    ) -> list[NodeWithScore]:
        result = await self._store.aquery(
            VectorStoreQuery(
                query_embedding=embedding, similarity_top_k=self._top_k, filters=self._filters
            ),
            words=sought_words(question, self._vocabulary, languages),
        )
        scores = result.similarities or []
        return [
            NodeWithScore(node=node, score=score)
            for node, score in zip(result.nodes or [], scores, strict=True)
        ]


def sought_words(
    question: str, vocabulary: Vocabulary, languages: frozenset[str] = frozenset()
) -> Words:
    """The words that a question is searched for by, and the signposts that it names or implies.

    A question is too short to tell its language for sure, and asks for what reports of another
    language name alike: its words are sought as each language of the library stems them.
    """
    bare = without_wishes(question)
    related = vocabulary.related(search_terms(bare), languages)
    signposts = dict.fromkeys((*signposts_named(question), *STATEMENTS.intersection(related)))
    named = [term for name in _NAME.findall(bare) for term in sought_terms(name, languages)]
    return Words(
        asked=(*signposts, *sought_terms(bare, languages)),
        related=tuple(term for term in related if term not in signposts),
        names=(*named, *sorted(years(bare))),
    )
