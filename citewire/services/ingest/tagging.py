"""Passages that follow their document: they tell where it lies, and are filtered by it."""

from collections.abc import Iterable

from citewire.services.ingest.catalog import Catalog
from citewire.storage.library.versions import Versions


async def retag(versions: Versions, catalog: Catalog, doc_ids: Iterable[str]) -> None:
    """Let the passages of documents that were moved tell their new places.

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
        if record is not None and record.tagged and record.tagged != record.whereabouts:
            catalog.update(await versions.retag(record))
