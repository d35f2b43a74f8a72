"""Citewire for LangChain: a retriever of passages; needs the extra `langchain`."""

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from citewire.client.http import AsyncClient
from citewire.client.source_text import facts_of, readable_text
from citewire.client.sync import Client
from citewire.client.wire import Source


class CitewireLangChainRetriever(BaseRetriever):
    """Finds passages by `POST /search`.

    `client` asks the server; with an AsyncClient it can only be awaited. `limit` is how many
    passages at most, `filters` says which documents are searched.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client: Client | AsyncClient
    limit: int = 10
    filters: dict[str, list[str]] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        if isinstance(self.client, AsyncClient):
            raise TypeError("this was made with an AsyncClient: await it, or give it a Client")
        found = self.client.search(query, limit=self.limit, filters=self.filters)
        return list(map(_document, found))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        if isinstance(self.client, Client):
            return await super()._aget_relevant_documents(query, run_manager=run_manager)
        found = await self.client.search(query, limit=self.limit, filters=self.filters)
        return list(map(_document, found))


def _document(source: Source) -> Document:
    facts = facts_of(source) | {"score": source.score}
    return Document(id=source.passage_id, page_content=readable_text(source), metadata=facts)
