"""The passages around some others on their pages, in one round trip for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.schema import TextNode
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.replies import fields_of, says_unknown, storage_errors
from citewire.storage.keys import Keys, Libraries, owner_tag
from citewire.storage.library.passage_node import FIELDS, to_node
from citewire.storage.library.search import Query
from citewire.tracing.names import FT_AGGREGATE
from citewire.tracing.spans import redis_span

MOST = 64
"""So many passages of a page are read at most."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters `start` up to `end` of the text of a page of a document."""

    doc_id: str
    page: int
    start: int
    end: int


class NeighbourReader:
    """Reads the passages of stretches of pages.

    Args:
        client: connection that the caller opens and closes.
        namespace: whose passages.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs know nothing of the search commands.
        self._client: Any = client
        self._index = Keys(namespace).passage_index

    async def read(
        self, stretches: Sequence[Stretch], libraries: Libraries
    ) -> list[list[TextNode]]:
        """The passages of some libraries that begin within each stretch, in the order of the page.

        Of a page that was taken away meanwhile there are none.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        if not stretches or not libraries:
            return [[] for _ in stretches]
        within = "|".join(map(owner_tag, libraries))
        with storage_errors("the passages"):
            async with self._client.pipeline(transaction=False) as pipe:
                for stretch in stretches:
                    pipe.execute_command(*_command(self._index, stretch, within))
                try:
                    with redis_span(FT_AGGREGATE, len(stretches)):
                        replies = await pipe.execute()
                except ResponseError as error:
                    if says_unknown(error):
                        return [[] for _ in stretches]
                    raise
        # After their number the fields of each.
        return [[to_node(fields) for fields in map(fields_of, reply[1:])] for reply in replies]


def _command(index: str, stretch: Stretch, within: str) -> Query:
    """Their places are not indexed: those of one page are read and told apart there."""
    wanted = (
        f"@page:[{stretch.page} {stretch.page}] @doc_id:{{{stretch.doc_id}}} @owner_id:{{{within}}}"
    )
    load: Query = ("LOAD", len(FIELDS), *(f"@{name}" for name in FIELDS))
    begins: Query = ("APPLY", "to_number(@start)", "AS", "begins")
    here: Query = ("FILTER", f"@begins >= {stretch.start} && @begins <= {stretch.end}")
    order: Query = ("SORTBY", 2, "@begins", "ASC", "LIMIT", 0, MOST)
    return ("FT.AGGREGATE", index, wanted, *load, *begins, *here, *order, "DIALECT", 2)
