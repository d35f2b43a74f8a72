"""The background ingestions of this process: one after another, owned by who runs `Jobs.run`."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import orjson

from citewire.errors import (
    CitewireError,
    Draining,
    JobNotFound,
    LibraryBusy,
    StorageError,
    TooManyJobs,
    known,
)
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.run import OnProgress
from citewire.services.uploads.job import ENDED, Job, State, public
from citewire.storage.jobs import ALIVE_S, JobStore
from citewire.workflows.running import finish

logger = logging.getLogger(__name__)

MAX_WAITING = 100
MAX_RESUMED = 3
"""A job with which the server ends again and again is left alone."""
POLL_S = 0.2
BEAT_S = 2.0
STOP_SHARE, SAVE_SHARE = 0.5, 0.2
"""Of the grace at shutdown: for a run to stop, then for the states to be kept."""

Ingest = Callable[[Path, str, OnProgress], Coroutine[Any, Any, IngestSummary]]


class Jobs:
    """The jobs of one process.

    Args:
        store: where their states are kept.
        ingest: ingests a folder of an owner.
        root_of: where the folder of a name and an owner lies.
        grace_s: how long shutting down may take.
    """

    def __init__(
        self,
        store: JobStore,
        ingest: Ingest,
        *,
        root_of: Callable[[str, str], Path],
        grace_s: float,
    ) -> None:
        self._store = store
        self._ingest = ingest
        self._root_of = root_of
        self._grace_s = grace_s
        self._jobs: dict[str, Job] = {}
        self._saved: dict[str, int] = {}
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._scope = anyio.CancelScope()
        self._over = anyio.Event()
        self._draining = False

    def check_room(self) -> None:
        """See that a job would be taken now.

        Raises:
            Draining: the server is shutting down.
            TooManyJobs: so many wait already.
        """
        if self._draining:
            raise Draining("the server is shutting down")
        if len(self._jobs) >= MAX_WAITING:
            raise TooManyJobs(f"{MAX_WAITING} jobs wait already")

    async def submit(self, job: Job) -> None:
        """Let a job be carried out when those before it are.

        Raises:
            Draining, TooManyJobs: no more are taken.
            StorageError: its state cannot be kept; it is not carried out.
        """
        self.check_room()
        await self._store.save({job.job_id: orjson.dumps(job.to_stored())}, alive=[job.job_id])
        self._take(job)

    async def read(self, job_id: str, owner: str) -> State:
        """The state of an owner's job, of whichever process.

        Raises:
            JobNotFound: the owner has none of that id.
            StorageError: Redis does not answer.
        """
        job = self._jobs.get(job_id)
        if job is not None and job.owner == owner:
            return job.to_state()
        stored, is_alive = await self._store.read(job_id, owner)
        state = public(stored)
        if state["status"] not in ENDED and not is_alive:
            return _interrupted(state)
        return state

    async def follow(self, job_id: str, owner: str) -> AsyncGenerator[State, None]:
        """The state of an owner's job now and after each change, until it is over."""
        last = await self.read(job_id, owner)
        yield last
        while last["status"] not in ENDED:
            await anyio.sleep(POLL_S)
            try:
                state = await self.read(job_id, owner)
            except JobNotFound:
                state = _interrupted(last)
            except StorageError:
                continue
            if state != last:
                yield state
            last = state

    async def run(self) -> None:
        """Carry out jobs until cancelled or drained; what is not over then is interrupted.

        First those that a server which has ended did not finish.
        """
        try:
            with self._scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._keep)
                    tasks.start_soon(self._resume)
                    while True:
                        await self._carry_out(await self._queue.get())
        finally:
            self._draining = True
            for job in self._jobs.values():
                if not job.is_over:
                    job.end("interrupted")
            try:
                await finish(self._save(beat=False), deadline_s=SAVE_SHARE * self._grace_s)
            except TimeoutError:
                logger.warning("the state of jobs cannot be kept: Redis does not answer in time")
            finally:
                self._over.set()

    async def drain(self) -> None:
        """Take no more jobs and stop the one under way; its next run goes on where it was."""
        self._draining = True
        self._scope.cancel()
        await self._over.wait()

    async def _carry_out(self, job: Job) -> None:
        while True:
            try:
                await _owned(
                    self._ingest(job.root, job.owner, job.follow), stop_s=STOP_SHARE * self._grace_s
                )
            except LibraryBusy:
                # Another process ingests for longer than is waited for at a time.
                job.wait()
                continue
            except CitewireError as error:
                logger.warning("job %s failed: %s", job.job_id, error)
                job.end("failed", _fault(error))
            except Exception as error:
                # The boundary of a job: those after it are not to suffer.
                logger.exception("job %s failed", job.job_id)
                job.end("failed", _fault(error))
            else:
                job.end("done")
            return

    def _take(self, job: Job) -> None:
        self._jobs[job.job_id] = job
        self._queue.put_nowait(job)

    async def _resume(self) -> None:
        """Begin again what was interrupted; a server killed just now still counts as alive."""
        for pause_s in (ALIVE_S + 1, 0):
            try:
                for stored in await self._store.left_over():
                    is_due = stored["resumed"] < MAX_RESUMED
                    if is_due and await self._store.claim(stored["job_id"]):
                        root = self._root_of(stored["folder"], stored["owner"])
                        self._take(Job.from_stored(stored, root))
            except StorageError as error:
                logger.warning("interrupted jobs cannot be looked for: %s", error)
            await anyio.sleep(pause_s)

    async def _keep(self) -> None:
        """Save what changed, again and again, with a sign of life."""
        beaten = time.monotonic()
        while True:
            await anyio.sleep(POLL_S)
            beat = time.monotonic() - beaten > BEAT_S
            await self._save(beat=beat)
            if beat:
                beaten = time.monotonic()

    async def _save(self, *, beat: bool) -> None:
        changes = {job_id: job.changes for job_id, job in self._jobs.items()}
        news = [job_id for job_id, count in changes.items() if self._saved.get(job_id) != count]
        states = {job_id: orjson.dumps(self._jobs[job_id].to_stored()) for job_id in news}
        alive = [job_id for job_id in changes if beat and not self._jobs[job_id].is_over]
        over = [job_id for job_id in changes if self._jobs[job_id].is_over]
        try:
            await self._store.save(states, alive=alive, over=over)
        except StorageError as error:
            # Tried again: the states stay in memory until they are kept.
            logger.warning("the state of jobs cannot be kept: %s", error)
            return
        self._saved |= changes
        for job_id in over:
            del self._jobs[job_id], self._saved[job_id]


def _interrupted(state: State) -> State:
    return {**state, "status": "interrupted"}


async def _owned(work: Coroutine[Any, Any, IngestSummary], *, stop_s: float) -> IngestSummary:
    """Await `work` in a task of its own, which is told to stop once and awaited when we are.

    A cancel scope would cancel each await of its cleaning up, too.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        if not task.done():
            task.cancel()
            with anyio.move_on_after(stop_s, shield=True):
                await asyncio.wait({task})
            if task.done() and not task.cancelled() and task.exception():
                logger.warning("stopping an ingestion: %s", task.exception())
    return task.result()


def _fault(error: Exception) -> dict[str, Any]:
    """What is told of a failure in the state of a job."""
    fault = known(error)
    return {"code": fault.code, "message": fault.public, "retryable": fault.retryable}
