"""Which documents are current: staged while they are written, shown in one step, then retired.

A document that is being written is staged: its id is in the set of hidden ones before its first
passage exists. A change shows it, notes where it lies and hides what lay there before, all in one
atomic step. What is hidden without being staged is retired: it only waits for its passages to be
deleted. So whatever a killed process leaves behind is told by three small keys, and the next run
of the owner goes on with the staged documents that it needs and deletes the rest.
"""

import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from redis.asyncio import Redis

from citewire.content.identity import Identity
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import DEFAULT_OWNER, Fields, Keys
from citewire.storage.library.documents import (
    CORRECTABLE,
    Correction,
    DocumentRecord,
    DocumentStore,
    Location,
)
from citewire.storage.library.lease import LEASE_S, Command, Lease, holding_lease
from citewire.storage.library.passages import PassageKeys


@dataclass(frozen=True, slots=True)
class Change:
    """What one atomic step does.

    Args:
        show: records of documents whose passages are all written.
        add: places that shown documents also lie at, or of which size or time are news.
        drop: document and key of places where it does not lie any more.
        retire: documents that lie nowhere any more; their places need not be dropped.
        left: of those, the key of each place that they lay at last, and the document that lies
            there now, empty if there is none.
    """

    show: tuple[DocumentRecord, ...] = ()
    add: tuple[tuple[str, Location], ...] = ()
    drop: tuple[tuple[str, str], ...] = ()
    retire: tuple[str, ...] = ()
    left: tuple[tuple[str, str, str], ...] = ()

    @property
    def moved(self) -> set[str]:
        """The documents that still lie somewhere, but not where they did."""
        return {doc_id for doc_id, _ in (*self.add, *self.drop)}


@dataclass(frozen=True, slots=True)
class StagedPlace:
    """Where a document that is being written was found: the root, and whose it is."""

    root: str
    owner: str

    @classmethod
    def from_text(cls, stored: str) -> Self:
        """What `to_text` made `stored` of; the name of an owner has no slash, a root begins so."""
        owner, _, root = stored.partition("/")
        return cls(f"/{root}", owner or DEFAULT_OWNER)

    def to_text(self) -> str:
        """As it is stored; without a name for the default owner."""
        return self.root if self.owner == DEFAULT_OWNER else f"{self.owner}{self.root}"


@asynccontextmanager
async def changing_documents(
    documents: DocumentStore,
    *,
    wait_s: float = LEASE_S + 5,
    on_wait: Callable[[str], None] = lambda _: None,
) -> AsyncIterator["Versions"]:
    """Hold the lease on the documents of their owner and give what changes them.

    Raises:
        LibraryBusy: another process changes them, and still does after `wait_s`.
        StorageError: Redis does not answer.
    """
    client, namespace, owner = documents.client, documents.namespace, documents.owner
    async with holding_lease(client, namespace, owner, wait_s=wait_s, on_wait=on_wait) as lease:
        yield Versions(client, namespace, lease, owner)


