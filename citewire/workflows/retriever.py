"""Retrieval: the passages nearest to a question, within a filter."""

from dataclasses import dataclass

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)

from citewire.storage.keys import owner_tag
from citewire.workflows.spans import unspanned


@dataclass(frozen=True, slots=True)
class PassageFilter:
    """Which passages may be found: an owner's, of the documents and folders named.

    Args:
        owner: whose passages; no other's are ever found.
        doc_ids: empty means any.
        folder_ids: empty means any.
    """

    owner: str
    doc_ids: tuple[str, ...] = ()
    folder_ids: tuple[str, ...] = ()

    def to_metadata_filters(self) -> MetadataFilters:
        """The store's own form; the condition is explicit because the store reads none as OR."""
        wanted = [
            ("owner_id", (owner_tag(self.owner),)),
            ("doc_id", self.doc_ids),
            ("folder_id", self.folder_ids),
        ]
        filters: list[MetadataFilter | MetadataFilters] = [
            MetadataFilter(key=key, value=list(ids), operator=FilterOperator.IN)
            for key, ids in wanted
            if ids
        ]
        return MetadataFilters(filters=filters, condition=FilterCondition.AND)


class PassageRetriever(BaseRetriever):
    """Embeds the question and asks the vector store; one per run, for it holds the run's filter."""

    def __init__(
        self,
        store: BasePydanticVectorStore,
        embed_model: BaseEmbedding,
        *,
        top_k: int,
        filter: PassageFilter,
    ) -> None:
        super().__init__()
        self._store = store
        self._embed_model = embed_model
        self._top_k = top_k
        self._filters = filter.to_metadata_filters()

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
        embedding = await self._embed_model.aget_query_embedding(query_bundle.query_str)
        result = await self._store.aquery(
            VectorStoreQuery(
                query_embedding=embedding, similarity_top_k=self._top_k, filters=self._filters
            )
        )
        scores = result.similarities or []
        return [
            NodeWithScore(node=node, score=score)
            for node, score in zip(result.nodes or [], scores, strict=True)
        ]
