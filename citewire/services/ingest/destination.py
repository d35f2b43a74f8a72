"""Whether that into which documents are ingested is still there: a collection may be deleted."""

from citewire.errors import CollectionNotFound
from citewire.storage.collections.store import CollectionStore
from citewire.storage.keys import collection_in
from citewire.storage.library.documents import DocumentStore


async def check_destination(documents: DocumentStore) -> None:
    """See that documents go into no deleted collection; the lease on them must be held.

    Whoever takes out what is in one waits for the lease after it was deleted: so nothing comes
    into it behind that. Files that were uploaded meanwhile are taken out with the rest.

    Raises:
        CollectionNotFound: it is deleted.
        StorageError: Redis does not answer.
    """
    collection_id = collection_in(documents.owner)
    if collection_id is None:
        return
    store = CollectionStore(documents.client, documents.namespace)
    if not await store.exists(collection_id):
        await store.end_again(collection_id)
        raise CollectionNotFound(f"the collection {collection_id} was deleted")
