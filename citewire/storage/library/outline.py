"""How a document begins, and its headings: for who asks what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.schema import TextNode
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.replies import fields_of, says_unknown, storage_errors
from citewire.storage.keys import Keys
from citewire.storage.library.passage_node import FIELDS, to_node
from citewire.storage.library.search import Words, read_found, to_command

FIRST_PAGES = 15
"""Up to this page a document is read, which also may be one that begins with a long cover."""
MOST_PASSAGES = 80
MOST_HEADINGS = 300
MOST_WITH_WORDS = 80


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the first page on which something stands under it."""

    text: str
    page: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The first passages of a document in their order, and its headings."""

    passages: Sequence[TextNode] = ()
    headings: Sequence[Heading] = ()


class OutlineReader:
    """Reads outlines of documents of a namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: whose passages.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._index = Keys(namespace).passage_index

    async def read(self, doc_id: str) -> Outline:
        """The outline of a document, in one round trip; empty if it has no passages.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        of_document = f"@doc_id:{{{doc_id}}}"
        first = (
            *(f"{of_document} @page:[1 {FIRST_PAGES}]", "RETURN", len(FIELDS)),
            *(*FIELDS, "SORTBY", "page", "ASC", "LIMIT", 0, MOST_PASSAGES),
        )
        grouped = (
            *("FT.AGGREGATE", self._index, of_document, "LOAD", 2, "@section", "@page"),
            *("GROUPBY", 1, "@section", "REDUCE", "MIN", 1, "@page", "AS", "first"),
            *("SORTBY", 2, "@first", "ASC", "LIMIT", 0, MOST_HEADINGS, "DIALECT", 2),
        )
        with storage_errors("the outline of a document"):
            try:
                async with self._client.pipeline(transaction=False) as pipe:
                    pipe.execute_command(*to_command(self._index, first))
                    pipe.execute_command(*grouped)
                    found, groups = await pipe.execute()
            except ResponseError as error:
                if says_unknown(error):
                    return Outline()
                raise
        nodes = [to_node(fields) for fields in read_found(found)]
        nodes.sort(key=lambda node: (node.metadata["page"], node.metadata.get("start", 0)))
        return Outline(nodes, _headings(groups))

    async def with_words(self, doc_id: str, terms: Sequence[str]) -> list[TextNode]:
        """The passages of a document that say most of `terms`, in the order of its pages.

        Args:
            doc_id: of the document.
            terms: as `text.words.sought_terms` makes them.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        within = f"@doc_id:{{{doc_id}}}"
        query = Words(tuple(terms)).to_query(within)
        sought = (query, "RETURN", len(FIELDS), *FIELDS, "LIMIT", 0, MOST_WITH_WORDS)
        with storage_errors("passages of a document"):
            try:
                found = await self._client.execute_command(*to_command(self._index, sought))
            except ResponseError as error:
                if says_unknown(error):
                    return []
                raise
        nodes = [to_node(fields) for fields in read_found(found)]
        return sorted(nodes, key=lambda node: (node.metadata["page"], node.metadata["start"]))


def _headings(groups: Sequence[Any]) -> list[Heading]:
    """After their number, the fields of each group."""
    found = []
    for fields in map(fields_of, groups[1:]):
        if text := fields.get("section", "").strip():
            found.append(Heading(text, int(float(fields["first"]))))
    return found
