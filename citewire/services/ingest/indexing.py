"""What there must be when there is something to embed: the model, and the index that it is for.

Apart from the rest, because importing it takes longer than a run that finds nothing new.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding

from citewire.services.ingest.embedding import Vector
from citewire.storage.keys import Fields
from citewire.storage.library.passage_record import embedded_fields
from citewire.storage.library.vector_store import PassageStore


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
