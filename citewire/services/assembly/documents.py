"""The documents of an owner, opened without a model, and with one when there is something to embed.

Loading the libraries of models takes longer than a run that finds nothing new.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from citewire.services.ingest.reuse import PassageIndexing
from citewire.settings import Settings
from citewire.storage.collections.store import CollectionStore
from citewire.storage.connection.connection import open_redis
from citewire.storage.keys import library_of
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.embedded import library_tags


@asynccontextmanager
async def open_documents(settings: Settings, owner: str) -> AsyncGenerator[DocumentStore, None]:
    """Open the documents of an owner.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    async with open_redis(settings.storage) as client:
        yield DocumentStore(client, settings.storage.namespace, owner)


@asynccontextmanager
async def open_collections(settings: Settings) -> AsyncGenerator[CollectionStore, None]:
    """Open the shared collections.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    async with open_redis(settings.storage) as client:
        yield CollectionStore(client, settings.storage.namespace)


async def take_out(settings: Settings, collection_id: str) -> None:
    """Take out what is in a deleted collection; a server goes on with it if this is killed.

    Raises:
        LibraryBusy: another process is changing the documents; a server takes them out later.
        StorageError: Redis does not answer.
    """
    # Deferred, see above.
    from citewire.services.uploads.ending import empty
    from citewire.services.uploads.receiving import uploads_root

    async with open_documents(settings, library_of(collection_id)) as documents:
        await empty(documents, uploads_root(settings.storage))
        await CollectionStore(documents.client, documents.namespace).ended(collection_id)


async def all_libraries(documents: DocumentStore) -> Sequence[str]:
    """The tags of all libraries: whoever runs the service may read each of them.

    Raises:
        StorageError: Redis does not answer.
    """
    return await library_tags(documents.client, documents.namespace)


@asynccontextmanager
async def open_indexing(
    settings: Settings, documents: DocumentStore
) -> AsyncGenerator[PassageIndexing, None]:
    """Open what embeds new documents; the index is created if there is none.

    Raises:
        ConfigurationError, StorageError: something is missing or does not fit; the message says
            what to do.
    """
    # Deferred, see above.
    from citewire.services.assembly.library import open_store
    from citewire.services.ingest.indexing import Indexing
    from citewire.services.models.build import open_models

    async with open_models(settings) as models:
        store = await open_store(settings, documents, models.embeddings)
        yield Indexing(models.embeddings.model, store)
