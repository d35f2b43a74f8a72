"""Copies of the pages that chats cite, each a PDF of its own: the report may be replaced or gone.

They are made behind the answer's back: nobody waits for one, and a crash only loses those that
were not made yet.
"""

import logging
import time
from collections.abc import Iterable, Sequence

import anyio

from citewire.errors import DocumentNotFound, PageNotFound, StorageError
from citewire.services.pages.contents import FileContents
from citewire.services.pages.extract import PageFiles, has_pages
from citewire.services.pages.folder import PageFolder
from citewire.services.pages.original import find_file
from citewire.storage.keys import Libraries
from citewire.storage.library.documents import DocumentRecord, DocumentStore
from citewire.storage.library.snapshots import SnapshotStore

logger = logging.getLogger(__name__)

MAX_WAITING = 1000
"""Documents; the pages of further ones are not copied."""
ASK_AGAIN_S = 600.0
"""A page that is cited again and again is looked at so seldom."""
MAX_REMEMBERED = 10_000


class PageCopies:
    """The copies of a namespace; whoever builds them runs `run`.

    Args:
        folder: takes them.
        documents: of the namespace, for the originals.
        snapshots: of the namespace, for which pages are needed.
        page_files: makes pages from the originals.
    """

    def __init__(
        self,
        folder: PageFolder,
        *,
        documents: DocumentStore,
        snapshots: SnapshotStore,
        page_files: PageFiles,
    ) -> None:
        self._folder = folder
        self._documents = documents
        self._snapshots = snapshots
        self._page_files = page_files
        self._wanted: dict[str, set[int]] = {}
        self._asked: dict[tuple[str, int], float] = {}
        self._news = anyio.Event()

    def ask(self, pages: Iterable[tuple[str, int]]) -> None:
        """Let pages be copied, given as document and number; returns at once."""
        if not self._folder.max_bytes:
            return
        if len(self._asked) > MAX_REMEMBERED:
            self._asked.clear()
        now = time.monotonic()
        for doc_id, page in pages:
            if now - self._asked.get((doc_id, page), -ASK_AGAIN_S) >= ASK_AGAIN_S:
                self._asked[doc_id, page] = now
                self._note(doc_id, page)

    def tidy(self, doc_ids: Iterable[str]) -> None:
        """Let the copies that nobody needs any more be deleted; returns at once."""
        self._asked.clear()
        for doc_id in doc_ids:
            self._note(doc_id)

    async def page(self, doc_id: str, number: int, libraries: Libraries) -> bytes:
        """A page of a document of some libraries as a PDF; of one that is gone, if it was copied.

        Raises:
            DocumentNotFound, PageNotFound: it cannot be had; the message says why.
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        try:
            record = await self._documents.within(libraries).known(doc_id)
            return await self._page_files.page(record, number)
        except (DocumentNotFound, PageNotFound):
            if not await self._snapshots.is_kept_for(libraries, doc_id):
                raise
            try:
                return await anyio.Path(self._folder.path(doc_id, number)).read_bytes()
            except OSError:
                pass
            raise

    async def contents(self, record: DocumentRecord) -> FileContents:
        """What the file of a document says of its pages; nothing if it is no PDF, or not there."""
        return await self._page_files.contents(record)

    async def settle_all(self) -> int:
        """Delete all copies that no chat needs; gives how many there were.

        Raises:
            StorageError: Redis does not answer, or refuses.
        """
        count = 0
        for doc_id in await anyio.to_thread.run_sync(self._folder.survey):
            needed = await self._snapshots.pages(doc_id)
            count += await anyio.to_thread.run_sync(self._folder.drop, doc_id, needed)
        return count

    async def check(self, doc_id: str, libraries: Libraries) -> None:
        """See that libraries have the document, or chats still cite it; else DocumentNotFound."""
        try:
            await self._documents.within(libraries).known(doc_id)
        except DocumentNotFound:
            if not await self._snapshots.is_kept_for(libraries, doc_id):
                raise

    async def run(self) -> None:
        """Copy and delete until cancelled; first what others left behind is tidied up."""
        for doc_id in await anyio.to_thread.run_sync(self._folder.survey):
            await self._settle(doc_id, set())
        while True:
            while self._wanted:
                doc_id = next(iter(self._wanted))
                await self._settle(doc_id, self._wanted.pop(doc_id))
            self._news = anyio.Event()
            await self._news.wait()

    def _note(self, doc_id: str, *pages: int) -> None:
        if doc_id not in self._wanted and len(self._wanted) >= MAX_WAITING:
            logger.warning("too many pages wait to be copied: document %s is left out", doc_id)
            return
        self._wanted.setdefault(doc_id, set()).update(pages)
        self._news.set()

    async def _settle(self, doc_id: str, pages: set[int]) -> None:
        try:
            needed = await self._snapshots.pages(doc_id)
            await anyio.to_thread.run_sync(self._folder.drop, doc_id, needed)
            await self._copy(doc_id, sorted(pages & needed))
        except (OSError, StorageError) as error:
            logger.warning("pages of %s are not copied: %s", doc_id, error)
        except Exception:
            # The boundary of a document: those after it are not to suffer.
            logger.exception("pages of %s are not copied", doc_id)

    async def _copy(self, doc_id: str, pages: Sequence[int]) -> None:
        missing = await anyio.to_thread.run_sync(self._folder.missing, doc_id, pages)
        record = await self._documents.of_any_owner(doc_id) if missing else None
        # Other formats have no pages that can be shown by themselves.
        original = await find_file(record) if record else None
        if record is None or original is None or not has_pages(original):
            return
        for page in missing:
            try:
                content = await self._page_files.page(record, page)
            except PageNotFound as error:  # too large, say
                logger.warning("page %d of %s is not copied: %s", page, doc_id, error)
                continue
            # Not if another file took its place while it was read.
            if await find_file(record) == original:
                await anyio.to_thread.run_sync(self._folder.keep, doc_id, page, content)
