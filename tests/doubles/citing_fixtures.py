"""A fixture for what chats keep of documents: reports in a folder, and turns that cite them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from citewire.errors import ChatNotFound
from citewire.services.passages.succession import Standing, Succession
from citewire.storage.chats.store import ChatStore
from citewire.storage.keys import DEFAULT_OWNER, Keys, owner_tag
from citewire.storage.library.lineage import Lineage
from citewire.storage.library.search import PassageSearch
from citewire.storage.library.snapshots import SnapshotStore
from tests.doubles.ingest_fixtures import Ingest, keys_of
from tests.doubles.small_pdfs import write_pdf

REPORT = "a.pdf"
KEPT = ("snapshot", "kept", "retired", "vacated")


@dataclass(frozen=True)
class Archive:
    """A folder of reports, ingested again after each change, and the chats that cite them."""

    client: Any
    namespace: str
    folder: Path
    ingest: Ingest
    snapshots: SnapshotStore

    async def put(self, *pages: str, name: str = REPORT) -> None:
        """Write a report, or another version of it."""
        write_pdf(self.folder / name, pages)
        await self.ingest(self.folder, prune=True)

    async def remove(self, name: str = REPORT) -> None:
        """Delete a report, of the index, too."""
        (self.folder / name).unlink()
        await self.ingest(self.folder, prune=True, prune_empty=True)

    async def texts(self) -> dict[str, str]:
        """The texts of all passages that are there, by their ids."""
        prefix = f"{self.namespace}:passage:"
        keys = [key.decode() async for key in self.client.scan_iter(f"{prefix}*")]
        found = [(await self.client.hget(key, "text")).decode() for key in keys]
        return {key.removeprefix(prefix): text for key, text in zip(keys, found, strict=True)}

    async def passage(self, text: str) -> str:
        """The id of the passage that is this text."""
        [passage_id] = [one for one, found in (await self.texts()).items() if found == text]
        return passage_id

    async def cite(self, *passage_ids: str, chat_id: str = "chat") -> None:
        """Store a turn that cites."""
        chats = ChatStore(self.client, self.namespace)
        try:
            await chats.read(chat_id, DEFAULT_OWNER, last=0)
        except ChatNotFound:
            await chats.create(chat_id, DEFAULT_OWNER, listed=True)
        message = {"message_id": uuid4().hex, "role": "user", "text": ""}
        await chats.append(chat_id, DEFAULT_OWNER, [message], title="", passage_ids=passage_ids)

    async def forget(self, chat_id: str) -> set[str]:
        """Let a chat be over for good; gives the documents of which passages were dropped."""
        chats, keys = ChatStore(self.client, self.namespace), Keys(self.namespace)
        await chats.delete(chat_id, DEFAULT_OWNER)
        await self.client.delete(f"{keys.trash(chat_id)}:head")
        ended = f"{owner_tag(DEFAULT_OWNER)}:{chat_id}"
        await self.client.zadd(keys.chats_ending, {ended: 0})
        gone, documents = await chats.sweep()
        assert gone == [chat_id]
        return documents

    async def cited(self, *pages: str) -> str:
        """Write a report and cite its first page, which is one passage; gives the id."""
        await self.put(*pages)
        passage_id = await self.passage(pages[0])
        await self.cite(passage_id)
        return passage_id

    async def lineage(self, passage_id: str) -> Lineage:
        """What became of the document of a passage."""
        return (await self.snapshots.lineages([passage_id], (DEFAULT_OWNER,)))[passage_id]

    async def standing(self, passage_id: str) -> Standing:
        """What became of a passage."""
        search = PassageSearch(self.client, self.namespace)
        return (await Succession(self.snapshots, search).standings([passage_id], (DEFAULT_OWNER,)))[
            passage_id
        ]

    async def remembered(self) -> Sequence[str]:
        """The keys of what is remembered besides the documents and the chats."""
        keys = [key.split(":", 1)[1] for key in await keys_of(self.client, self.namespace)]
        return [key for key in keys if key.startswith(KEPT) or key.endswith(":snapshots")]


@pytest.fixture
def archive(redis_client: Redis, namespace: str, ships: Path, ingest: Ingest) -> Archive:
    snapshots = SnapshotStore(redis_client, namespace)
    return Archive(redis_client, namespace, ships, ingest, snapshots)
