"""Following a run from its log, on whichever worker it is written: as its client heard it."""

import logging
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from time import monotonic

from citewire.errors import NotReplayable, RunNotFound, StorageError, TooManyReaders
from citewire.services.runs.log import ToldBatch
from citewire.storage.runs.log import MAX_READERS, UNDER_WAY, RunLogs
from citewire.tracing.names import FOLLOW, RUN_ID
from citewire.tracing.spans import lone_span

logger = logging.getLogger(__name__)

MARK_S = 1.0


class Following:
    """The readers of this worker.

    Args:
        logs: what runs told.
        per_owner: so many readers one owner may have; None for any number.
    """

    def __init__(self, logs: RunLogs, per_owner: int | None) -> None:
        self._logs = logs
        self._per_owner = per_owner
        self._readers: Counter[str] = Counter()

    @contextmanager
    def reading(self, owner: str) -> Iterator[None]:
        """Hold the place of one reader of an owner.

        Raises:
            TooManyReaders: all places are taken, or all that one owner may have.
        """
        if self._per_owner is not None and self._readers[owner] >= self._per_owner:
            raise TooManyReaders(f"{self._per_owner} of your streams follow runs already")
        if self._readers.total() >= MAX_READERS:
            raise TooManyReaders(f"{MAX_READERS} streams follow runs already")
        self._readers[owner] += 1
        try:
            yield
        finally:
            self._readers[owner] -= 1
            if not self._readers[owner]:
                del self._readers[owner]

    async def open(
        self, run_id: str, owner: str, *, after: int
    ) -> AsyncGenerator[ToldBatch, None] | None:
        """As `follow`, once it is known that there is something; None if all of it is known.

        Raises:
            RunNotFound: there is none of that id, it is too long ago, or it was not logged.
        """
        known = await self._logs.find(run_id, owner)
        if known.status in UNDER_WAY:
            return self.follow(run_id, owner, after=after)
        end = await self._logs.read_end(run_id)
        if end is None:
            raise RunNotFound(f"what run {run_id} told was not logged")
        if after == end.last and known.status != "lost":
            return None
        # Of a lost run its client may have heard more than the log has, but not how it ended.
        return self.follow(run_id, owner, after=min(after, end.last - 1))

    async def begun(self, run_id: str, owner: str) -> bool:
        """Wait until a run has told something; False if it was refused and never will.

        Raises:
            NotReplayable: it was not logged.
        """
        while True:
            try:
                known = await self._logs.find(run_id, owner)
            except RunNotFound:
                return False
            if await self._logs.read(run_id, 0, waits=known.status in UNDER_WAY):
                return True
            if known.status not in UNDER_WAY:
                raise NotReplayable(f"this was asked before, in run {run_id}, which is not logged")

    async def follow(
        self, run_id: str, owner: str, *, after: int = 0
    ) -> AsyncGenerator[ToldBatch, None]:
        """What a run told after the event of that number, and goes on telling, to its end.

        If something in between is not in the log, the last event alone is given: it is complete
        by itself. If even that is missing it ends without one.
        """
        with lone_span(FOLLOW, "server") as traced:
            try:
                if traced.is_recorded:
                    traced.note(RUN_ID, run_id)
                    traced.link((await self._logs.find(run_id, owner)).trace)
                async with aclosing(self._entries(run_id, owner, after)) as batches:
                    async for batch in batches:
                        yield batch
            except RunNotFound:
                return  # too long ago by now
            except StorageError as error:
                traced.fail(error)
                logger.warning("run %s cannot be followed any more: %s", run_id, error)

    async def _entries(
        self, run_id: str, owner: str, after: int
    ) -> AsyncGenerator[ToldBatch, None]:
        told = read = after
        waits = False
        is_over = False
        marked = 0.0
        while True:
            if waits and monotonic() - marked > MARK_S:
                await self._logs.mark_read(run_id)
                marked = monotonic()
            entries = await self._logs.read(run_id, read, waits=waits)
            for entry in entries:
                read = entry.last
                if entry.first <= told + 1:
                    yield entry.events[told + 1 - entry.first :]
                    told = read
                elif entry.is_end:
                    yield entry.events[-1:]
                if entry.is_end:
                    return
            if not entries:
                if is_over:
                    # Its client heard more than a dead worker had logged, and no end.
                    end = await self._logs.read_end(run_id)
                    if end is not None and end.is_end and end.last <= read:
                        yield end.events[-1:]
                    return
                is_over = (await self._logs.find(run_id, owner)).status not in UNDER_WAY
                waits = not is_over
