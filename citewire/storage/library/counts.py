"""How many passages of an index a query lets through, counted once in a while."""

import re
import time
from collections.abc import Iterable
from typing import Any, Final

from redis.asyncio import Redis

KNOWN_S: Final = 10.0
"""How long a count is taken for known, in seconds: it decides how, not what for is searched."""
MOST_KNOWN: Final = 20_000
_LIBRARIES_ALONE = re.compile(r"@owner_id:\{[0-9a-f|]+\}")


def is_of_libraries_alone(wanted: str) -> bool:
    """Whether a filter, in the words of Redis, tells nothing but libraries."""
    return _LIBRARIES_ALONE.fullmatch(wanted) is not None


class PassageCounts:
    """Counts the passages of an index.

    Args:
        client: connection that the caller opens and closes.
        index: name of the index.
    """

    def __init__(self, client: Redis, index: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._index = index
        self._known: dict[str, tuple[float, int]] = {}

    async def of(self, queries: Iterable[str], known_s: float = KNOWN_S) -> dict[str, int]:
        """The numbers of passages by queries; what is not known is counted in one round trip.

        Args:
            queries: in the words of Redis.
            known_s: how long what is counted now is taken for known, in seconds.

        Raises:
            redis.exceptions.RedisError: for the caller to translate.
        """
        now = time.monotonic()
        known = {query: self._known.get(query, (0.0, 0)) for query in queries}
        unknown = [query for query, (until, _) in known.items() if until < now]
        if unknown:
            async with self._client.pipeline(transaction=False) as pipe:
                for query in unknown:
                    asked = ("FT.SEARCH", self._index, query, "VERBATIM", "LIMIT", 0, 0)
                    pipe.execute_command(*asked, "DIALECT", 2)
                replies = await pipe.execute()
            if len(self._known) + len(unknown) > MOST_KNOWN:
                self._known.clear()
            fresh = {
                query: (now + known_s, int(reply[0]))
                for query, reply in zip(unknown, replies, strict=True)
            }
            self._known |= fresh
            known |= fresh
        return {query: count for query, (_, count) in known.items()}
