"""Deleted collections: what is in them is taken out, whatever server ends in the midst of it."""

import logging
import random
from pathlib import Path

import anyio

from citewire.errors import CitewireError, JobNotFound
from citewire.services.ingest.removal import remove_everything
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.receiving import Uploads, clear_uploads
from citewire.storage.collections.store import CollectionStore
from citewire.storage.keys import library_of
from citewire.storage.library.documents import DocumentStore

logger = logging.getLogger(__name__)

LOOK_S = 30.0
"""How often is looked for collections that another server did not finish, in seconds."""
MOST_JOBS = 1000


class EndingCollections:
    """Takes out what is in deleted collections; whoever builds it runs `run`.

    Nobody can read them any more: that came first.

    Args:
        store: the collections.
        documents: of any library.
        uploads: their uploaded files.
        jobs: ingest into them.
    """

    def __init__(
        self,
        store: CollectionStore,
        *,
        documents: DocumentStore,
        uploads: Uploads,
        jobs: Jobs,
    ) -> None:
        self._store = store
        self._documents = documents
        self._uploads = uploads
        self._jobs = jobs
        self._news = anyio.Event()

    def tell(self) -> None:
        """Say that a collection was deleted; returns at once."""
        self._news.set()

    async def run(self) -> None:
        """Take out what is in deleted collections until cancelled."""
        while True:
            self._news = anyio.Event()
            try:
                for collection_id in await self._store.ending():
                    await self._take_out(collection_id)
            except CitewireError as error:
                logger.warning("a deleted collection is not taken out yet: %s", error)
            except Exception:
                # The boundary of this work: the server goes on without it.
                logger.exception("a deleted collection is not taken out yet")
            with anyio.move_on_after(LOOK_S * random.uniform(0.5, 1.0)):  # noqa: S311  (no secret)
                await self._news.wait()

    async def _take_out(self, collection_id: str) -> None:
        library = library_of(collection_id)
        for state in await self._jobs.newest((library,), MOST_JOBS):
            if state["status"] not in ("done", "failed", "stopped"):
                try:
                    await self._jobs.stop(state["job_id"], library)
                except JobNotFound:
                    continue
        await empty(self._documents.owned_by(library), self._uploads.root)
        await self._store.ended(collection_id)


async def empty(documents: DocumentStore, uploads: Path) -> None:
    """Take out all documents of a library, with its uploaded files.

    Args:
        documents: of the library.
        uploads: where uploaded files lie.

    Raises:
        LibraryBusy: another process is changing the documents.
        StorageError, UploadNotStored: Redis does not answer, or the disk refuses.
    """
    await remove_everything(documents, uploads=uploads)
    await clear_uploads(uploads, documents.owner)
