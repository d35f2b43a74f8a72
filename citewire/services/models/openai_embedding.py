"""The embedding model: LlamaIndex's `OpenAIEmbedding`, with our own HTTP side under it."""

import binascii
import math
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.embeddings.openai import OpenAIEmbedding
from numpy.typing import NDArray

from citewire.errors import ConfigurationError, ModelError, TooLongForModel
from citewire.services.models.names import KNOWN_DIMS
from citewire.services.models.openai_chat import HELD_BY_PROVIDER
from citewire.services.models.wire import Provider
from citewire.workflows.spans import unspanned

Vector = NDArray[np.float32]

SHORTEST_PIECE = 100
"""Characters; what is refused for its length although it is shorter is refused for good."""

MAX_REQUEST_BYTES = 600_000
"""OpenAI takes 300,000 tokens in one request, and no text has more than one token in 2 bytes
for long; a text of its own is never cut."""


class WireOpenAIEmbedding(OpenAIEmbedding):
    """An embedding model of an OpenAI-compatible provider, whatever its name.

    Only the asynchronous calls go through `Provider`; the synchronous ones are inherited and not
    usable. Both go without LlamaIndex's events and spans, which cost another 0.1 ms, and for
    passages a copy of each vector.

    Args:
        provider: the HTTP side.
        model_name: the name that the provider knows.
        dims: the vector size. Needed for names that OpenAI does not know; the text-embedding-3
            models are asked to shorten their vectors to it.
        embed_batch_size: most texts in one request.

    Raises:
        ConfigurationError: the vector size is not known, or not one that the model has.
    """

    _provider: Provider = PrivateAttr()
    _dims: int = PrivateAttr()
    _options: dict[str, Any] = PrivateAttr()

    def __init__(
        self,
        *,
        provider: Provider,
        model_name: str,
        dims: int | None = None,
        embed_batch_size: int = 64,
    ) -> None:
        super().__init__(
            model_name=model_name,
            embed_batch_size=embed_batch_size,
            api_key=HELD_BY_PROVIDER,
            api_base=provider.base_url,
            max_retries=0,
        )
        self._provider = provider
        self._dims = _dims_of(model_name, dims)
        self._options = {"model": model_name, "encoding_format": "base64"}
        if dims is not None and model_name.startswith("text-embedding-3-"):
            self._options["dimensions"] = dims

    @property
    def dims(self) -> int:
        """The size of every vector that this model gives."""
        return self._dims

    @unspanned
    async def aget_query_embedding(self, query: str) -> list[float]:
        """Embed a question.

        What comes back is a NumPy array, which is a sequence of floats to all who read it: as a
        list of Python floats 1,536 dimensions take 49 kB, and only the store looks at them.

        Raises:
            ModelError: of the class that fits the fault.
        """
        return cast(list[float], (await self._embed([query]))[0])

    @unspanned
    async def aget_text_embedding_batch(
        self, texts: list[str], show_progress: bool = False, **kwargs: Any
    ) -> list[list[float]]:
        """Embed passages, in requests one after another; NumPy arrays, as above.

        Raises:
            ModelError: of the class that fits the fault.
        """
        batches = _batches(texts, self.embed_batch_size)
        return cast(list[list[float]], [one for b in batches for one in await self._embed(b)])

    @unspanned
    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await self._aget_text_embedding(query)

    @unspanned
    async def _aget_text_embedding(self, text: str) -> list[float]:
        [vector] = await self._aget_text_embeddings([text])
        return vector

    @unspanned
    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [list(vector) for vector in await self.aget_text_embedding_batch(texts)]

    async def _embed(self, texts: list[str]) -> list[Vector]:
        """Embed texts; one that is longer than the model takes has the mean of its halves."""
        try:
            return await self._embed_as_they_are(texts)
        except TooLongForModel as error:
            if len(texts) > 1:
                middle = len(texts) // 2
                return [*await self._embed(texts[:middle]), *await self._embed(texts[middle:])]
            [text] = texts
            if len(text) < SHORTEST_PIECE:
                raise TooLongForModel(
                    f"the text is longer than the embedding model {self.model_name} takes, also"
                    " in pieces: shorten it, or choose another CITEWIRE_EMBED_MODEL"
                ) from error
            halves = await self._embed(_halves(text))
        return [_mean(halves)]

    async def _embed_as_they_are(self, texts: list[str]) -> list[Vector]:
        # Line breaks as in the class above: both kinds of vectors must be comparable.
        wanted = [text.replace("\n", " ") for text in texts]
        answer = await self._provider.post_json("embeddings", {**self._options, "input": wanted})
        try:
            found = _in_order(answer.get("data") or ())
        except (AttributeError, TypeError, ValueError) as error:
            raise ModelError(f"the embedding model {self.model_name} gave no vectors") from error
        if len(found) != len(texts):
            raise ModelError(
                f"the embedding model {self.model_name} gave {len(found)} vectors"
                f" for {len(texts)} texts"
            )
        return [self._vector(item.get("embedding")) for item in found]

    def _vector(self, value: object) -> Vector:
        """Decode base64 of little-endian float32, or take the list that some servers send."""
        try:
            vector = (
                np.frombuffer(binascii.a2b_base64(value), "<f4")
                if isinstance(value, str)
                else np.asarray(value, np.float32)
            )
        except (ValueError, TypeError) as error:
            raise ModelError(f"the embedding model {self.model_name} gave no vector") from error
        if vector.ndim != 1:
            raise ModelError(f"the embedding model {self.model_name} gave no vector")
        if vector.shape != (self._dims,):
            raise ModelError(
                f"the embedding model {self.model_name} gives {vector.size} dimensions where"
                f" {self._dims} are wanted: set CITEWIRE_EMBED_DIM={vector.size}"
            )
        # A passage with no direction would be found first for every question, or never.
        if not 0 < float(vector.dot(vector)) < math.inf:
            raise ModelError(
                f"the embedding model {self.model_name} gave a vector without direction"
            )
        return vector


