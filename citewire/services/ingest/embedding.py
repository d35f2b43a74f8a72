"""Embedding in batches: whatever waits, of whichever document, goes into one request."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from citewire.errors import ModelError, ModelRejected
from citewire.services.ingest.stages import Busy

MAX_BATCH_TOKENS = 100_000
"""A third of what OpenAI takes in one request; the estimate may be that wrong."""

Vector = Sequence[float]
"""Models give NumPy arrays: as lists of floats they would take eight times the memory."""

Embed = Callable[[list[str]], Awaitable[Sequence[Vector]]]


class Embeddable(Protocol):
    """A text with its size in tokens."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def tokens(self) -> int:
        """Its estimated size."""


@dataclass(eq=False, slots=True)
class _Waiting:
    owner: str
    text: str
    tokens: int
    vector: "asyncio.Future[Vector | ModelError]" = field(repr=False)


class Embedder:
    """Embeds for several documents at once; `work` does it, in as many tasks as wanted.

    Args:
        embed: gives the vectors of texts in one request.
        max_texts: most texts in one request.
        max_tokens: most tokens in one request, unless a single text has more.
        busy: when a request is under way.
    """

    def __init__(
        self,
        embed: Embed,
        *,
        max_texts: int,
        max_tokens: int = MAX_BATCH_TOKENS,
        busy: Busy | None = None,
    ) -> None:
        self._request = embed
        self._busy = busy or Busy()
        self._max_texts = max_texts
        self._max_tokens = max_tokens
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self.embedded = 0
        self.tokens = 0

    async def embed(self, owner: str, texts: Sequence[Embeddable]) -> list[Vector | ModelError]:
        """The vectors of `texts`, or why there is none; they belong to the document `owner`."""
        loop = asyncio.get_running_loop()
        asked = [_Waiting(owner, one.text, one.tokens, loop.create_future()) for one in texts]
        self._waiting.extend(asked)
        self._arrived.set()
        try:
            return [await waiting.vector for waiting in asked]
        finally:
            for one in asked:
                one.vector.cancel()

    async def work(self) -> None:
        """Embed what waits, until cancelled."""
        while True:
            batch = self._next_batch()
            if batch:
                await self._embed(batch)
            else:
                self._arrived.clear()
                await self._arrived.wait()

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        tokens = 0
        while self._waiting and len(batch) < self._max_texts:
            one = self._waiting[0]
            if one.vector.done():  # its document has failed meanwhile
                self._waiting.popleft()
                continue
            if batch and tokens + one.tokens > self._max_tokens:
                break
            batch.append(self._waiting.popleft())
            tokens += one.tokens
        return batch

    async def _embed(self, batch: list[_Waiting]) -> None:
        try:
            with self._busy.at_it():
                vectors = await self._request([waiting.text for waiting in batch])
        except ModelRejected as error:
            owners = dict.fromkeys(waiting.owner for waiting in batch)
            if len(owners) == 1:
                _fail(batch, error)
                return
            # One document's text that the provider refuses is not the other documents' fault.
            for owner in owners:
                await self._embed([waiting for waiting in batch if waiting.owner == owner])
            return
        except ModelError as error:
            _fail(batch, error)
            return
        self.embedded += len(batch)
        self.tokens += sum(waiting.tokens for waiting in batch)
        for one, vector in zip(batch, vectors, strict=True):
            if not one.vector.done():
                one.vector.set_result(vector)


def _fail(batch: list[_Waiting], error: ModelError) -> None:
    for waiting in batch:
        if not waiting.vector.done():
            waiting.vector.set_result(error)
