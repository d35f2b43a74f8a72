"""Citewire in one's own process: the same requests as to a server, without a socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx

from citewire.api.app import create_app
from citewire.client.asgi import AppTransport
from citewire.client.connection import CALL_S, Address
from citewire.client.http import AsyncClient, File
from citewire.services.access.caller import Caller
from citewire.services.access.keys import new_key
from citewire.services.access.reach import Reaching, readable_tags
from citewire.services.assembly.documents import open_documents, open_indexing
from citewire.services.ingest.outcome import IngestSummary, Progress
from citewire.services.ingest.pipeline import check_embedding, ingest_folders
from citewire.services.ingest.run import IngestOptions
from citewire.settings import Settings, load_settings
from citewire.storage.collections.store import CollectionStore
from citewire.storage.keys import DEFAULT_OWNER

URL = "http://localhost"


def _unheard(_: Progress) -> None:
    pass


class Citewire(AsyncClient):
    """Asks and ingests in this process.

    `async with Citewire.open() as cw: await cw.ingest("reports")`

    Args:
        settings: of all that it does.
        http: asks the app.
        owner: who asks.
    """

    def __init__(self, settings: Settings, http: httpx.AsyncClient, owner: str) -> None:
        super().__init__(http=http)
        self.settings = settings
        self._owner = owner

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings | None = None,
        *,
        owner: str = DEFAULT_OWNER,
        **changes: object,
    ) -> AsyncGenerator["Citewire", None]:
        """Open all that answers need, for the block.

        Args:
            settings: checked ones; None: those of the environment (docs/settings.md).
            owner: whose reports and chats it is about.
            changes: settings that are other, by their names without `CITEWIRE_`.

        Raises:
            ConfigurationError, StorageError: something is missing or does not fit; the message
                says what to do.
        """
        settings = settings.with_changes(**changes) if settings else load_settings(**changes)
        key = new_key() if settings.is_closed or owner != DEFAULT_OWNER else None
        if key is not None:
            settings = settings.with_changes(api_keys=f"{owner}:{key}", api_keys_file=None)
        app = create_app(settings)
        raised: Exception | None = None
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=AppTransport(app),
                base_url=f"{URL}/",
                headers=Address(URL, key).headers,
                timeout=CALL_S,
            ) as http,
        ):
            try:
                yield cls(settings, http, owner)
            except Exception as failure:
                # Task groups below would hand on a group of exceptions in its place.
                raised = failure
        if raised is not None:
            raise raised

    async def ingest(
        self,
        *folders: File,
        options: IngestOptions = IngestOptions(),  # noqa: B008  (frozen)
    ) -> IngestSummary:
        """Read folders of reports, as `citewire ingest` does; what is known already costs nothing.

        Raises:
            IndexMismatch: what is ingested already was embedded with another model.
        """
        async with open_documents(self.settings, self._owner) as documents:
            await check_embedding(documents, self.settings.models)
            reaching = Reaching(CollectionStore(documents.client, documents.namespace))
            return await ingest_folders(
                [Path(folder) for folder in folders],
                documents=documents,
                open_indexing=partial(open_indexing, self.settings, documents),
                settings=self.settings,
                on_progress=_unheard,
                options=options,
                readable=partial(readable_tags, reaching, Caller(self._owner)),
            )
