"""In how many passages words stand, for libraries in which it costs to rank all that have one."""

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from redis.asyncio import Redis

LARGE: Final = 20_000
"""From so many passages on in the libraries that are searched words are counted."""
KNOWN_S: Final = 600.0
"""How long a count is taken for known, in seconds: it decides what is ranked, not what is there."""
MOST_KNOWN: Final = 20_000
_LIBRARIES_ALONE = re.compile(r"@owner_id:\{[0-9a-f|]+\}")


class Frequencies:
    """Tells how many passages of an index have words.

    Args:
        client: connection that the caller opens and closes.
        index: name of the index.
    """

    def __init__(self, client: Redis, index: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._index = index
        self._known: dict[str, tuple[float, int]] = {}

    async def of(self, words: Iterable[str], wanted: str) -> Mapping[str, int]:
        """The numbers of passages by words; empty where all that have one may be ranked.

        That is where few passages are searched, or a filter by more than libraries is told, by
        which Redis begins. What is not known is counted in one round trip.

        Args:
            words: each with its fields, in the words of Redis: `@terms|about:harbour`.
            wanted: the filter by which is searched.

        Raises:
            redis.exceptions.RedisError: for the caller to translate.
        """
        if not _LIBRARIES_ALONE.fullmatch(wanted):
            return {}
        if (await self._counted([wanted]))[wanted] < LARGE:
            return {}
        return await self._counted(dict.fromkeys(words))

    async def _counted(self, queries: Iterable[str]) -> dict[str, int]:
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
                query: (now + KNOWN_S, int(reply[0]))
                for query, reply in zip(unknown, replies, strict=True)
            }
            self._known |= fresh
            known |= fresh
        return {query: count for query, (_, count) in known.items()}
