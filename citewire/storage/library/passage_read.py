"""Passages by their ids, with where they stand on their pages, and all those of a document.

One that is not there any more is read as it was kept for the chats that cite it.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys, Libraries, owner_tag
from citewire.storage.library.passages import place_of
from citewire.storage.library.search import Found

_FIELDS = (
    "doc_id", "title", "file_name", "folder", "page", "page_label", "section", "kind", "text",
    "owner_id", "table", "organisation", "periods", "document_kind", "withheld", "start", "end",
    "headings",
)  # fmt: skip
_TEXT = _FIELDS.index("text")
BATCH = 200
"""So many passages of a document are read at once."""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it is stored.

    Args:
        passage_id: its id.
        doc_id: of its document.
        title: of the report.
        file_name: of the file that was ingested first.
        folder: where that lies.
        page: physical number from 1.
        page_label: printed on the page.
        section: the heading above it, empty if there is none.
        kind: `text`, `table` or `figure`.
        text: of the passage.
        layout: JSON of its lines; None if none was stored.
        table: JSON of its table (`content.table_record`), empty if there is none.
        organisation: of its document.
        periods: of its document, with blanks between them.
        document_kind: of its document.
        withheld: JSON of what is kept from models (`content.withheld`), empty if there is nothing.
        start: where it begins in the text of its page, in characters.
        end: where it ends there, exclusive.
        headings: JSON of the headings that begin in it or before it, empty if none were stored.
    """

    passage_id: str
    doc_id: str
    title: str
    file_name: str
    folder: str
    page: int
    page_label: str
    section: str
    kind: str
    text: str
    layout: str | None
    table: str = ""
    organisation: str = ""
    periods: str = ""
    document_kind: str = ""
    withheld: str = ""
    start: int = 0
    end: int = 0
    headings: str = ""

    @property
    def fields(self) -> Found:
        """Those that a node is made of (`library.passage_node`)."""
        named = {name: getattr(self, name) for name in _FIELDS if name != "owner_id"}
        told = {"id": self.passage_id, **named}
        return {name: str(value) for name, value in told.items() if value != ""}


class PassageReader:
    """Reads the passages of a namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)

    async def read(self, passage_id: str, libraries: Libraries) -> StoredPassage | None:
        """The passage, None if the libraries have none of that id and none was kept of them.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        with storage_errors("the passages"):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hmget(self._keys.passage(passage_id), *_FIELDS)
                pipe.hget(self._keys.layout(_document_of(passage_id)), passage_id)
                pipe.hmget(self._keys.snapshot(passage_id), *_FIELDS, "layout")
                found, layout, kept = await pipe.execute()
        if found[_TEXT] is None:
            *found, layout = kept
        return _stored(passage_id, found, layout, libraries)

    async def ids(self, doc_id: str) -> list[str]:
        """The ids of all passages of a document, in its order.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        with storage_errors("the passages"):
            noted = await self._client.smembers(self._keys.passage_ids(doc_id))
        return sorted(map(as_text, noted), key=place_of)

    async def many(self, passage_ids: Sequence[str], libraries: Libraries) -> list[StoredPassage]:
        """Those of these passages that the libraries have, in one round trip.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        with storage_errors("the passages"):
            async with self._client.pipeline(transaction=False) as pipe:
                for passage_id in passage_ids:
                    pipe.hmget(self._keys.passage(passage_id), *_FIELDS)
                    pipe.hget(self._keys.layout(_document_of(passage_id)), passage_id)
                replies = await pipe.execute()
        read = (
            _stored(passage_id, found, layout, libraries)
            for passage_id, found, layout in zip(
                passage_ids, replies[::2], replies[1::2], strict=True
            )
            if found[_TEXT] is not None
        )
        return [stored for stored in read if stored is not None]

    async def of_document(
        self, doc_id: str, libraries: Libraries
    ) -> AsyncGenerator[list[StoredPassage], None]:
        """All passages of a document in its order, some at a time; errors as of `many`."""
        passage_ids = await self.ids(doc_id)
        for first in range(0, len(passage_ids), BATCH):
            yield await self.many(passage_ids[first : first + BATCH], libraries)


def _document_of(passage_id: str) -> str:
    """A passage's id begins with its document's: build_passages."""
    return passage_id.rsplit("-", 3)[0]


def _stored(
    passage_id: str, found: Sequence[Any], layout: Any, libraries: Libraries
) -> StoredPassage | None:
    """From the values of `_FIELDS`; None if it is of no library."""
    told = {
        name: as_text(value)
        for name, value in zip(_FIELDS, found, strict=True)
        if value is not None
    }
    if told.get("owner_id", "") not in map(owner_tag, libraries):
        return None
    return StoredPassage(
        passage_id=passage_id,
        doc_id=told["doc_id"],
        title=told["title"],
        file_name=told["file_name"],
        folder=told["folder"],
        page=int(told["page"]),
        page_label=told["page_label"],
        section=told.get("section", ""),
        kind=told.get("kind", "text"),
        text=told["text"],
        layout=None if layout is None else as_text(layout),
        table=told.get("table", ""),
        organisation=told.get("organisation", ""),
        periods=told.get("periods", ""),
        document_kind=told.get("document_kind", ""),
        withheld=told.get("withheld", ""),
        start=int(told.get("start", 0)),
        end=int(told.get("end", 0)),
        headings=told.get("headings", ""),
    )
