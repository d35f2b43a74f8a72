"""What serving and ingesting both need, opened together: Redis, the index on it and the models."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from citewire.services.assembly.readiness import ReadinessChecks
from citewire.services.ingest.indexing import Indexing
from citewire.services.models.build import Embeddings, Models, open_models
from citewire.services.telemetry.metrics import Metrics
from citewire.services.telemetry.watches import RedisWatch
from citewire.settings import Settings
from citewire.storage.chats.store import ChatStore, build_chats
from citewire.storage.connection.connection import open_redis, ping
from citewire.storage.index.opening import open_index
from citewire.storage.index.schema import check_index, ensure_index
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.passage_read import PassageReader
from citewire.storage.library.snapshots import SnapshotStore
from citewire.storage.library.vector_store import PassageStore, build_vector_store


@dataclass(frozen=True, slots=True)
class Library:
    """The corpus of one namespace, with the models that read it.

    `documents` are those of the default owner, `documents.owned_by` gives another's.
    """

    settings: Settings
    models: Models
    store: PassageStore
    documents: DocumentStore
    passages: PassageReader
    chats: ChatStore
    snapshots: SnapshotStore
    readiness: ReadinessChecks

    @asynccontextmanager
    async def open_indexing(self) -> AsyncGenerator[Indexing, None]:
        """The embedding model and the index, made anew if Redis was emptied, to ingest with.

        Raises:
            IndexMismatch, StorageUnavailable: the index does not fit, or Redis does not answer.
        """
        embeddings = self.models.embeddings
        schema = self.store.schema
        await ensure_index(self.documents.client, schema, embedding=embeddings.name)
        yield Indexing(embeddings.model, self.store)


@asynccontextmanager
async def open_library(
    settings: Settings, metrics: Metrics | None = None
) -> AsyncGenerator[Library, None]:
    """Open everything that the settings name; the index is created if there is none.

    How Redis and the provider fare is counted in `metrics`, or nowhere.

    Raises:
        ConfigurationError, StorageError: something is missing or does not fit; the message says
            what to do.
    """
    watch = None if metrics is None else RedisWatch(metrics)
    async with (
        open_models(settings, metrics) as models,
        open_redis(settings.storage, watch) as client,
    ):
        # Without keys nobody else asks, and hardly anybody else has passages.
        main_owner = None if settings.is_closed else DEFAULT_OWNER
        documents = DocumentStore(client, settings.storage.namespace)
        store = await open_store(settings, documents, models.embeddings, main_owner=main_owner)
        chats = build_chats(client, settings)
        await chats.index.ensure()

        async def check_live_index() -> None:
            # A Redis that was flushed or replaced has no index: it is made anew instead of being
            # reported for ever as missing. One that does not fit is left alone and reported.
            embedding = models.embeddings.name
            await ensure_index(client, store.schema, embedding=embedding, timeout_s=1.0)
            await check_index(client, store.schema, embedding=embedding)

        yield Library(
            settings=settings,
            models=models,
            store=store,
            documents=documents,
            passages=PassageReader(client, settings.storage.namespace),
            chats=chats,
            snapshots=SnapshotStore(client, settings.storage.namespace),
            readiness=ReadinessChecks(
                redis=lambda: ping(client), index=check_live_index, models=models
            ),
        )


async def open_store(
    settings: Settings,
    documents: DocumentStore,
    embeddings: Embeddings,
    *,
    main_owner: str | None = None,
) -> PassageStore:
    """Open the store of passages; its index is created if there is none.

    Raises:
        IndexMismatch, StorageUnavailable: the index does not fit, or Redis does not answer.
    """
    schema = await open_index(
        documents.client,
        namespace=documents.namespace,
        dims=embeddings.dims,
        algorithm=settings.storage.index_algorithm,
        embedding=embeddings.name,
    )
    return build_vector_store(
        documents.client,
        schema,
        main_owner=main_owner,
        embedding=embeddings.name,
        is_shared=main_owner is None,
    )
