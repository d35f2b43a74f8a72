"""all-MiniLM-L6-v2 as a LlamaIndex embedding model, on the CPU and without torch."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import onnxruntime
from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from numpy.typing import NDArray
from pydantic import PrivateAttr
from tokenizers import Tokenizer

from citewire.errors import ConfigurationError
from citewire.services.models.minilm.session import model_folder, open_session
from citewire.services.models.names import LOCAL_DIMS, LOCAL_EMBEDDING
from citewire.workflows.spans import unspanned

MAX_TOKENS = 256

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], list[list[int]]]

# Padded tokens per run: larger batches are no faster on a CPU, and a question that arrives while
# a folder is embedded waits for one batch (about 80 ms on two cores).
_BATCH_TOKENS = 1024


class MiniLMEmbedding(BaseEmbedding):
    """384 dimensions, unit length, at most 256 word pieces of each text.

    The async methods run on one thread that the object owns, so the event loop stays free;
    cancelling one stops it after the batch at hand. Close it, or use it as a context manager.
    """

    _session: onnxruntime.InferenceSession = PrivateAttr()
    _encode: Encode = PrivateAttr()
    _executor: ThreadPoolExecutor = PrivateAttr()

    def __init__(self, *, session: onnxruntime.InferenceSession, encode: Encode) -> None:
        """Take what `build_minilm` opened.

        Args:
            session: the model; takes `ids` and `mask`, gives unit vectors.
            encode: word-piece ids of each text, with the special tokens, at most `MAX_TOKENS`.
        """
        super().__init__(model_name=LOCAL_EMBEDDING, embed_batch_size=256)
        self._session = session
        self._encode = encode
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="minilm")

    @property
    def fingerprint(self) -> str:
        """Names the model whose vectors these are; vectors of another are not comparable."""
        return LOCAL_EMBEDDING

    def close(self) -> None:
        """Wait for the batch at hand and end the thread; nothing can be embedded after it."""
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

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, one row each, in the given order."""
        vectors = np.empty((len(texts), LOCAL_DIMS), dtype=np.float32)
        encoded = self._encode(texts)
        for rows in _batches(encoded):
            vectors[rows] = self._run([encoded[row] for row in rows])
        return vectors

    async def aembed(self, texts: Sequence[str]) -> Vectors:
        """As `embed`, off the event loop; other callers get their turn between two batches."""
        loop = asyncio.get_running_loop()
        vectors = np.empty((len(texts), LOCAL_DIMS), dtype=np.float32)
        encoded = await loop.run_in_executor(self._executor, self._encode, texts)
        for rows in _batches(encoded):
            batch = [encoded[row] for row in rows]
            vectors[rows] = await loop.run_in_executor(self._executor, self._run, batch)
        return vectors

    def _run(self, batch: Sequence[Sequence[int]]) -> Vectors:
        width = max(len(tokens) for tokens in batch)
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        (vectors,) = self._session.run(None, {"ids": ids, "mask": mask})
        return np.asarray(vectors, dtype=np.float32)

    @unspanned
    async def aget_text_embedding_batch(
        self, texts: list[str], show_progress: bool = False, **kwargs: Any
    ) -> list[Embedding]:
        """Embed passages without LlamaIndex's events, which copy each vector; as NumPy arrays."""
        return cast(list[Embedding], list(await self.aembed(texts)))

    def _get_query_embedding(self, query: str) -> Embedding:
        return self._get_text_embeddings([query])[0]

    def _get_text_embedding(self, text: str) -> Embedding:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return _to_lists(self.embed(texts))

    async def _aget_query_embedding(self, query: str) -> Embedding:
        return (await self._aget_text_embeddings([query]))[0]

    async def _aget_text_embedding(self, text: str) -> Embedding:
        return (await self._aget_text_embeddings([text]))[0]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return _to_lists(await self.aembed(texts))


def build_minilm(cache_dir: Path, *, threads: int | None = None) -> MiniLMEmbedding:
    """Load the model; the first time on a machine its graph is built, which takes seconds.

    Args:
        cache_dir: folder in which the graph is kept (90 MB).
        threads: CPU threads per run; None for as many as there are.

    Raises:
        ConfigurationError: the weights are not installed or altered, or `cache_dir` cannot be
            written.
    """
    tokenizer = _load_tokenizer(model_folder() / "tokenizer.json")

    def encode(texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]

    session = open_session(cache_dir, threads=threads or _cpu_count())
    return MiniLMEmbedding(session=session, encode=encode)


def _load_tokenizer(path: Path) -> Tokenizer:
    if not path.is_file():
        raise ConfigurationError(f"the local embedding model has no tokeniser at {path}")
    tokenizer = Tokenizer.from_file(str(path))
    # The file asks for 128 tokens, padded to the full: neither is how the model is meant to run.
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _cpu_count() -> int:
    """CPUs that this process may use, which in a container are fewer than the machine's."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def _batches(encoded: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Row numbers, longest first, cut so that a batch holds few tokens of padding and of all."""
    rows = sorted(range(len(encoded)), key=lambda row: len(encoded[row]), reverse=True)
    while rows:
        size = max(1, _BATCH_TOKENS // len(encoded[rows[0]]))
        yield rows[:size]
        rows = rows[size:]


def _to_lists(vectors: Vectors) -> list[Embedding]:
    lists: list[Embedding] = vectors.tolist()
    return lists
