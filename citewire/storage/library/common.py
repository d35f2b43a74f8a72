"""Which libraries hold most passages of an index: those are searched in another way."""

import re
import time
from typing import Any, Final

from redis.asyncio import Redis

MOST: Final = 0.5
"""The share of all passages from which a filter lets through most of them."""
KNOWN_S: Final = 10.0
"""How long a share is taken for known, in seconds: it decides how, not what for is searched."""
MOST_KNOWN: Final = 4096
_LIBRARIES_ALONE = re.compile(r"@owner_id:\{[0-9a-f|]+\}")


class CommonLibraries:
    """Tells of filters by library whether they let through most passages.

    Args:
        client: connection that the caller opens and closes.
        index: name of the index.
    """

    def __init__(self, client: Redis, index: str) -> None:
        self._client: Any = client
        self._index = index
        self._known: dict[str, tuple[float, bool]] = {}

    async def have_most(self, wanted: str) -> bool:
        """Whether a filter, in the words of Redis, is of libraries alone that hold most passages.

        Redis counts once in `KNOWN_S` for each filter.

        Raises:
            redis.exceptions.RedisError: for the caller to translate.
        """
        if not _LIBRARIES_ALONE.fullmatch(wanted):
            return False
        until, answer = self._known.get(wanted, (0.0, False))
        if time.monotonic() < until:
            return answer
        some, all_ = [await self._count(query) for query in (wanted, "*")]
        answer = some >= MOST * all_
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[wanted] = time.monotonic() + KNOWN_S, answer
        return answer

    async def _count(self, query: str) -> int:
        asked = ("FT.SEARCH", self._index, query, "LIMIT", 0, 0, "DIALECT", 2)
        found = await self._client.execute_command(*asked)
        return int(found[0])
