"""Retrieval: the passages nearest to a question, or to several, within a filter."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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

from citewire.errors import ModelError
from citewire.storage.keys import Libraries, owner_tag
from citewire.storage.library.labels import organisation_labels, period_labels
from citewire.storage.library.search import Words
from citewire.storage.library.vector_store import PassageStore
from citewire.text.report_kinds import kind_term, kinds_in
from citewire.text.report_periods import period_term, periods_in, widened
from citewire.text.signposts import STATEMENTS, signposts_named
from citewire.text.wishes import without_wishes
from citewire.text.words import search_terms, sought_terms, years
from citewire.workflows.alike import KnownWords, distinct
from citewire.workflows.catalogue.names import NO_NAMES, ReportNames
from citewire.workflows.catalogue.names_kept import KeptNames
from citewire.workflows.fusion import at_once, by_reciprocal_rank, in_turn
from citewire.workflows.limits import off_the_loop
from citewire.workflows.reranking import Reranking
from citewire.workflows.run_context import current_run
from citewire.workflows.spans import unspanned
from citewire.workflows.vocabulary.widening import Vocabulary, shipped_vocabulary

SEVERAL = 2
MOST_SHARES = 4
"""A question about more organisations or periods is searched for as one."""
_COMPARES = re.compile(
    r"\b(?:compar\w{1,8}|versus|vs|vergleich\w{0,4}|gegenüber|frente a|par rapport)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ0-9][\w&’'-]+")
"""A capitalised word or a number, which may name a report."""


SPARE = 2
"""So many times as many passages are ranked as are given: some say what others say."""

MAX_TERMS = 16
"""So many of the words that a model would search for are sought."""


@runtime_checkable
class EmbedsQuestions(Protocol):
    """An embedding model to which questions are not what passages are."""

    async def aget_query_embedding_batch(self, queries: list[str]) -> list[list[float]]:
        """The vectors of several questions."""


@dataclass(frozen=True, slots=True)
class PassageFilter:
    """Which passages may be found: of some libraries, of the documents, folders and reports named.

    Args:
        owner: who asks.
        doc_ids: empty means any.
        folder_ids: empty means any.
        labels: of organisations, of periods and of kinds, as `storage.library.labels` makes them:
            a document must have one of each of these.
        searched: the libraries that are searched, private and shared; None: the private one alone.
        leaves_out: whether these are fewer than may be read.
    """

    owner: str
    doc_ids: tuple[str, ...] = ()
    folder_ids: tuple[str, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()
    searched: Libraries | None = None
    leaves_out: bool = False

    @property
    def libraries(self) -> Libraries:
        """Whose passages; no other's are ever found."""
        return (self.owner,) if self.searched is None else self.searched

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves out any of the passages that may be read."""
        return bool(self.doc_ids or self.folder_ids or self.labels or self.leaves_out)

    def to_metadata_filters(self) -> MetadataFilters:
        """The store's own form; the condition is explicit because some stores read none as OR."""
        if not self.libraries:
            raise ValueError("without a library, passages of all would be found")
        wanted = [
            ("owner_id", tuple(map(owner_tag, self.libraries))),
            ("doc_id", self.doc_ids),
            ("folder_id", self.folder_ids),
            *(("labels", some) for some in self.labels),
        ]
        return _all_of(wanted)


def _labelled(labels: Iterable[Sequence[str]]) -> MetadataFilters:
    """A filter for passages of documents with one of each of these labels."""
    return _all_of(("labels", some) for some in labels)


def _all_of(wanted: Iterable[tuple[str, Sequence[str]]]) -> MetadataFilters:
    filters: list[MetadataFilter | MetadataFilters] = [
        MetadataFilter(key=key, value=list(some), operator=FilterOperator.IN)
        for key, some in wanted
        if some
    ]
    return MetadataFilters(filters=filters, condition=FilterCondition.AND)


