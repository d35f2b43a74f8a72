"""Which documents a search may find: all but those that are being written or taken away.

The ids of these few stand in one set. A search reads it and asks the index in one transaction, so
that it sees the documents as they are before or after a switch, never between. It is on the way
to the first token: one round trip, and a second one only if hidden passages were among the best.
"""

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text
from citewire.storage.keys import Keys
from citewire.storage.library.search import Found, Query, read_found, to_command

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

    async def search(self, query_without: Callable[[frozenset[str]], Query]) -> list[Found]:
        """The visible results of a query, best first.

        Args:
            query_without: gives the query that leaves out some documents; it returns `doc_id` and
                limits the number of its results by itself.

        Raises:
            redis.exceptions.RedisError: for the caller to translate.
        """
        excluded: frozenset[str] = frozenset()
        visible: list[Found] = []
        for _ in range(ROUNDS):
            hidden, found = await self._ask(query_without(excluded))
            visible = [fields for fields in found if fields["doc_id"] not in hidden]
            # What was left out and is hidden no longer has to be asked for.
            if excluded <= hidden and len(visible) == len(found):
                break
            excluded = hidden
        return visible

    async def _ask(self, query: Query) -> tuple[frozenset[str], list[Found]]:
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.smembers(self._keys.hidden)
            pipe.execute_command(*to_command(self._keys.passage_index, query))
            members, reply = await pipe.execute()
        return frozenset(as_text(member) for member in members), read_found(reply)
