"""Whose job is next: owners take turns, and none of them has two jobs carried out at once."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from citewire.services.uploads.job import Job


class Turns:
    """The jobs that wait, and the owners whose turn it is.

    Args:
        lanes: so many jobs are carried out at once, each of another owner.
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        # By owner, in the order of their turns.
        self._waiting: dict[str, deque[Job]] = {}
        self._taken: dict[str, Job] = {}
        self._changed = asyncio.Event()

    def add(self, job: Job) -> None:
        """A job waits, behind those of its owner."""
        self._waiting.setdefault(job.owner, deque()).append(job)
        self._changed.set()

    def add_again(self, job: Job) -> None:
        """A job that had a turn waits for another, before those of its owner, who is last now."""
        jobs = self._waiting.pop(job.owner, deque())
        jobs.appendleft(job)
        self._waiting[job.owner] = jobs
        self._changed.set()

    def drop(self, job: Job) -> bool:
        """Take out a job that waits; False if it does not."""
        jobs = self._waiting.get(job.owner, deque())
        if job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._waiting[job.owner]
        return True

    def is_wanted(self, job: Job) -> bool:
        """Whether another owner's would begin now if `job`, which has its turn, gave way."""
        return self._next_owner(without=job) is not None

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[Job]:
        """The job whose turn it is, as soon as there is one; its owner's turn is the block."""
        while (owner := self._next_owner()) is None:
            self._changed.clear()
            await self._changed.wait()
        jobs = self._waiting.pop(owner)
        job = self._taken[owner] = jobs.popleft()
        if jobs:
            self._waiting[owner] = jobs
        try:
            yield job
        finally:
            del self._taken[owner]
            self._changed.set()

    def _next_owner(self, without: Job | None = None) -> str | None:
        slow = sum(job.is_slow for job in self._taken.values() if job is not without)
        for owner, jobs in self._waiting.items():
            # One lane is left for those who are quick.
            is_kept_back = jobs[0].is_slow and slow >= max(1, self._lanes - 1)
            if owner not in self._taken and not is_kept_back:
                return owner
        return None
