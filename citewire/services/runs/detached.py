"""Runs that outlive their client for a while (CITEWIRE_DISCONNECT_GRACE_S above 0).

By default a run belongs to the response that streams it. With a grace time it belongs to a task of
the worker, and the response only takes what the task tells, through a short queue that makes the
run wait for a slow client. Whoever attaches again reads the log, on whichever worker, and leaves a
mark there that keeps the run alive.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

import anyio
from anyio.abc import TaskGroup

from citewire.errors import StorageError
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.runs import Run
from citewire.storage.runs.log import RunLogs

logger = logging.getLogger(__name__)

Stream = Callable[[Run], AsyncGenerator[ToldBatch, None]]

AHEAD = 16
"""Batches that a run may be ahead of its client."""


class DetachedRuns:
    """The runs of this worker that do not end with their response.

    Args:
        stream: answers a run; what it tells, in batches.
        logs: where readers leave their marks.
        tasks: owns the runs; outlives all responses.
        grace_s: how long a run goes on without a client, in seconds.
    """

    def __init__(self, stream: Stream, logs: RunLogs, tasks: TaskGroup, *, grace_s: float) -> None:
        self._stream = stream
        self._logs = logs
        self._tasks = tasks
        self._grace_s = grace_s

    async def batches(self, run: Run) -> AsyncGenerator[ToldBatch, None]:
        """Answer `run`; leaving does not stop it at once."""
        run.is_detached = True
        detached = _Detached(run)
        self._tasks.start_soon(self._answer, detached)
        try:
            while (batch := await detached.queue.get()) is not None:
                yield batch
        finally:
            detached.leave()
            if not detached.over.is_set():
                self._tasks.start_soon(self._wait, detached)

    async def _answer(self, detached: "_Detached") -> None:
        try:
            async with aclosing(self._stream(detached.run)) as batches:
                async for batch in batches:
                    await detached.put(batch)
        except Exception:
            # The boundary of one run: the others are not to suffer.
            logger.exception("run %s ended without an end", detached.run.ids.run_id)
        finally:
            detached.over.set()
        await detached.put(None)

    async def _wait(self, detached: "_Detached") -> None:
        """Stop a run that nobody reads any more when its time is over."""
        left_s = self._grace_s
        while left_s > 0:
            with anyio.move_on_after(left_s):
                await detached.over.wait()
                return
            left_s = 0.0
            with suppress(StorageError):
                left_s = await self._logs.read_for_s(detached.run.ids.run_id)
        await detached.run.stop("disconnect")


class _Detached:
    """A run and the client that it was begun for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.queue: asyncio.Queue[ToldBatch | None] = asyncio.Queue(AHEAD)
        self.over = anyio.Event()
        self._is_left = False

    async def put(self, batch: ToldBatch | None) -> None:
        if not self._is_left:
            await self.queue.put(batch)

    def leave(self) -> None:
        self._is_left = True
        while not self.queue.empty():  # whoever waits for room
            self.queue.get_nowait()
