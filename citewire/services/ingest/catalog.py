"""The documents as they are and as they are to be: what a change of places makes current or not.

A change is computed here and done by `storage.versions`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from citewire.storage.library.documents import DocumentRecord, Location
from citewire.storage.library.versions import Change, Versions

Place = tuple[str, str]
"""Root and path of a location."""


@dataclass(frozen=True, slots=True)
class Known:
    """What lies at a place as far as we know."""

    record: DocumentRecord
    location: Location


class Catalog:
    """All documents of a namespace; changed in memory by each change that is asked for."""

    def __init__(self, records: Iterable[DocumentRecord]) -> None:
        self._records = {record.doc_id: record for record in records}
        self._holders = {
            (location.root, location.path): doc_id
            for doc_id, record in self._records.items()
            for location in record.locations
        }

    @property
    def records(self) -> list[DocumentRecord]:
        """All documents."""
        return list(self._records.values())

    def get(self, doc_id: str) -> DocumentRecord | None:
        """The document, if it is known."""
        return self._records.get(doc_id)

    def at(self, place: Place) -> Known | None:
        """What lies at a place."""
        doc_id = self._holders.get(place)
        if doc_id is None:
            return None
        record = self._records[doc_id]
        [location] = [
            location for location in record.locations if (location.root, location.path) == place
        ]
        return Known(record, location)

    def within(self, root: str) -> list[Known]:
        """All that lies in a root."""
        return [
            Known(record, location)
            for record in self._records.values()
            for location in record.locations
            if location.root == root
        ]

    def update(self, record: DocumentRecord) -> None:
        """Take over a record whose places are the same."""
        self._records[record.doc_id] = record

    def show(self, record: DocumentRecord, gone: Iterable[Known] = ()) -> Change:
        """The change that makes a new document current at all its places."""
        places = record.locations
        bare = replace(record, locations=())
        self._records[record.doc_id] = bare
        change = self.place([(record.doc_id, location) for location in places], gone)
        return replace(change, show=(self._records[record.doc_id],), add=())

    def place(self, added: Iterable[tuple[str, Location]], gone: Iterable[Known] = ()) -> Change:
        """The change that lays known documents at places and takes away what is gone.

        What lay at a place before lies there no more. All is added before anything is taken away,
        so that documents may change places.
        """
        add = list(added)
        leaving: dict[tuple[str, Place], Location] = {}
        for doc_id, location in add:
            place = (location.root, location.path)
            before = self.at(place)
            if before is not None and before.record.doc_id != doc_id:
                leaving[before.record.doc_id, place] = before.location
            self._add(doc_id, location)
        for known in gone:
            place = (known.location.root, known.location.path)
            if self._holders.get(place) == known.record.doc_id:
                leaving[known.record.doc_id, place] = known.location
                del self._holders[place]
        touched = {doc_id for doc_id, _ in leaving}
        for (doc_id, _), location in leaving.items():
            self._drop(doc_id, location)
        retired = tuple(sorted(one for one in touched if not self._records[one].locations))
        for doc_id in retired:
            del self._records[doc_id]
        kept = [(i, at.key) for (i, _), at in leaving.items() if i not in retired]
        left = [
            (doc_id, at.key, self._holders.get(place, ""))
            for (doc_id, place), at in leaving.items()
            if doc_id in retired
        ]
        return Change(add=tuple(add), drop=tuple(kept), retire=retired, left=tuple(left))

    def _add(self, doc_id: str, location: Location) -> None:
        record = self._records[doc_id]
        others = tuple(one for one in record.locations if one.key != location.key)
        self._records[doc_id] = replace(record, locations=(*others, location))
        self._holders[location.root, location.path] = doc_id

    def _drop(self, doc_id: str, location: Location) -> None:
        record = self._records[doc_id]
        rest = tuple(one for one in record.locations if one.key != location.key)
        self._records[doc_id] = replace(record, locations=rest)


async def retag(versions: Versions, catalog: Catalog, doc_ids: Iterable[str]) -> None:
    """Let the passages of documents that were moved or corrected tell so.

    After the change that moved them: if this is killed, the records tell that it is to be done.

    Args:
        versions: what changes the documents.
        catalog: the documents as they are now; learns of it.
        doc_ids: the documents that may have been moved; unknown ones lie nowhere any more.

    Raises:
        LibraryBusy, StorageError: the lease is lost, or Redis refuses.
    """
    for doc_id in sorted(doc_ids):
        record = catalog.get(doc_id)
        if record is not None and record.tagged and record.tagged != record.tags:
            catalog.update(await versions.retag(record))