def _in_order(data: Any) -> list[dict[str, Any]]:
    """The vectors as their texts were sent; without an index they stand so already."""
    given = [(item.get("index"), item) for item in data]
    if any(index is None for index, _ in given):
        return [item for _, item in given]
    return [item for _, item in sorted(given, key=lambda pair: int(pair[0]))]


def _halves(text: str) -> list[str]:
    """A text in two pieces, cut between words if there are any near the middle."""
    middle = len(text) // 2
    space = text.find(" ", middle, middle + SHORTEST_PIECE // 4)
    cut = space if space > 0 else middle
    return [text[:cut], text[cut:]]


def _mean(vectors: list[Vector]) -> Vector:
    """Their mean, of length one as those of texts are."""
    mean = np.mean(vectors, axis=0, dtype=np.float32)
    length = float(np.linalg.norm(mean))
    return cast(Vector, mean / np.float32(length)) if length else vectors[0]


def _batches(texts: list[str], size: int) -> Iterator[list[str]]:
    """Cut into requests of at most `size` texts and `MAX_REQUEST_BYTES`."""
    batch: list[str] = []
    room = MAX_REQUEST_BYTES
    for text in texts:
        need = len(text.encode())
        if batch and (len(batch) == size or need > room):
            yield batch
            batch, room = [], MAX_REQUEST_BYTES
        batch.append(text)
        room -= need
    if batch:
        yield batch


def _dims_of(model: str, dims: int | None) -> int:
    known = KNOWN_DIMS.get(model)
    if dims is None:
        if known is None:
            raise ConfigurationError(
                f"the vector size of {model} is not known: set CITEWIRE_EMBED_DIM"
            )
        return known
    shortens = model.startswith("text-embedding-3-")
    if known is not None and (dims > known or (dims != known and not shortens)):
        raise ConfigurationError(f"CITEWIRE_EMBED_DIM: {model} has {known} dimensions, not {dims}")
    return dims
