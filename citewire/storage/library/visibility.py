"""Which documents a search may find: all but those that are being written or taken away.

The ids of these few stand in one set. A search reads it and asks the index in one transaction, so
that it sees the documents as they are before or after a switch, never between. It is on the way
to the first token: one round trip, and a second one only if hidden passages were among the best.
"""

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.client import NEVER_DECODE
from redis.commands.search.commands import SEARCH_CMD
from redis.commands.search.query import Query

from citewire.storage.connection.replies import as_text
from citewire.storage.keys import Keys

ROUNDS = 5
"""So often a search is repeated at most while documents are switched under it."""

Found = dict[str, Any]


class VisibleSearch:
    """Searches an index for what is visible.

    Args:
        client: connection that the caller opens and closes.
        namespace: whose passages.
        index: name of the search index.
    """

    def __init__(self, client: Redis, namespace: str, index: str) -> None:
        self._client: Any = client
        self._hidden = Keys(namespace).hidden
        self._search: Any = client.ft(index)  # type: ignore[no-untyped-call]

    async def search(
        self, query_without: Callable[[frozenset[str]], tuple[Query, dict[str, Any]]]
    ) -> list[Found]:
        """The visible results of a query, as flat mappings that have the field `doc_id`.

        Args:
            query_without: gives the query, and its parameters, that leaves out some documents; it
                limits the number of its results by itself.

        Raises:
            redis.exceptions.RedisError: for the caller to translate.
        """
        excluded: frozenset[str] = frozenset()
        visible: list[Found] = []
        for _ in range(ROUNDS):
            query, parameters = query_without(excluded)
            hidden, found = await self._ask(query, parameters)
            visible = [one for one in found if one["doc_id"] not in hidden]
            # What was left out and is hidden no longer has to be asked for.
            if excluded <= hidden and len(visible) == len(found):
                break
            excluded = hidden
        return visible

    async def _ask(
        self, query: Query, parameters: dict[str, Any]
    ) -> tuple[frozenset[str], list[Found]]:
        words, query = self._search._mk_query_args(query, query_params=parameters)
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.smembers(self._hidden)
            pipe.execute_command(SEARCH_CMD, *words, **{NEVER_DECODE: True})
            members, reply = await pipe.execute()
        result = self._search._parse_search(reply, query=query, duration=0.0)
        found = [{k: v for k, v in vars(doc).items() if k != "payload"} for doc in result.docs]
        return frozenset(as_text(member) for member in members), found
