"""Background ingestions as they are kept: for a week, and with a sign of life of who is at work."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from redis.asyncio import Redis

from citewire.errors import JobNotFound
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys

KEPT_S = 7 * 24 * 3600
ALIVE_S = 10
"""How long after its last sign of life a process counts as alive."""
STOP_S = 60


class JobStore:
    """The jobs of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        self._client = client
        self._keys = Keys(namespace)

    async def save(
        self, jobs: Mapping[str, bytes], *, alive: Collection[str], over: Collection[str] = ()
    ) -> None:
        """Keep states as JSON by their ids; the jobs in `alive` are at work or wait for it."""
        if not jobs and not alive:
            return
        with storage_errors("the state of a job"):
            async with self._client.pipeline(transaction=False) as pipe:
                for job_id, state in jobs.items():
                    pipe.set(self._keys.job(job_id), state, ex=KEPT_S)
                for job_id in alive:
                    pipe.set(self._keys.job_alive(job_id), b"1", ex=ALIVE_S)
                for job_id in over:
                    pipe.delete(self._keys.job_alive(job_id))
                await pipe.execute()

    async def add(self, job_id: str, owner: str, state: bytes) -> None:
        """Keep the state of a new job, which is alive, and list it among its owner's."""
        now, index = time.time(), self._keys.jobs(owner)
        with storage_errors("the state of a job"):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.set(self._keys.job(job_id), state, ex=KEPT_S)
                pipe.set(self._keys.job_alive(job_id), b"1", ex=ALIVE_S)
                pipe.zadd(index, {job_id: now})
                pipe.zremrangebyscore(index, "-inf", now - KEPT_S)
                pipe.expire(index, KEPT_S)
                await pipe.execute()

    async def newest(self, owner: str, limit: int) -> list[tuple[dict[str, Any], bool]]:
        """The states of an owner's newest jobs, as `read` gives them, the newest first."""
        with storage_errors("the state of a job"):
            found = await self._client.zrevrange(self._keys.jobs(owner), 0, limit - 1)
            ids = [as_text(job_id) for job_id in found]
            keys = [self._keys.job(job_id) for job_id in ids]
            keys += [self._keys.job_alive(job_id) for job_id in ids]
            values = await self._client.mget(keys) if keys else []
        pairs = zip(values[: len(ids)], values[len(ids) :], strict=True)
        return [(orjson.loads(state), alive is not None) for state, alive in pairs if state]

    async def read(self, job_id: str, owner: str) -> tuple[dict[str, Any], bool]:
        """The state of a job as it was saved, and whether its process gave a sign of life.

        Raises:
            JobNotFound: the owner has none of that id.
        """
        with storage_errors("the state of a job"):
            keys = self._keys.job(job_id), self._keys.job_alive(job_id)
            state, alive = await self._client.mget(keys)
        found: dict[str, Any] = orjson.loads(state) if state else {}
        if not found or found["owner"] != owner:
            raise JobNotFound(f"there is no job {job_id}, or it is more than a week ago")
        return found, alive is not None

    async def left_over(self) -> list[dict[str, Any]]:
        """The jobs that are not over, or interrupted, and that nobody gives a sign of life of."""
        with storage_errors("the state of a job"):
            keys = [as_text(key) async for key in self._client.scan_iter(self._keys.job("*"))]
            names = {key.removeprefix(self._keys.job("")) for key in keys}
            # A sign of life has the key of its job with something behind it.
            alive = {name.partition(":")[0] for name in names if ":" in name}
            dead = [self._keys.job(name) for name in names if ":" not in name and name not in alive]
            stored = await self._client.mget(dead) if dead else []
        found = [orjson.loads(one) for one in stored if one is not None]
        left = [one for one in found if one["status"] not in ("done", "failed", "stopped")]
        return sorted(left, key=lambda one: str(one["created_at"]))

    async def all(self, owner: str | None = None) -> list[dict[str, Any]]:
        """The states of all jobs, of an owner or of all, the oldest first."""
        with storage_errors("the state of a job"):
            keys = [as_text(key) async for key in self._client.scan_iter(self._keys.job("*"))]
            names = [key for key in keys if ":" not in key.removeprefix(self._keys.job(""))]
            stored = await self._client.mget(names) if names else []
        found = [orjson.loads(one) for one in stored if one is not None]
        wanted = [one for one in found if owner is None or one["owner"] == owner]
        return sorted(wanted, key=lambda one: str(one["created_at"]))

    async def forget(self, owner: str) -> int:
        """Forget all jobs of an owner; gives how many there were."""
        ids = [str(one["job_id"]) for one in await self.all(owner)]
        keys = [key for one in ids for key in (self._keys.job(one), self._keys.job_alive(one))]
        with storage_errors("the state of a job"):
            await self._client.delete(self._keys.jobs(owner), *keys)
        return len(ids)

    async def claim(self, job_id: str) -> bool:
        """Give the first sign of life of a job that was left; False if another process did."""
        with storage_errors("the state of a job"):
            key = self._keys.job_alive(job_id)
            return bool(await self._client.set(key, b"1", ex=ALIVE_S, nx=True))

    async def ask_to_stop(self, job_id: str) -> None:
        """Let the process that is at a job, or will be soon, know that it is to stop."""
        with storage_errors("the state of a job"):
            await self._client.set(self._keys.job_stop(job_id), b"1", ex=STOP_S)

    async def asked_to_stop(self, job_ids: Sequence[str]) -> list[str]:
        """Which of these jobs are to stop."""
        if not job_ids:
            return []
        with storage_errors("the state of a job"):
            stops = await self._client.mget([self._keys.job_stop(job_id) for job_id in job_ids])
        return [job_id for job_id, stop in zip(job_ids, stops, strict=True) if stop is not None]