class Versions:
    """Changes which documents of an owner are current.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        lease: of the owner, held.
        owner: whose documents.

    Every method raises LibraryBusy when the lease is lost, StorageError when Redis refuses.
    """

    def __init__(self, client: Redis, namespace: str, lease: Lease, owner: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._lease = lease
        self.owner = owner
        self._ids = self._keys.documents(owner)
        self._passages = PassageKeys(client, namespace)

    async def staged(self) -> dict[str, StagedPlace]:
        """The documents of all owners that a run did not finish."""
        with storage_errors("the documents"):
            return _staged(await self._client.hgetall(self._keys.staging))

    async def hidden(self) -> dict[str, StagedPlace | None]:
        """The owner's staged documents with where they were found, and the retired ones."""
        with storage_errors("the documents"):
            # At once: others show and hide theirs meanwhile.
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hgetall(self._keys.staging)
                pipe.hgetall(self._keys.retiring)
                staging, retiring = await pipe.execute()
        retired = {as_text(doc_id): as_text(owner) for doc_id, owner in retiring.items()}
        hidden: dict[str, StagedPlace | None] = {
            doc_id: None for doc_id, owner in retired.items() if owner == self.owner
        }
        staged = _staged(staging)
        return hidden | {id_: at for id_, at in staged.items() if at.owner == self.owner}

    async def stage(self, doc_id: str, root: str) -> None:
        """Hide a document whose passages are going to be written."""
        at = StagedPlace(root, self.owner).to_text()
        await self._lease.change(
            [("SADD", self._keys.hidden, doc_id), ("HSET", self._keys.staging, doc_id, at)]
        )

    async def with_vectors(self, passage_ids: Sequence[str]) -> set[str]:
        """Which of these passages are written already, with their embeddings."""
        return await self._passages.with_vectors(passage_ids)

    async def write(
        self, doc_id: str, passages: Mapping[str, Fields], layout: Mapping[str, str]
    ) -> None:
        """Write passages of a staged document."""
        self._lease.check()
        await self._passages.write(doc_id, passages, layout)

    async def apply(self, change: Change) -> None:
        """Do `change` in one step, so that no search sees a part of it."""
        commands: list[Command] = []
        for record in change.show:
            commands += self._show(record)
        for doc_id, location in change.add:
            place = json.dumps(asdict(location))
            commands.append(("JSON.SET", self._keys.document(doc_id), _path(location.key), place))
            commands.append(("settle", doc_id, location.key))
        for doc_id, key in change.drop:
            commands.append(("JSON.DEL", self._keys.document(doc_id), _path(key)))
        for doc_id in change.retire:
            commands += [
                ("SADD", self._keys.hidden, doc_id),
                ("HSET", self._keys.retiring, doc_id, self.owner),
                ("DEL", self._keys.document(doc_id)),
                ("ZREM", self._ids, doc_id),
                self._retire(doc_id, change),
            ]
        if commands:
            await self._lease.change([*commands, ("INCR", self._keys.changes)])

    async def discard(self, doc_id: str) -> None:
        """Delete all that is left of a hidden document."""
        await self._passages.delete(self._lease, doc_id)
        await self._lease.change(
            [
                ("UNLINK", self._keys.passage_ids(doc_id), self._keys.layout(doc_id)),
                ("HDEL", self._keys.staging, doc_id),
                ("HDEL", self._keys.retiring, doc_id),
                ("SREM", self._keys.hidden, doc_id),
                # Not before: as long as there are passages, a chat may come to cite one.
                ("release", doc_id),
            ]
        )

    async def drop_passages(self, doc_id: str, *, except_for: Collection[str]) -> None:
        """Delete passages of a staged document that it is not made of, of an earlier run, say."""
        await self._passages.delete(self._lease, doc_id, except_for=except_for)

    async def corrections(self, doc_id: str) -> dict[str, Correction]:
        """What people corrected of a document, by field, also if it was taken out since."""
        with storage_errors("the corrections"):
            stored = await self._client.hget(self._keys.corrections, doc_id)
        return dict(json.loads(stored)) if stored else {}

    async def correct(
        self, record: DocumentRecord, corrections: Mapping[str, Correction]
    ) -> DocumentRecord:
        """Note all `corrections` of a document that hold, also for when it is ingested again."""
        corrected = record.with_corrections(corrections)
        key, noted = self._keys.document(record.doc_id), self._keys.corrections
        note: Command = (
            ("HSET", noted, record.doc_id, json.dumps(dict(corrections)))
            if corrections
            else ("HDEL", noted, record.doc_id)
        )
        await self._lease.change([note, *_sets(key, corrected, (*CORRECTABLE, "as_read"))])
        return await self.retag(corrected)

    async def forget_corrections(self, doc_ids: Sequence[str]) -> None:
        """Forget what people corrected of documents."""
        if doc_ids:
            await self._lease.change([("HDEL", self._keys.corrections, *doc_ids)])

    async def identify(self, record: DocumentRecord, identity: Identity) -> DocumentRecord:
        """Note which report a document is, of which nobody had looked; passages do not tell yet."""
        told = record.with_identity(identity)
        names = (*asdict(identity), "is_identified")
        await self._lease.change(_sets(self._keys.document(record.doc_id), told, names))
        return told

    async def first_texts(self, doc_id: str, pages: int) -> list[str]:
        """The text of each of the first `pages` pages, as far as its passages hold it."""
        return await self._passages.first_texts(doc_id, pages)

    async def retag(self, record: DocumentRecord) -> DocumentRecord:
        """Let the passages tell title, identity and place of the document, and be found by them."""
        self._lease.check()
        tagged = record.tags
        # What they tell no longer becomes empty.
        fields = dict.fromkeys(record.tagged, "") | tagged
        await self._passages.set_fields(record.doc_id, fields)
        key = self._keys.document(record.doc_id)
        await self._lease.change(
            [("JSON.SET", key, "$.tagged", json.dumps(tagged)), ("INCR", self._keys.changes)]
        )
        return replace(record, tagged=tagged)

    def _show(self, record: DocumentRecord) -> list[Command]:
        ingested = datetime.fromisoformat(record.ingested_at).timestamp()
        return [
            ("JSON.SET", self._keys.document(record.doc_id), "$", json.dumps(record.to_json())),
            ("ZADD", self._ids, ingested, record.doc_id),
            ("HDEL", self._keys.staging, record.doc_id),
            ("HDEL", self._keys.retiring, record.doc_id),
            ("SREM", self._keys.hidden, record.doc_id),
            ("settle", record.doc_id, *(at.key for at in record.locations)),
        ]

    def _retire(self, doc_id: str, change: Change) -> Command:
        left = [(place, heir) for one, place, heir in change.left if one == doc_id]
        heir = next((heir for _, heir in left if heir), "")
        return ("retire", doc_id, heir, *(place for place, _ in left))


def _sets(key: str, record: DocumentRecord, names: Iterable[str]) -> list[Command]:
    """The commands that store some fields of a record."""
    values = {name: getattr(record, name) for name in names}
    return [("JSON.SET", key, f"$.{name}", json.dumps(value)) for name, value in values.items()]


def _staged(stored: Mapping[bytes, bytes]) -> dict[str, StagedPlace]:
    return {as_text(doc_id): StagedPlace.from_text(as_text(at)) for doc_id, at in stored.items()}


def _path(key: str) -> str:
    return f'$.locations["{key}"]'
