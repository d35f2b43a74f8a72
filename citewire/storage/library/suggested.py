"""Questions that a model suggested for a library, and who may let it suggest more."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys

KEPT_S: Final = 30 * 24 * 3600
"""How long questions are kept that nobody made anew."""
LIBRARY_S: Final = 600
OWNER_S: Final = 60
"""In so many seconds a model is asked once, of a library in a language and by an owner."""


@dataclass(frozen=True, slots=True)
class SuggestedQuestion:
    """A question, and the ids of the documents that it is about."""

    text: str
    doc_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestedQuestions:
    """The questions of a library, and the version of it that they were made of."""

    version: str
    questions: tuple[SuggestedQuestion, ...]


class SuggestedStore:
    """What was suggested in one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)

    async def read(
        self, libraries: Sequence[str], language: str
    ) -> list[SuggestedQuestions | None]:
        """What was suggested for each of some libraries, in one round trip."""
        with storage_errors("suggested questions"):
            async with self._client.pipeline(transaction=False) as pipe:
                for library in libraries:
                    pipe.hget(self._keys.suggested(library), language)
                found = await pipe.execute()
        return [None if one is None else _parsed(one) for one in found]

    async def keep(self, library: str, language: str, suggested: SuggestedQuestions) -> None:
        """Keep what was suggested for a library in a language, in place of what was before."""
        key = self._keys.suggested(library)
        with storage_errors("suggested questions"):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hset(key, language, orjson.dumps(asdict(suggested)))
                pipe.expire(key, KEPT_S)
                await pipe.execute()

    async def claim(self, library: str, language: str, owner: str) -> bool:
        """Take the next turn to ask a model; False if it was asked a moment ago."""
        with storage_errors("suggested questions"):
            of_owner = self._keys.suggesting_for(owner)
            if not await self._client.set(of_owner, "", nx=True, ex=OWNER_S):
                return False
            of_library = self._keys.suggesting(library, language)
            return bool(await self._client.set(of_library, "", nx=True, ex=LIBRARY_S))

    async def forget(self, library: str) -> None:
        """Forget what was suggested for a library."""
        with storage_errors("suggested questions"):
            await self._client.delete(
                self._keys.suggested(library), self._keys.suggesting_for(library)
            )


def _parsed(stored: Any) -> SuggestedQuestions:
    told = orjson.loads(as_text(stored))
    questions = (SuggestedQuestion(one["text"], tuple(one["doc_ids"])) for one in told["questions"])
    return SuggestedQuestions(told["version"], tuple(questions))
