"""Documents that were ingested before reports had an identity: theirs is found from passages."""

from citewire.services.ingest.catalog import Catalog
from citewire.services.reading.identity.first_pages import FIRST_PAGES, FirstPages, cut_texts
from citewire.services.reading.identity.identify import identify
from citewire.storage.library.versions import Versions


async def identify_unidentified(versions: Versions, catalog: Catalog) -> None:
    """Find the identity of documents for which nobody looked; `retag` then lets passages tell it.

    Nothing is read anew: what their first passages do not hold is not known.

    Args:
        versions: what changes the documents.
        catalog: the documents as they are; learns of it.

    Raises:
        LibraryBusy, StorageError: the lease is lost, or Redis refuses.
    """
    for record in catalog.records:
        if record.is_identified or not record.locations:
            continue
        told = FirstPages(
            title=str(record.as_read.get("title", record.title)),
            file_name=record.locations[0].path.rpartition("/")[2],
            pages=cut_texts(await versions.first_texts(record.doc_id, 2 * FIRST_PAGES)),
            date=record.date,
        )
        catalog.update(await versions.identify(record, identify(told)))
