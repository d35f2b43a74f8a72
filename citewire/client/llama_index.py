"""Citewire for LlamaIndex: a retriever of passages, and a query engine of checked answers."""

from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from citewire.client.answer import CitedAnswer
from citewire.client.http import AsyncClient, Filters
from citewire.client.source_text import facts_of, readable_text
from citewire.client.sync import Client
from citewire.client.wire import Source

ASYNC_ONLY = "this was made with an AsyncClient: await it, or make it with a Client"


def to_node(source: Source) -> NodeWithScore:
    """A passage as a node, without what is withheld from models."""
    node = TextNode(id_=source.passage_id, text=readable_text(source), metadata=facts_of(source))
    return NodeWithScore(node=node, score=source.score)


class CitewireRetriever(BaseRetriever):
    """Finds passages by `POST /search`.

    Args:
        client: asks the server; with an AsyncClient it can only be awaited.
        limit: so many passages at most.
        filters: which documents are searched.
    """

    def __init__(
        self, client: Client | AsyncClient, *, limit: int = 10, filters: Filters | None = None
    ) -> None:
        self._client = client
        self._limit = limit
        self._filters = filters
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if isinstance(self._client, AsyncClient):
            raise TypeError(ASYNC_ONLY)
        asked = query_bundle.query_str
        found = self._client.search(asked, limit=self._limit, filters=self._filters)
        return list(map(to_node, found))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if isinstance(self._client, Client):
            return self._retrieve(query_bundle)
        asked = query_bundle.query_str
        found = await self._client.search(asked, limit=self._limit, filters=self._filters)
        return list(map(to_node, found))


class CitewireQueryEngine(BaseQueryEngine):
    """Answers with checked citations; they are in the metadata of the response.

    Args:
        client: asks the server; with an AsyncClient it can only be awaited.
        filters: which documents may answer.
    """

    def __init__(self, client: Client | AsyncClient, *, filters: Filters | None = None) -> None:
        self._client = client
        self._filters = filters
        super().__init__(callback_manager=None)

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        if isinstance(self._client, AsyncClient):
            raise TypeError(ASYNC_ONLY)
        asked = query_bundle.query_str
        return _response(self._client.answer(asked, filters=self._filters, pages=0))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        if isinstance(self._client, Client):
            return self._query(query_bundle)
        asked = query_bundle.query_str
        return _response(await self._client.answer(asked, filters=self._filters, pages=0))

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _response(answer: CitedAnswer) -> Response:
    facts: dict[str, Any] = {
        "evidence": answer.evidence,
        "citations": [citation.model_dump() for citation in answer.citations],
        "warnings": [warning.model_dump() for warning in answer.warnings],
        "end": answer.end,
        "finish_reason": answer.finish_reason,
        "run_id": answer.run_id,
    }
    return Response(answer.text, [to_node(one) for one in answer.sources], facts)
