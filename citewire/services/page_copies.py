"""Copies of the pages that chats cite, each a PDF of its own: the report may be replaced or gone.

They are made behind the answer's back: nobody waits for one, and a crash only loses those that
were not made yet. `<folder>/<doc_id>/<page>.pdf` is written once, for a document is its bytes.
"""

import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import anyio

from citewire.errors import DocumentNotFound, PageNotFound, StorageError
from citewire.services.document_file import find_file
from citewire.services.page_files import PageFiles
from citewire.storage.documents import DocumentStore
from citewire.storage.snapshots import SnapshotStore

logger = logging.getLogger(__name__)

MAX_WAITING = 1000
"""Documents; the pages of further ones are not copied."""
ASK_AGAIN_S = 600.0
"""A page that is cited again and again is looked at so seldom."""
MAX_REMEMBERED = 10_000


class PageCopies:
    """The copies of a namespace; whoever builds them runs `run`.

    Args:
        folder: takes them; made when it is needed, blocks nothing.
        documents: of the namespace, for the originals.
        snapshots: of the namespace, for which pages are needed.
        page_files: makes pages from the originals.
        max_bytes: of all copies; beyond it the oldest are deleted. 0: none are made.
    """

    def __init__(
        self,
        folder: Path,
        *,
        documents: DocumentStore,
        snapshots: SnapshotStore,
        page_files: PageFiles,
        max_bytes: int,
    ) -> None:
        self._folder = folder
        self._documents = documents
        self._snapshots = snapshots
        self._page_files = page_files
        self._max_bytes = max_bytes
        self._wanted: dict[str, set[int]] = {}
        self._asked: dict[tuple[str, int], float] = {}
        self._news = anyio.Event()
        self._bytes = 0

    def ask(self, pages: Iterable[tuple[str, int]]) -> None:
        """Let pages be copied, given as document and number; returns at once."""
        if not self._max_bytes:
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

    async def page(self, doc_id: str, number: int) -> bytes:
        """A page of a document as a PDF; of a document that is gone, if it was copied.

        Raises:
            DocumentNotFound, PageNotFound: it cannot be had; the message says why.
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        try:
            record = await self._documents.get(doc_id)
            if record is None:
                raise DocumentNotFound(f"there is no document {doc_id}")
            return await self._page_files.page(record, number)
        except (DocumentNotFound, PageNotFound):
            try:
                return await anyio.Path(self._path(doc_id, number)).read_bytes()
            except OSError:
                pass
            raise

    async def run(self) -> None:
        """Copy and delete until cancelled; first what others left behind is tidied up."""
        for doc_id in await anyio.to_thread.run_sync(self._survey):
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
            await anyio.to_thread.run_sync(self._drop, doc_id, needed)
            await self._copy(doc_id, sorted(pages & needed))
        except (OSError, StorageError, PageNotFound) as error:
            logger.warning("pages of %s are not copied: %s", doc_id, error)
        except Exception:
            # The boundary of a document: those after it are not to suffer.
            logger.exception("pages of %s are not copied", doc_id)

    async def _copy(self, doc_id: str, pages: Sequence[int]) -> None:
        missing = await anyio.to_thread.run_sync(self._missing, doc_id, pages)
        record = await self._documents.get(doc_id) if missing else None
        # Other formats have no pages that can be shown by themselves.
        original = await find_file(record) if record else None
        if record is None or original is None or original.suffix.lower() != ".pdf":
            return
        for page in missing:
            content = await self._page_files.page(record, page)
            # Not if another file took its place while it was read.
            if await find_file(record) == original:
                await anyio.to_thread.run_sync(self._keep, doc_id, page, content)

    def _missing(self, doc_id: str, pages: Sequence[int]) -> list[int]:
        missing = []
        for page in pages:
            try:
                os.utime(self._path(doc_id, page))  # cited again: not among the oldest
            except OSError:
                missing.append(page)
        return missing

    def _keep(self, doc_id: str, page: int, content: bytes) -> None:
        if len(content) <= self._max_bytes:
            _write(self._path(doc_id, page), content)
            self._bytes += len(content)
        if self._bytes > self._max_bytes:
            self._make_room()

    def _drop(self, doc_id: str, needed: set[int]) -> None:
        folder = self._folder / doc_id
        names = {f"{page}.pdf" for page in needed}
        for path in _entries(folder):
            if path.name not in names:
                _unlink(path)
        with suppress(OSError):  # not empty, or not there
            folder.rmdir()

    def _make_room(self) -> None:
        """Delete the oldest copies, down to nine tenths of the limit."""
        # Looked at anew: other processes write and delete, too.
        found = sorted(self._all())
        self._bytes = sum(size for _, size, _ in found)
        for _, size, path in found:
            if self._bytes <= self._max_bytes * 0.9:
                break
            _unlink(path)
            self._bytes -= size

    def _survey(self) -> list[str]:
        """The documents of which there are copies."""
        self._bytes = sum(size for _, size, _ in self._all())
        return [folder.name for folder in _entries(self._folder)]

    def _all(self) -> Iterator[tuple[int, int, Path]]:
        """When each copy was asked for last, its size in bytes, and where it is."""
        for folder in _entries(self._folder):
            for path in _entries(folder):
                with suppress(OSError):
                    status = path.stat()
                    yield status.st_mtime_ns, status.st_size, path

    def _path(self, doc_id: str, page: int) -> Path:
        return self._folder / doc_id / f"{page}.pdf"


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under a name that is no page's: what a killed process leaves is deleted with the next tidying.
    draft = path.with_name(f"{uuid4().hex}.part")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        _unlink(draft)
        raise


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
