"""The documents of an owner, opened without a model, and with one when there is something to embed.

Loading the libraries of models takes longer than a run that finds nothing new.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from citewire.services.ingest.staging import PassageIndexing
from citewire.settings import Settings
from citewire.storage.connection.connection import open_redis
from citewire.storage.library.documents import DocumentStore


@asynccontextmanager
async def open_documents(settings: Settings, owner: str) -> AsyncGenerator[DocumentStore, None]:
    """Open the documents of an owner.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    async with open_redis(settings.storage) as client:
        yield DocumentStore(client, settings.storage.namespace, owner)


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
