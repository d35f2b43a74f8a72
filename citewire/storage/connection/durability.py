"""Whether a Redis keeps what it is given: eviction and persistence."""

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.replies import translate_redis_errors

KEEPS_ALL = "noeviction"


@dataclass(frozen=True, slots=True)
class Durability:
    """What the configuration of a Redis says: its `maxmemory-policy`, and if it writes to disk."""

    policy: str
    persists: bool

    @property
    def evicts(self) -> bool:
        """Whether it deletes keys when its memory is full."""
        return self.policy != KEEPS_ALL


async def read_durability(client: Redis) -> Durability | None:
    """Ask for eviction and persistence; None if Redis does not tell, as managed ones do not.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    found: dict[str, str] = {}
    with translate_redis_errors():
        for name in ("maxmemory-policy", "appendonly", "save"):
            try:
                found |= await client.config_get(name)
            except ResponseError:
                return None
    if "maxmemory-policy" not in found:
        return None
    persists = found.get("appendonly") == "yes" or bool(found.get("save"))
    return Durability(found["maxmemory-policy"], persists)
