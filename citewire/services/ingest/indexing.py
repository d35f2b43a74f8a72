"""What there must be when there is something to embed: the model, and the index that it is for.

Apart from the rest, because importing it takes longer than a run that finds nothing new.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding

from citewire.services.ingest.embedding import Vector
from citewire.storage.library.passage_record import stored_vector
from citewire.storage.library.vector_store import PassageStore


@dataclass(frozen=True, slots=True)
class Indexing:
    """An embedding model and the store whose index fits it."""

    model: BaseEmbedding
    store: PassageStore

    async def embed(self, texts: list[str]) -> Sequence[Vector]:
        """The vectors of `texts`."""
        return await self.model.aget_text_embedding_batch(texts)

    @property
    def made_by(self) -> str:
        """The model, and how the index takes its vectors."""
        vectors = self.store.vectors
        return f"{self.model.model_name} {vectors.dims} {vectors.dtype}"

    def stored(self, vector: Vector) -> bytes:
        """A vector as it is stored; IndexMismatch if its size does not fit."""
        return stored_vector(self.store.vectors, vector)

    async def kept(self, digests: Sequence[bytes], libraries: Sequence[str]) -> list[bytes | None]:
        """The stored vectors of texts in libraries, by their digests and tags."""
        return await self.store.kept_vectors.find(digests, libraries)
