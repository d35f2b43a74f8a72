"""Whether a Redis keeps what it is given, and tells all that a search finds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.replies import as_text, translate_redis_errors

KEEPS_ALL = "noeviction"
FAILS = "fail"


@dataclass(frozen=True, slots=True)
class Durability:
    """What the configuration of a Redis says.

    Args:
        policy: its `maxmemory-policy`.
        persists: whether it writes to disk.
        on_timeout: what becomes of a search that takes too long; empty if it does not tell.
    """

    policy: str
    persists: bool
    on_timeout: str

    @property
    def evicts(self) -> bool:
        """Whether it deletes keys when its memory is full."""
        return self.policy != KEEPS_ALL

    @property
    def tells_parts(self) -> bool:
        """Whether it answers a search that takes too long with a part of what there is."""
        return self.on_timeout not in ("", FAILS)


async def read_durability(client: Redis) -> Durability | None:
    """Ask for eviction, persistence and time limits; None if Redis does not tell.

    Managed ones do not.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    found: dict[str, str] = {}
    with translate_redis_errors():
        for name in ("maxmemory-policy", "appendonly", "save", "search-on-timeout"):
            try:
                found |= await client.config_get(name)
            except ResponseError:
                return None
        if "maxmemory-policy" not in found:
            return None
        # Search has its settings among those of Redis from Redis 8 on.
        on_timeout = found.get("search-on-timeout") or await _of_module(client, "ON_TIMEOUT")
    persists = found.get("appendonly") == "yes" or bool(found.get("save"))
    return Durability(found["maxmemory-policy"], persists, on_timeout.lower())


async def _of_module(client: Redis, name: str) -> str:
    """A setting of the search module; empty if it does not tell."""
    ask: Callable[..., Awaitable[Sequence[Sequence[bytes]]]] = client.execute_command
    try:
        told = await ask("FT.CONFIG", "GET", name)
    except ResponseError:
        return ""
    return as_text(told[0][1]) if told else ""
