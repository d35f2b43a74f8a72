"""Which documents a search may find: all but those that are being written or taken away.

The ids of these few stand in one set. A search reads it and asks the index in one transaction, so
that it sees the documents as they are before or after a switch, never between. It is on the way
to the first token: one round trip, and a second one only if hidden passages were among the best.
"""

from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text
from citewire.storage.keys import Keys
from citewire.storage.library.search import Found, Query, read_found, to_command
from citewire.tracing.names import FT_SEARCH
from citewire.tracing.spans import redis_span

ROUNDS = 5
"""So often a search is repeated at most while documents are switched under it."""


class VisibleSearch:
    """Searches the passages of a namespace for what is visible.

    Args:
        client: connection that the caller opens and closes.
        namespace: whose passages.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        self._client: Any = client
        self._keys = Keys(namespace)

    async def search(
        self, queries_without: Callable[[frozenset[str]], Sequence[Query]]
    ) -> list[list[Found]]:
        """The visible results of each of some queries, best first.

        Args:
            queries_without: gives the queries that leave out some documents; they return `doc_id`
                and limit the number of their results by themselves.

        Raises:
            redis.exceptions.RedisError: for the caller to translate.
        """
        excluded: frozenset[str] = frozenset()
        visible: list[list[Found]] = []
        for _ in range(ROUNDS):
            hidden, found = await self._ask(queries_without(excluded))
            visible = [[one for one in some if one["doc_id"] not in hidden] for some in found]
            # What was left out and is hidden no longer has to be asked for; the same question
            # once more would give the same.
            is_whole = list(map(len, visible)) == list(map(len, found))
            if excluded == hidden or (excluded < hidden and is_whole):
                break
            excluded = hidden
        return visible

    async def _ask(self, queries: Sequence[Query]) -> tuple[frozenset[str], list[list[Found]]]:
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.smembers(self._keys.hidden)
            for query in queries:
                pipe.execute_command(*to_command(self._keys.passage_index, query))
            with redis_span(FT_SEARCH, len(queries)):
                members, *replies = await pipe.execute()
        return frozenset(as_text(member) for member in members), list(map(read_found, replies))
