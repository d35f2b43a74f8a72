"""The passages that chats cite, kept for as long as one of these chats exists.

A snapshot is a copy of the passage's hash, vector and all, with its rectangles as `layout` and the
name of the model that made the vector as `embedding`. Its key has another prefix than those of the
passages, so that no search finds it. It is made by the script that stores the turn, and goes with
the last chat that cites it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys, Libraries, owner_tag
from citewire.storage.library.lineage import Lineage
from citewire.storage.lua.loader import register


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept passage: the fields of its hash as text, its vector, and its rectangles as JSON.

    `embedding` names the model of the vector. What was not known is empty.
    """

    fields: dict[str, str]
    vector: bytes
    embedding: str
    layout: str

    @classmethod
    def from_reply(cls, reply: dict[bytes, bytes]) -> Self:
        """The snapshot that Redis holds as this hash."""
        vector = reply.pop(b"vector", b"")
        fields = {as_text(name): as_text(value) for name, value in reply.items()}
        return cls(fields, vector, fields.pop("embedding", ""), fields.pop("layout", ""))


class SnapshotStore:
    """The snapshots of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._heirs = register(client, "library/heirs")

    async def read(self, passage_ids: Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots of those passages that are kept, in one round trip."""
        if not passage_ids:
            return {}
        with storage_errors("the snapshots"):
            async with self._client.pipeline(transaction=False) as pipe:
                for passage_id in passage_ids:
                    pipe.hgetall(self._keys.snapshot(passage_id))
                found = await pipe.execute()
        pairs = zip(passage_ids, found, strict=True)
        return {one: Snapshot.from_reply(reply) for one, reply in pairs if reply}

    async def lineages(
        self, passage_ids: Sequence[str], libraries: Libraries
    ) -> dict[str, Lineage]:
        """What became of the document of each passage of some libraries, also of those not kept.

        In one round trip; a passage of another is as one that nobody knows.
        """
        if not passage_ids:
            return {}
        with storage_errors("the passages"):
            tags = ",".join(map(owner_tag, libraries))
            told = await self._heirs(args=(self._keys.prefix, tags, *passage_ids))
        found = [as_text(one) for one in told]
        pairs = zip(found[::2], found[1::2], strict=True)
        return {one: Lineage(*pair) for one, pair in zip(passage_ids, pairs, strict=True)}

    async def is_kept_for(self, libraries: Libraries, doc_id: str) -> bool:
        """Whether passages of the document are kept for chats, and it was in these libraries."""
        with storage_errors("the snapshots"):
            found = await self._client.smembers(self._keys.kept(doc_id))
            # All of them are one library's, as the document was.
            kept = next((t for one in found if (t := as_text(one)).startswith(f"{doc_id}-")), None)
            if kept is None:
                return False
            told = await self._client.hget(self._keys.snapshot(kept), "owner_id")
        return as_text(told or b"") in map(owner_tag, libraries)

    async def pages(self, doc_id: str) -> set[int]:
        """The pages of a document of which a passage is kept."""
        with storage_errors("the snapshots"):
            found = await self._client.smembers(self._keys.kept(doc_id))
        # Documents whose heir it is stand there, too: their ids are no passages'.
        ids = [text for one in found if (text := as_text(one)).startswith(f"{doc_id}-")]
        return {int(one.split("-")[1]) for one in ids}
