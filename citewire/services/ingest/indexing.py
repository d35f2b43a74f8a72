"""What is opened when there is something to embed: the model, and the index that it is for.

Apart from the rest, because importing it takes longer than a run that finds nothing new.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding

from citewire.services.ingest.embedding import Vector
from citewire.services.models.build import open_models
from citewire.settings import Settings
from citewire.storage.index.opening import open_index
from citewire.storage.keys import Fields
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.passage_record import embedded_fields
from citewire.storage.library.vector_store import PassageStore, build_vector_store


@dataclass(frozen=True, slots=True)
class Indexing:
    """An embedding model and the store whose index fits it."""

    model: BaseEmbedding
    store: PassageStore

    async def embed(self, texts: list[str]) -> Sequence[Vector]:
        """The vectors of `texts`."""
        return await self.model.aget_text_embedding_batch(texts)

    def fields(self, fields: Fields, vector: Vector) -> Fields:
        """The fields of a passage with its vector; IndexMismatch if its size does not fit."""
        return embedded_fields(self.store.vectors, fields, vector)


@asynccontextmanager
async def open_indexing(
    settings: Settings, documents: DocumentStore
) -> AsyncGenerator[Indexing, None]:
    """Open the embedding model of the settings; the index is created if there is none.

    Raises:
        ConfigurationError, StorageError: something is missing or does not fit; the message says
            what to do.
    """
    async with open_models(settings) as models:
        embeddings = models.embeddings
        schema = await open_index(
            documents.client,
            namespace=documents.namespace,
            dims=embeddings.dims,
            algorithm=settings.storage.index_algorithm,
            embedding=embeddings.name,
        )
        yield Indexing(embeddings.model, build_vector_store(documents.client, schema))
