"""The background ingestions of this process: in turns between owners, by who runs `Jobs.run`."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import suppress
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
from citewire.services.uploads.job import ENDED, Job, JobStatus, State, public
from citewire.services.uploads.turns import Turns
from citewire.settings.settings import LibraryRoom
from citewire.storage.jobs import ALIVE_S, JobStore
from citewire.storage.keys import Libraries
from citewire.workflows.running import finish

logger = logging.getLogger(__name__)

LANES = 2
"""So many jobs are carried out at once."""
MAX_WAITING = 1000
MAX_RESUMED = 3
"""A job with which the server ends again and again is left alone."""
POLL_S = 0.2
BEAT_S = 2.0
STOP_SHARE, SAVE_SHARE = 0.5, 0.2
"""Of the grace at shutdown: for a run to stop, then for the states to be kept."""
STOP_WAIT_S = 10.0
"""How long whoever stops a job waits until it is over."""

Ingest = Callable[[Job], Coroutine[Any, Any, IngestSummary]]
TakeBack = Callable[[Job], Awaitable[None]]


class Jobs:
    """The jobs of one process.

    Args:
        store: where their states are kept.
        ingest: ingests the folder of a job.
        take_back: deletes the files of a job that was stopped before they were ingested.
        root_of: where the folder of a name and an owner lies.
        room_of: how much an owner, or a collection, may have.
        grace_s: how long shutting down may take.
    """

    def __init__(
        self,
        store: JobStore,
        ingest: Ingest,
        *,
        take_back: TakeBack,
        root_of: Callable[[str, str], Path],
        room_of: Callable[[str], LibraryRoom],
        grace_s: float,
    ) -> None:
        self._store = store
        self._ingest = ingest
        self._take_back = take_back
        self._root_of = root_of
        self._room_of = room_of
        self._grace_s = grace_s
        self._jobs: dict[str, Job] = {}
        self._saved: dict[str, int] = {}
        self._turns = Turns(LANES)
        self._scope = anyio.CancelScope()
        self._over = anyio.Event()
        self._draining = False

    def count(self, status: JobStatus) -> int:
        """How many jobs of this process have a status."""
        return sum(job.status == status for job in self._jobs.values())

    def check_room(self, owner: str, by: str) -> None:
        """See that a job would be taken now.

        Args:
            owner: whose folder: a person, or a shared collection.
            by: who uploads to it.

        Raises:
            Draining: the server is shutting down.
            TooManyJobs: so many wait already, of the collection, of the person or of all.
        """
        if self._draining:
            raise Draining("the server is shutting down")
        waiting = [job for job in self._jobs.values() if not job.is_over]
        own, room = self._room_of(by), self._room_of(owner)
        if sum((job.by or job.owner) == by for job in waiting) >= own.jobs:
            raise TooManyJobs(f"{own.jobs} of your jobs wait already (CITEWIRE_MAX_JOBS_PER_OWNER)")
        if sum(job.owner == owner for job in waiting) >= room.jobs:
            raise TooManyJobs(
                f"{room.jobs} jobs of the collection wait already "
                "(CITEWIRE_MAX_JOBS_PER_COLLECTION)"
            )
        if len(waiting) >= MAX_WAITING:
            raise TooManyJobs(f"{MAX_WAITING} jobs wait already")

    async def submit(self, job: Job) -> None:
        """Let a job be carried out when it is its owner's turn.

        Raises:
            Draining, TooManyJobs: no more are taken.
            StorageError: its state cannot be kept; it is not carried out.
        """
        self.check_room(job.owner, job.by or job.owner)
        await self._store.add(job.job_id, job.owner, orjson.dumps(job.to_stored()))
        self._take(job)

    async def read(self, job_id: str, libraries: Libraries) -> State:
        """The state of a job of some libraries, of whichever process.

        Raises:
            JobNotFound: they have none of that id.
            StorageError: Redis does not answer.
        """
        job = self._jobs.get(job_id)
        if job is not None and job.owner in libraries:
            return job.to_state()
        return _as_it_is(*await self._store.read(job_id, libraries))

    async def library_of(self, job_id: str, libraries: Libraries) -> str:
        """In which of some libraries a job ingests; raises as `read`."""
        job = self._jobs.get(job_id)
        if job is not None and job.owner in libraries:
            return job.owner
        stored, _ = await self._store.read(job_id, libraries)
        return str(stored["owner"])

    async def newest(self, libraries: Libraries, limit: int) -> list[State]:
        """The states of the jobs of some libraries, of whichever process, the newest first.

        Raises:
            StorageError: Redis does not answer.
        """
        stored = await self._store.newest(libraries, limit)
        states = [_as_it_is(state, is_alive) for state, is_alive in stored]
        here = {one.job_id: one.to_state() for one in self._jobs.values() if one.owner in libraries}
        return [here.get(state["job_id"], state) for state in states]

    async def stop(self, job_id: str, owner: str) -> State:
        """Stop an owner's job, in whichever process, and give its state; one that is over stays so.

        What it has ingested stays; its other files are deleted.

        Raises:
            JobNotFound: the owner has none of that id.
            StorageError: Redis does not answer.
        """
        deadline = time.monotonic() + STOP_WAIT_S
        while True:
            job = self._jobs.get(job_id)
            if job is not None and job.owner == owner:
                job.is_stopping = True
                if self._turns.drop(job):
                    await self._end_stopped(job)
            else:
                stored, is_alive = await self._store.read(job_id, (owner,))
                if stored["status"] in ("done", "failed", "stopped"):
                    return public(stored)
                if not is_alive and await self._store.claim(job_id):
                    # Its server has ended: the next one is not to begin it again.
                    self._jobs[job_id] = job = self._from_stored(stored)
                    await self._end_stopped(job)
                else:
                    await self._store.ask_to_stop(job_id)
            if (job is not None and job.is_over) or time.monotonic() > deadline:
                return await self.read(job_id, (owner,))
            await anyio.sleep(POLL_S)

    async def follow(
        self, job_id: str, reach: Callable[[], Awaitable[Libraries]]
    ) -> AsyncGenerator[State, None]:
        """The state of a job now and after each change, until it is over or out of reach.

        Args:
            job_id: of the job.
            reach: gives the libraries whose jobs may be followed, each time that it is looked at.
        """
        last = await self.read(job_id, await reach())
        yield last
        while last["status"] not in ENDED:
            await anyio.sleep(POLL_S)
            try:
                state = await self.read(job_id, await reach())
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
                    for _ in range(LANES):
                        tasks.start_soon(self._carry_out)
        finally:
            self._interrupt()
            try:
                await finish(self._save(beat=False), deadline_s=SAVE_SHARE * self._grace_s)
            except TimeoutError:
                logger.warning("the state of jobs cannot be kept: Redis does not answer in time")
            finally:
                self._over.set()

    async def drain(self) -> None:
        """Take no more jobs and stop those under way; their next run goes on where it was."""
        # Before they have stopped: their streams do not stay open for as long as that takes.
        self._interrupt()
        self._scope.cancel()
        await self._over.wait()

    def _interrupt(self) -> None:
        self._draining = True
        for job in self._jobs.values():
            if not job.is_over:
                job.end("stopped" if job.is_stopping else "interrupted")

    async def _carry_out(self) -> None:
        """One lane: a turn after another."""
        while True:
            async with self._turns.taking() as job:
                await self._take_turn(job)
                if job.is_stopping and not job.is_over:
                    await self._end_stopped(job)
            if not job.is_over:
                self._turns.add_again(job)

    async def _take_turn(self, job: Job) -> None:
        began = time.monotonic()

        def is_enough() -> bool:
            is_over = time.monotonic() - began > job.turn_s and self._turns.is_wanted(job)
            return job.is_stopping or is_over

        try:
            summary = await _owned(self._ingest(job), is_enough, stop_s=STOP_SHARE * self._grace_s)
        except LibraryBusy:
            # Another process ingests for longer than is waited for at a time.
            job.wait()
        except CitewireError as error:
            logger.warning("job %s failed: %s", job.job_id, error)
            job.end("failed", _fault(error))
        except Exception as error:
            # The boundary of a job: those after it are not to suffer.
            logger.exception("job %s failed", job.job_id)
            job.end("failed", _fault(error))
        else:
            if summary is not None:
                job.end("done")
            else:
                job.give_way()

    async def _end_stopped(self, job: Job) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await self._take_back(job)
            except CitewireError as error:
                logger.warning("the files of job %s are not deleted: %s", job.job_id, error)
        job.end("stopped")

    def _take(self, job: Job) -> None:
        self._jobs[job.job_id] = job
        self._turns.add(job)

    def _from_stored(self, stored: State) -> Job:
        return Job.from_stored(stored, self._root_of(stored["folder"], stored["owner"]))

    async def _resume(self) -> None:
        """Begin again what was interrupted; a server killed just now still counts as alive."""
        for pause_s in (ALIVE_S + 1, 0):
            try:
                for stored in await self._store.left_over():
                    is_due = stored["resumed"] < MAX_RESUMED
                    if is_due and await self._store.claim(stored["job_id"]):
                        self._take(self._from_stored(stored))
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
            await self._hear_stops()
            if beat:
                beaten = time.monotonic()

    async def _hear_stops(self) -> None:
        """Stop what other processes were asked to."""
        waiting = [job_id for job_id, job in self._jobs.items() if not job.is_over]
        with suppress(StorageError):  # asked again
            for job_id in await self._store.asked_to_stop(waiting):
                job = self._jobs[job_id]
                job.is_stopping = True
                if self._turns.drop(job):
                    await self._end_stopped(job)

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


def _as_it_is(stored: State, is_alive: bool) -> State:
    state = public(stored)
    return state if is_alive or state["status"] in ENDED else _interrupted(state)


def _interrupted(state: State) -> State:
    return {**state, "status": "interrupted"}


async def _owned(
    work: Coroutine[Any, Any, IngestSummary], is_enough: Callable[[], bool], *, stop_s: float
) -> IngestSummary | None:
    """Await `work` in a task of its own, until it `is_enough`: then it gives None.

    It is told to stop once and awaited, also when we are told to: a cancel scope would cancel
    each await of its cleaning up, too.
    """
    task = asyncio.create_task(work)
    try:
        while not task.done() and not is_enough():
            await asyncio.wait({task}, timeout=POLL_S)
    finally:
        is_stopped = not task.done()
        if is_stopped:
            task.cancel()
            with anyio.move_on_after(stop_s, shield=True):
                await asyncio.wait({task})
            if task.done() and not task.cancelled() and task.exception():
                logger.warning("stopping an ingestion: %s", task.exception())
    return None if is_stopped else task.result()


def _fault(error: Exception) -> dict[str, Any]:
    """What is told of a failure in the state of a job."""
    fault = known(error)
    return {"code": fault.code, "message": fault.public, "retryable": fault.retryable}
