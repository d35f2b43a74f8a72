"""The people that the audit log speaks of: the one place that says which pseudonym is whose.

A pseudonym is random and tells nothing of the name. Whoever is forgotten loses the line here, and
what the log says of them stays as it is and is nobody's.
"""

from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys


class PeopleStore:
    """The pseudonyms of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._key = Keys(namespace).people

    async def pseudonym(self, name: str) -> str:
        """The pseudonym of a person, made when it is asked for first; in one round trip."""
        with storage_errors("the people"):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hsetnx(self._key, name, uuid4().hex)
                pipe.hget(self._key, name)
                _, found = await pipe.execute()
        return as_text(found)

    async def known(self) -> dict[str, str]:
        """All people that have a pseudonym, with it, by their names."""
        with storage_errors("the people"):
            found = await self._client.hgetall(self._key)
        return {as_text(name): as_text(pseudonym) for name, pseudonym in found.items()}

    async def knows(self, name: str) -> bool:
        """Whether a person has a pseudonym."""
        with storage_errors("the people"):
            return bool(await self._client.hexists(self._key, name))

    async def forget(self, name: str) -> bool:
        """Throw away whose a pseudonym is; False if the person had none."""
        with storage_errors("the people"):
            return bool(await self._client.hdel(self._key, name))
