"""What owners have spent of what is limited by time, counted over all workers of one Redis.

It is a bucket with a hole: what is spent is poured in, and drains evenly over the period.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys, owner_tag
from citewire.storage.lua.loader import register


@dataclass(frozen=True, slots=True)
class Spent:
    """What an owner has spent of one kind since it was told last; `drains` is in a millisecond."""

    kind: str
    owner: str
    drains: float
    added: int


class SpendingStore:
    """The buckets of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        self._client = client
        self._keys = Keys(namespace)
        self._spend = register(client, "limits/spend")

    async def spend(self, spent: Sequence[Spent]) -> list[float]:
        """Add to the buckets; gives how full each is then, in one round trip.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        args: list[str | int | float] = []
        for one in spent:
            args += (one.kind, owner_tag(one.owner), one.drains, one.added)
        with storage_errors("what was spent"):
            found = await self._spend(args=(self._keys.prefix, *args))
        return [float(as_text(level)) for level in found]

    async def forget(self, owner: str, kinds: Sequence[str]) -> int:
        """Empty the buckets of an owner; gives how many there were.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        with storage_errors("what was spent"):
            keys = [self._keys.spent(kind, owner) for kind in kinds]
            return int(await self._client.delete(*keys))