@dataclass
class ReportQuery(QueryBundle):
    """A question as it is searched for.

    Args:
        parts: its own questions, if it has several; each gets its share of the passages.
        forms: other wordings of the same question; what several find counts for more.
        terms: words that a model would search for beside it.
    """

    parts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    terms: str = ""


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
        reranking: Reranking | None = None,
        names: KeptNames | None = None,
    ) -> None:
        super().__init__()
        self._store = store
        self._embed_model = embed_model
        self._top_k = top_k
        self._libraries = filter.libraries
        self._filters = filter.to_metadata_filters()
        self._reranking = reranking
        self.fault = ""
        """Why what was found is not in the order of the reranking model."""
        self._names = names
        self._vocabulary = shipped_vocabulary() if vocabulary is None else vocabulary
        self._embedded: dict[str, list[float]] = {}
        self._sought: dict[tuple[str, frozenset[str], str], tuple[ReportNames, Words]] = {}
        self._terms = ""
        self._known: KnownWords = {}

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
        if isinstance(query_bundle, ReportQuery):
            self._terms = query_bundle.terms
        ranked = await self._ranked(query_bundle)
        return distinct(ranked, limit=self._top_k, known=self._known)

    async def _ranked(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """As many passages as are asked for, and more for those that say the same as others."""
        question = query_bundle.query_str
        if isinstance(query_bundle, ReportQuery) and query_bundle.parts:
            rankings = await self._rankings(query_bundle.parts)
            pairs = zip(query_bundle.parts, rankings, strict=True)
            rankings = await asyncio.gather(*(self._reranked(*pair) for pair in pairs))
            return in_turn(rankings, limit=self._depth)
        if isinstance(query_bundle, ReportQuery) and query_bundle.forms:
            forms = (query_bundle.query_str, *query_bundle.forms)
            rankings = await self._rankings(forms)
            fused = by_reciprocal_rank(rankings, limit=self._depth)
            return await self._reranked(question, fused)
        languages, names = await self._library()
        embedding = await self._embedding(question)
        words = await self._words(question, languages, names)
        shares = await off_the_loop(question, (), self._shares, question, names)
        if not shares:
            return await self._reranked(question, await self._nearest(embedding, words))
        whole = self._nearest(embedding, words)
        parts = [self._nearest(embedding, words, [one]) for one in shares]
        *rankings, best = await at_once([*parts, whole])
        # The best of all have a share, too: what is asked for may stand in another report.
        several = [share for share in rankings if share]
        if len(several) < 2:
            return await self._reranked(question, best)
        rankings = await asyncio.gather(
            *(self._reranked(question, one) for one in (*several, best))
        )
        return in_turn(rankings, limit=self._depth)

    @property
    def _depth(self) -> int:
        """So many passages are ranked."""
        least = self._reranking.count if self._reranking else 0
        return max(SPARE * self._top_k, least)

    async def _reranked(self, question: str, found: list[NodeWithScore]) -> list[NodeWithScore]:
        """In the order of the reranking model; as they were if it fails, which is noted."""
        if self._reranking is None:
            return found
        try:
            return await self._reranking.ordered(question, found)
        except ModelError as error:
            self.fault = str(error)
            return found

    @property
    def top_k(self) -> int:
        """So many passages are found at most."""
        return self._top_k

    async def search(
        self, question: str, within: Sequence[MetadataFilters] = ()
    ) -> list[NodeWithScore]:
        """The passages nearest to one question; what was embedded before is not embedded again.

        Args:
            question: to search for.
            within: filters beside those of the run.

        Raises:
            ModelError: the question cannot be embedded.
            StorageUnavailable: Redis does not answer.
        """
        languages, names = await self._library()
        embedding = await self._embedding(question)
        words = await self._words(question, languages, names)
        nearest = await self._nearest(embedding, words, within)
        return distinct(nearest, limit=self._top_k, known=self._known)

    async def _embedding(self, question: str) -> list[float]:
        embedding = self._embedded.get(question)
        if embedding is None:
            async with current_run().place.aside():
                embedding = await self._embed_model.aget_query_embedding(question)
            self._embedded[question] = embedding
        return embedding

    async def _library(self) -> tuple[frozenset[str], ReportNames]:
        """The languages of the documents, and the names of the reports."""
        names = await self._names.of(self._libraries) if self._names else NO_NAMES
        return await self._store.languages(), names

    def _shares(self, question: str, names: ReportNames) -> list[MetadataFilters]:
        """What is searched in turn for a question about several organisations or periods."""
        named = [organisation_labels((one.name,)) for one in names.named_in(question)]
        shares: list[tuple[tuple[str, ...], ...]] = [(one,) for one in named]
        if len(named) < SEVERAL and _COMPARES.search(question):
            shares = [(*named, period_labels((one,))) for one in periods_in(question)]
        if not SEVERAL <= len(shares) <= MOST_SHARES:
            return []
        return [_labelled(one) for one in shares]

    async def _rankings(self, questions: Sequence[str]) -> list[list[NodeWithScore]]:
        """One request embeds them all, and they are searched for at the same time."""
        languages, names = await self._library()
        vectors = await self._embed(list(questions))
        self._embedded.update(zip(questions, vectors, strict=True))
        words = [await self._words(question, languages, names) for question in questions]
        return await at_once(self._nearest(*pair) for pair in zip(vectors, words, strict=True))

    async def _embed(self, questions: list[str]) -> list[list[float]]:
        model = self._embed_model
        async with current_run().place.aside():
            if isinstance(model, EmbedsQuestions):
                return await model.aget_query_embedding_batch(questions)
            return await model.aget_text_embedding_batch(questions)

    async def _words(self, question: str, languages: frozenset[str], names: ReportNames) -> Words:
        """The words of a question, as `sought_words`; the loop does not wait for a long one's."""
        # Names that were read anew are others, and are alive here as long as they are compared.
        made_of = (question, languages, self._terms)
        kept_names, words = self._sought.get(made_of, (None, None))
        if words is None or kept_names is not names:
            words = await off_the_loop(
                question,
                (),
                sought_words,
                question,
                self._vocabulary,
                languages,
                names,
                terms=self._terms,
            )
            self._sought[made_of] = (names, words)
        return words

    async def _nearest(
        self,
        embedding: list[float],
        words: Words,
        within: Sequence[MetadataFilters] = (),
    ) -> list[NodeWithScore]:
        both = MetadataFilters(
            filters=[*self._filters.filters, *within], condition=FilterCondition.AND
        )
        filters = both if within else self._filters
        result = await self._store.aquery(
            VectorStoreQuery(
                query_embedding=embedding, similarity_top_k=self._top_k, filters=filters
            ),
            words=words,
            more=self._depth - self._top_k,
        )
        scores = result.similarities or []
        return [
            NodeWithScore(node=node, score=score)
            for node, score in zip(result.nodes or [], scores, strict=True)
        ]


def sought_words(
    question: str,
    vocabulary: Vocabulary,
    languages: frozenset[str] = frozenset(),
    names: ReportNames = NO_NAMES,
    *,
    terms: str = "",
) -> Words:
    """The words that a question is searched for by, and the signposts that it names or implies.

    A question is too short to tell its language for sure, and asks for what reports of another
    language name alike: its words are sought as each language of the library stems them.

    Args:
        question: that stands alone.
        vocabulary: widens it.
        languages: of the library.
        names: of its reports.
        terms: words that a model would search for beside it; they count like the vocabulary's.
    """
    bare = without_wishes(question)
    told = vocabulary.related(search_terms(bare), languages)
    related = dict.fromkeys((*told, *sought_terms(terms, languages)[:MAX_TERMS]))
    signposts = dict.fromkeys(
        (*signposts_named(f"{question} {terms}"), *STATEMENTS.intersection(told))
    )
    named = [term for name in _NAME.findall(bare) for term in sought_terms(name, languages)]
    respelt = [term for word in names.respelt(bare) for term in sought_terms(word, languages)]
    known = [
        term
        for one in names.named_in(bare)
        for term in sought_terms(" ".join(one.words), languages)
    ]
    periods = [period_term(period) for period in widened(periods_in(bare))]
    kinds = [kind_term(kind) for kind in kinds_in(question)]
    return Words(
        asked=(*signposts, *sought_terms(bare, languages), *respelt),
        related=tuple(term for term in related if term not in signposts),
        names=(*named, *known, *respelt, *sorted(years(bare)), *periods, *kinds),
    )
