"""A model of this machine as a LlamaIndex embedding model."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Protocol, Self, cast

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from numpy.typing import NDArray
from pydantic import PrivateAttr

from citewire.services.models.traced import local_span
from citewire.workflows.spans import unspanned

Vectors = NDArray[np.float32]
Batch = tuple[list[int], Any]
"""Row numbers, and their texts as the model takes them."""


class LocalModel(Protocol):
    """What gives vectors of length one."""

    at_once: int
    """So many threads may run it at a time."""

    def batches(self, texts: Sequence[str], *, is_question: bool) -> Iterator[Batch]:
        """The texts in batches that take less than a tenth of a second."""

    def run(self, batch: Any) -> Vectors:
        """The vectors of one batch, one row each."""


class LocalEmbedding(BaseEmbedding):
    """Vectors of length one from a model of this machine.

    The async methods run on threads that the object owns, so the event loop stays free;
    cancelling one stops it after the batches at hand. Close it, or use it as a context manager.
    """

    _model: LocalModel = PrivateAttr()
    _dims: int = PrivateAttr()
    _executor: ThreadPoolExecutor = PrivateAttr()

    def __init__(self, model: LocalModel, *, name: str, dims: int) -> None:
        """Take a model that is loaded.

        Args:
            model: gives the vectors.
            name: that the index knows it by; vectors of another are not comparable.
            dims: of its vectors.
        """
        super().__init__(model_name=name, embed_batch_size=256)
        self._model = model
        self._dims = dims
        self._executor = ThreadPoolExecutor(model.at_once, thread_name_prefix="embedding")

    @property
    def dims(self) -> int:
        """The size of every vector that this model gives."""
        return self._dims

    def close(self) -> None:
        """Wait for the batches at hand and end the threads; nothing can be embedded after it."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def embed(self, texts: Sequence[str], *, is_question: bool = False) -> Vectors:
        """The vectors of `texts`, one row each, in the given order."""
        vectors = np.empty((len(texts), self._dims), dtype=np.float32)
        batches = list(self._model.batches(texts, is_question=is_question))
        runs = self._executor.map(self._model.run, (batch for _, batch in batches))
        for (rows, _), found in zip(batches, runs, strict=True):
            vectors[rows] = found
        return vectors

    async def aembed(self, texts: Sequence[str], *, is_question: bool = False) -> Vectors:
        """As `embed`, off the event loop; other callers get their turn between two batches.

        No more batches wait for a thread than there are threads, so that a question that comes
        while a folder is embedded waits for two at most.
        """
        loop = asyncio.get_running_loop()
        vectors = np.empty((len(texts), self._dims), dtype=np.float32)

        def cut() -> list[Batch]:
            return list(self._model.batches(texts, is_question=is_question))

        async def run() -> None:
            for rows, batch in batches:
                vectors[rows] = await loop.run_in_executor(self._executor, self._model.run, batch)

        with local_span(self.model_name, texts):
            batches = iter(await loop.run_in_executor(self._executor, cut))
            try:
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(min(self._model.at_once, len(texts))):
                        tasks.create_task(run())
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from None
        return vectors

    @unspanned
    async def aget_text_embedding_batch(
        self, texts: list[str], show_progress: bool = False, **kwargs: Any
    ) -> list[Embedding]:
        """Embed passages without LlamaIndex's events, which copy each vector; as NumPy arrays."""
        return cast(list[Embedding], list(await self.aembed(texts)))

    async def aget_query_embedding_batch(self, queries: list[str]) -> list[Embedding]:
        """Embed questions, all at once; as NumPy arrays."""
        return cast(list[Embedding], list(await self.aembed(queries, is_question=True)))

    def _get_query_embedding(self, query: str) -> Embedding:
        return _to_lists(self.embed([query], is_question=True))[0]

    def _get_text_embedding(self, text: str) -> Embedding:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return _to_lists(self.embed(texts))

    async def _aget_query_embedding(self, query: str) -> Embedding:
        return _to_lists(await self.aembed([query], is_question=True))[0]

    async def _aget_text_embedding(self, text: str) -> Embedding:
        return (await self._aget_text_embeddings([text]))[0]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return _to_lists(await self.aembed(texts))


def _to_lists(vectors: Vectors) -> list[Embedding]:
    lists: list[Embedding] = vectors.tolist()
    return lists
