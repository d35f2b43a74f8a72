"""The names of the reports of each library, kept and read anew once documents have changed."""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

from citewire.errors import StorageError
from citewire.storage.keys import Libraries
from citewire.storage.library.documents import DocumentStore
from citewire.workflows.catalogue.names import NO_NAMES, ReportNames

logger = logging.getLogger(__name__)

CHECK_S = 2.0
"""So old may names be before somebody looks whether documents have changed."""
FIRST_WAIT_S = 0.5
"""So long a question waits for names that were never read; it is searched for without them."""
REST = 20
"""Reading them takes this share of the time at most, however often documents change."""
MOST_KEPT = 256
MOST_MERGED = 32
"""Choices of several libraries; their names are as large as those of all of them."""


@dataclass(slots=True)
class _Kept:
    names: ReportNames = NO_NAMES
    changes: int = -1
    due: float = 0.0
    reading: asyncio.Task[None] | None = None


class KeptNames:
    """The names of the reports of libraries.

    No question waits for Redis because of them: what changed is looked at beside it.

    Args:
        documents: of any library: `owned_by` gives one's.
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._merged: OrderedDict[Libraries, tuple[list[ReportNames], ReportNames]] = OrderedDict()

    async def of(self, libraries: Libraries) -> ReportNames:
        """The names of the reports of some libraries, as they were a moment ago."""
        kept = [self._kept_of(library) for library in libraries]
        first = {one.reading for one in kept if one.changes < 0 and one.reading is not None}
        if first:
            await asyncio.wait(first, timeout=FIRST_WAIT_S)
        several = [one.names for one in kept if one.names.whole or one.names.signs]
        if len(several) < 2:  # private libraries are often empty
            return several[0] if several else NO_NAMES
        return await self._together(libraries, several)

    async def _together(self, libraries: Libraries, several: list[ReportNames]) -> ReportNames:
        before = self._merged.pop(libraries, None)
        if before is None or list(map(id, before[0])) != list(map(id, several)):
            before = several, await asyncio.to_thread(ReportNames.merged, several)
        self._merged[libraries] = before
        while len(self._merged) > MOST_MERGED:
            self._merged.popitem(last=False)
        return before[1]

    def _kept_of(self, library: str) -> _Kept:
        kept = self._kept.setdefault(library, _Kept())
        self._kept.move_to_end(library)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        if kept.reading is None and time.monotonic() >= kept.due:
            kept.reading = asyncio.create_task(self._read(library, kept))
        return kept

    async def _read(self, library: str, kept: _Kept) -> None:
        begun = time.monotonic()
        documents = self._documents.owned_by(library)
        try:
            changes = await documents.changes()
            if changes != kept.changes:
                found = [one.identity async for some in documents.batches() for one in some]
                kept.names = await asyncio.to_thread(ReportNames.of, found)
                kept.changes = changes
        except StorageError as error:
            logger.warning("the names of the reports were not read: %s", error)
        finally:
            now = time.monotonic()
            kept.due = now + max(CHECK_S, REST * (now - begun))
            kept.reading = None
