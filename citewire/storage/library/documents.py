"""The documents that are indexed, and where each of them lies."""

import hashlib
import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from redis.asyncio import Redis

from citewire.content.identity import Identity
from citewire.content.outdated import Outdated, time_of
from citewire.errors import DocumentNotFound
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import DEFAULT_OWNER, Keys, Libraries, folder_id, owner_tag
from citewire.storage.library.labels import about_terms, identity_fields
from citewire.text.words import search_terms

CORRECTABLE = ("title", "date", "organisation", "periods", "kind")
"""Fields of a record that people may correct."""
BATCH = 200
"""So many records are read at once where there may be very many."""
PASSAGES_BATCH = 2000
"""The same, of one number of each."""

Correction = str | list[str]
"""What somebody corrected a field to be, as JSON has it."""


@dataclass(frozen=True, slots=True)
class Location:
    """One place where a document lies.

    Args:
        folder: name of the folder that was ingested.
        root: its absolute path.
        path: where in it the file lies, with forward slashes.
        size: in bytes.
        mtime_ns: when it was last modified, in nanoseconds since 1970.
        owner: whose it is.
        unread: why what lies there now could not be read; empty where the document lies there.
        changed_ns: when that was last modified, 0 where nothing tells.
    """

    folder: str
    root: str
    path: str
    size: int
    mtime_ns: int
    owner: str = DEFAULT_OWNER
    unread: str = ""
    changed_ns: int = 0

    @property
    def key(self) -> str:
        """What tells this place from others; the same whatever lies there."""
        parts = [self.folder, self.root, self.path]
        place = "\0".join(parts if self.owner == DEFAULT_OWNER else [self.owner, *parts])
        return hashlib.sha256(place.encode("utf-8", "backslashreplace")).hexdigest()[:16]

    @property
    def full_path(self) -> str:
        """The absolute path of the file."""
        return f"{self.root.rstrip('/')}/{self.path}"

    @property
    def changed_at(self) -> str:
        """When what could not be read was last modified, in ISO 8601; empty if nothing tells."""
        return time_of(self.changed_ns)


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document: an owner's bytes by their hash, and all the places where they lie.

    Args:
        doc_id: hash of the bytes and their owner: `document_id`.
        title: as its reader found it, or as somebody corrected it.
        language: ISO 639-1, `und` if it cannot be told.
        pages: how many it has, those without text too.
        passages: how many were made of it.
        locations: where it lies.
        ingested_at: ISO 8601 in UTC.
        date: ISO date that the report bears, or that somebody gave it; None if unknown.
        organisation: whose report it is; empty if unknown.
        periods: that it is about, as `text.report_periods` writes them.
        kind: of report, as `text.report_kinds` names it or somebody does; empty if unknown.
        aliases: other names of the organisation.
        is_identified: whether somebody looked for organisation, periods and kind.
        notes: what could not be read of it, for a person.
        tagged: the fields of its passages that tell of it. Other than `tags` only while a run is
            at it, or after one was killed; the next run makes it good. Empty: nobody noted it.
        as_read: what its reader found where somebody corrected it, by the name of the field.
    """

    doc_id: str
    title: str
    language: str
    pages: int
    passages: int
    locations: tuple[Location, ...]
    ingested_at: str
    date: str | None = None
    notes: tuple[str, ...] = ()
    tagged: Mapping[str, str] = field(default_factory=dict)
    as_read: Mapping[str, Any] = field(default_factory=dict)
    organisation: str = ""
    periods: tuple[str, ...] = ()
    kind: str = ""
    aliases: tuple[str, ...] = ()
    is_identified: bool = False

    @property
    def owner(self) -> str:
        """Whose it is: all its places are one owner's, and it lies somewhere."""
        return next((place.owner for place in self.locations), DEFAULT_OWNER)

    @property
    def tags(self) -> dict[str, str]:
        """What its passages are to tell of it: title, identity, place, and the words of these.

        And whether it is outdated, if it is.
        """
        told = tags(self.locations, self.title, self.identity, self.language)
        outdated = self.outdated
        return told if outdated is None else {**told, "outdated": outdated.to_text()}

    @property
    def outdated(self) -> Outdated | None:
        """Which version it is, if a file of it changed and could not be read."""
        unread = [place.changed_at for place in self.locations if place.unread]
        return Outdated(self.ingested_at, max(unread)) if unread else None

    @property
    def identity(self) -> Identity:
        """Which report it is."""
        return Identity(self.organisation, self.periods, self.kind, self.aliases)

    def with_identity(self, identity: Identity) -> Self:
        """The record with the identity that its reader found."""
        return replace(self, **asdict(identity), is_identified=True)

    @property
    def corrected(self) -> list[str]:
        """The names of the fields that somebody corrected."""
        return sorted(self.as_read)

    def with_corrections(self, corrections: Mapping[str, Correction]) -> Self:
        """The record with all `corrections` that hold, by field; of others what was read."""
        read = {name: getattr(self, name) for name in CORRECTABLE} | dict(self.as_read)
        as_read = {name: read[name] for name in corrections}
        told = {**read, **corrections}
        return replace(self, **{**told, "periods": tuple(told["periods"])}, as_read=as_read)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The record that `to_json` made `stored` of."""
        places = sorted(stored["locations"].values(), key=lambda p: (p["root"], p["path"]))
        locations = tuple(
            Location(**{name: place[name] for name in Location.__slots__ if name in place})
            for place in places
        )
        names = [field.name for field in fields(cls) if field.name != "locations"]
        rest: dict[str, Any] = {
            name: tuple(stored[name]) if isinstance(stored[name], list) else stored[name]
            for name in names
            if name in stored  # what was stored before identities has none
        }
        return cls(**rest, locations=locations)

    def to_json(self) -> dict[str, Any]:
        """As it is stored: the locations by key, so that adding one is a single command."""
        return {**asdict(self), "locations": _by_key(self.locations)}


def tags(
    locations: Iterable[Location], title: str, identity: Identity, language: str
) -> dict[str, str]:
    """The fields of the passages of a document that tell of it.

    Args:
        locations: of the document, at least one; their order does not matter.
        title: of the document.
        identity: which report it is.
        language: of the document, in which its name and title are stemmed.
    """
    told = whereabouts(locations)
    name = told["file_name"].replace("_", " ").rpartition(".")[0]
    fields = identity_fields(identity)
    about = [*search_terms(f"{name} {title}", language), *about_terms(identity)]
    return {**told, **fields, "title": title, "about": " ".join(dict.fromkeys(about))}


def whereabouts(locations: Iterable[Location]) -> dict[str, str]:
    """The fields that tell where a document lies: its first place, tags for folders and owner.

    Args:
        locations: of the document, at least one; their order does not matter.
    """
    places = sorted(locations, key=lambda place: (place.root, place.path))
    return {
        "folder": places[0].folder,
        "file_name": places[0].path.rpartition("/")[2],
        "folder_id": ",".join(sorted({folder_id(place.folder, place.owner) for place in places})),
        "owner_id": owner_tag(places[0].owner),
    }


class DocumentReader:
    """The document records of some libraries in one namespace.

    A library is an owner's private documents, or those of a shared collection.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        libraries: whose documents; those of others are not found.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str, libraries: Libraries) -> None:
        # Untyped: the client's stubs have no JSON commands.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._libraries = frozenset(libraries)
        self._ids = [self._keys.documents(library) for library in dict.fromkeys(libraries)]

    @property
    def namespace(self) -> str:
        """The prefix of all keys."""
        return self._keys.namespace

    @property
    def client(self) -> Redis:
        """The connection that was given."""
        connection: Redis = self._client
        return connection

    def owned_by(self, owner: str) -> "DocumentStore":
        """The documents of one owner or collection, which may be changed."""
        return DocumentStore(self._client, self.namespace, owner)

    def within(self, libraries: Libraries) -> "DocumentReader":
        """The documents of several libraries."""
        return DocumentReader(self._client, self.namespace, libraries)

    async def get(self, doc_id: str) -> DocumentRecord | None:
        """The record of `doc_id`, or None if no such document is in the libraries."""
        record = await self.of_any_owner(doc_id)
        return record if record is not None and record.owner in self._libraries else None

    async def known(self, doc_id: str) -> DocumentRecord:
        """The record of `doc_id`.

        Raises:
            DocumentNotFound: the libraries have no such document.
        """
        record = await self.get(doc_id)
        if record is None:
            raise DocumentNotFound(f"there is no document {doc_id}")
        return record

    async def of_any_owner(self, doc_id: str) -> DocumentRecord | None:
        """The record of `doc_id`, whose ever it is: for work of which nobody is told."""
        with storage_errors("the document records"):
            stored = await self._client.execute_command("JSON.GET", self._keys.document(doc_id))
        return DocumentRecord.from_json(json.loads(stored)) if stored else None

    async def count(self) -> int:
        """How many documents there are."""
        with storage_errors("the document records"):
            async with self._client.pipeline(transaction=False) as pipe:
                for ids in self._ids:
                    pipe.zcard(ids)
                return sum(map(int, await pipe.execute()))

    async def passages(self) -> int:
        """How many passages the owner's documents have."""
        count, ids = 0, await self.ids()
        for start in range(0, len(ids), PASSAGES_BATCH):
            keys = [self._keys.document(doc_id) for doc_id in ids[start : start + PASSAGES_BATCH]]
            with storage_errors("the document records"):
                found = await self._client.execute_command("JSON.MGET", *keys, "$.passages")
            count += sum(json.loads(one)[0] for one in found if one)
        return count

    async def changes(self) -> int:
        """How often the documents of the namespace were changed."""
        with storage_errors("the document records"):
            return int(await self._client.get(self._keys.changes) or 0)

    async def ids(self) -> list[str]:
        """The ids of all documents in the order in which they were ingested."""
        with storage_errors("the document records"):
            async with self._client.pipeline(transaction=False) as pipe:
                for ids in self._ids:
                    pipe.zrange(ids, 0, -1, withscores=True)
                found = await pipe.execute()
        if len(found) == 1:
            return [as_text(doc_id) for doc_id, _ in found[0]]
        told = sorted((score, as_text(doc_id)) for some in found for doc_id, score in some)
        return [doc_id for _, doc_id in told]

    async def batches(
        self, doc_ids: Sequence[str] = (), *, size: int = BATCH
    ) -> AsyncGenerator[list[DocumentRecord], None]:
        """All documents, or those of some ids that are in the libraries, a few at a time.

        Reading ten thousand at once would hold up everything else.
        """
        wanted = doc_ids or await self.ids()
        for start in range(0, len(wanted), size):
            records = await self._read(wanted[start : start + size])
            yield [record for record in records if record.owner in self._libraries]

    async def _read(self, doc_ids: Sequence[str]) -> list[DocumentRecord]:
        if not doc_ids:
            return []
        keys = [self._keys.document(doc_id) for doc_id in doc_ids]
        with storage_errors("the document records"):
            stored = await self._client.execute_command("JSON.MGET", *keys, "$")
        # One may have been removed since its id was read.
        return [DocumentRecord.from_json(json.loads(one)[0]) for one in stored if one]

    async def list(self) -> list[DocumentRecord]:
        """All documents in the order in which they were ingested, in two round trips."""
        return await self._read(await self.ids())


class DocumentStore(DocumentReader):
    """The document records of one owner, or of one shared collection, in one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        owner: whose documents; another's are not found.
    """

    def __init__(self, client: Redis, namespace: str, owner: str = DEFAULT_OWNER) -> None:
        super().__init__(client, namespace, (owner,))
        self.owner = owner


def _by_key(locations: Iterable[Location]) -> dict[str, dict[str, Any]]:
    return {location.key: asdict(location) for location in locations}
