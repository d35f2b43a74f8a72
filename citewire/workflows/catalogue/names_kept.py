"""The names of the reports of each owner, kept and read anew once documents have changed."""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

from citewire.errors import StorageError
from citewire.storage.library.documents import DocumentStore
from citewire.workflows.catalogue.names import NO_NAMES, ReportNames

logger = logging.getLogger(__name__)

CHECK_S = 2.0
"""So old may names be before somebody looks whether documents have changed."""
FIRST_WAIT_S = 0.5
"""So long a question waits for names that were never read; it is searched for without them."""
REST = 20
"""Reading them takes this share of the time at most, however often documents change."""
MOST_OWNERS = 256


@dataclass(slots=True)
class _Kept:
    names: ReportNames = NO_NAMES
    changes: int = -1
    due: float = 0.0
    reading: asyncio.Task[None] | None = None


class KeptNames:
    """The names of the reports of owners.

    No question waits for Redis because of them: what changed is looked at beside it.

    Args:
        documents: of any owner: `owned_by` gives one's.
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def of(self, owner: str) -> ReportNames:
        """The names of an owner's reports, as they were a moment ago."""
        kept = self._kept.setdefault(owner, _Kept())
        self._kept.move_to_end(owner)
        while len(self._kept) > MOST_OWNERS:
            self._kept.popitem(last=False)
        if kept.reading is None and time.monotonic() >= kept.due:
            kept.reading = asyncio.create_task(self._read(owner, kept))
        if kept.changes < 0 and kept.reading is not None:
            await asyncio.wait({kept.reading}, timeout=FIRST_WAIT_S)
        return kept.names

    async def _read(self, owner: str, kept: _Kept) -> None:
        begun = time.monotonic()
        documents = self._documents.owned_by(owner)
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
