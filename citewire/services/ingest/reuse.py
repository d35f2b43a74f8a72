"""Vectors that are not made twice: of equal texts under way, and of those that are stored.

Stored ones are looked for in the library that is ingested into and in those that may be read by
whoever ingests, never in others (docs/adr/0013-vectors-that-are-there.md).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from citewire.errors import ModelError
from citewire.services.ingest.embedding import Embedder, Vector
from citewire.services.ingest.outcome import Progress
from citewire.services.ingest.readers.exchange import ReadPassage
from citewire.storage.keys import EMBEDDED_AS, Fields, owner_tag
from citewire.storage.library.embedded import embedded_as, text_digest

Readable = Callable[[], Awaitable[Sequence[str]]]
"""Gives the tags of libraries that may be read; asked often."""


async def nothing_else() -> Sequence[str]:
    """No library but the one that is ingested into."""
    return ()


class PassageIndexing(Protocol):
    """Embeds, and knows which vectors are stored."""

    @property
    def made_by(self) -> str:
        """What made the vectors that are stored, and how they are; others are not comparable."""

    async def embed(self, texts: list[str]) -> Sequence[Vector]:
        """The vectors of `texts`, in one request."""

    def stored(self, vector: Vector) -> bytes:
        """A vector as it is stored; IndexMismatch if its size does not fit."""

    async def kept(self, digests: Sequence[bytes], libraries: Sequence[str]) -> list[bytes | None]:
        """The stored vectors of texts in libraries, by their digests and tags."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What is stored of a passage once it has its vector."""

    vector: bytes
    tag: str

    @property
    def fields(self) -> Fields:
        """As fields of its hash."""
        return {"vector": self.vector, EMBEDDED_AS: self.tag}


_Asked = asyncio.Future[bytes | ModelError]


class Reuse:
    """Gives passages their vectors, each of which is made once.

    Args:
        indexing: knows what is stored.
        embedder: makes the others; somebody else lets it work.
        library: that is ingested into.
        readable: further libraries that are looked in.
        progress: counted up.
    """

    def __init__(
        self,
        indexing: PassageIndexing,
        embedder: Embedder,
        *,
        library: str,
        readable: Readable,
        progress: Progress,
    ) -> None:
        self._indexing = indexing
        self._embedder = embedder
        self._own = owner_tag(library)
        self._readable = readable
        self._progress = progress
        self._under_way: dict[bytes, _Asked] = {}

    @asynccontextmanager
    async def embedded(
        self, doc_id: str, passages: Sequence[ReadPassage]
    ) -> AsyncGenerator[list[Embedded | ModelError]]:
        """What is stored of passages of a document, or why it could not be embedded.

        The block writes it: until then others with the same text get it from here.

        Raises:
            IndexMismatch: the vectors do not fit the index.
            StorageError: Redis does not answer, or refuses.
        """
        digests = [text_digest(self._indexing.made_by, one.text) for one in passages]
        first = dict(zip(reversed(digests), reversed(passages), strict=True))
        news = {digest: one for digest, one in first.items() if digest not in self._under_way}
        others = {digest: self._under_way[digest] for digest in first if digest not in news}
        loop = asyncio.get_running_loop()
        mine: dict[bytes, _Asked] = {digest: loop.create_future() for digest in news}
        self._under_way |= mine
        try:
            made = await self._settle(doc_id, news, mine)
            vectors = {digest: asked.result() for digest, asked in mine.items()}
            if others:
                await asyncio.wait(others.values())
                taken = {digest: _vector_of(asked) for digest, asked in others.items()}
                vectors |= {digest: one for digest, one in taken.items() if one is not None}
                # Whoever asked for them failed, maybe for another text of theirs.
                lost = {digest: first[digest] for digest in others if digest not in vectors}
                vectors |= (found := await self._embed(doc_id, lost))
                made += _count(found.values())
            told = [vectors[digest] for digest in digests]
            self._progress.reused += _count(told) - made
            yield [
                one
                if isinstance(one, ModelError)
                else Embedded(one, embedded_as(digest, self._own))
                for digest, one in zip(digests, told, strict=True)
            ]
        finally:
            for digest, asked in mine.items():
                del self._under_way[digest]
                asked.cancel()

    async def _settle(
        self, doc_id: str, news: dict[bytes, ReadPassage], asked: dict[bytes, _Asked]
    ) -> int:
        """Find or make the vectors of `news`; gives how many were made."""
        if not news:
            return 0
        digests = list(news)
        libraries = list(dict.fromkeys((self._own, *await self._readable())))
        with self._progress.embedding.at_it():
            kept = await self._indexing.kept(digests, libraries)
        found = {
            digest: vector
            for digest, vector in zip(digests, kept, strict=True)
            if vector is not None
        }
        for digest, vector in found.items():
            asked[digest].set_result(vector)
        made = await self._embed(doc_id, {one: news[one] for one in digests if one not in found})
        for digest, result in made.items():
            asked[digest].set_result(result)
        return _count(made.values())

    async def _embed(
        self, doc_id: str, passages: dict[bytes, ReadPassage]
    ) -> dict[bytes, bytes | ModelError]:
        vectors = await self._embedder.embed(doc_id, list(passages.values()))
        return {
            digest: one if isinstance(one, ModelError) else self._indexing.stored(one)
            for digest, one in zip(passages, vectors, strict=True)
        }


def _count(results: Iterable[bytes | ModelError]) -> int:
    """How many vectors there are among results."""
    return sum(not isinstance(one, ModelError) for one in results)


def _vector_of(asked: _Asked) -> bytes | None:
    """The vector that somebody else asked for; None if there came none."""
    if asked.cancelled():
        return None
    result = asked.result()
    return None if isinstance(result, ModelError) else result
