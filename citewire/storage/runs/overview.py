"""The runs of all owners, for whoever runs the service: listed, stopped and forgotten."""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys
from citewire.storage.lua.loader import register
from citewire.storage.runs.log import UNDER_WAY

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run of somebody: when it began, and the worker that has it."""

    run_id: str
    owner: str
    chat_id: str
    worker: str
    started: str
    status: str

    @property
    def is_under_way(self) -> bool:
        """Whether it is not over."""
        return self.status in UNDER_WAY


class RunOverview:
    """The runs of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._forget = register(client, "runs/forget")
        self._stop = register(client, "runs/stop")

    async def all(self, owner: str | None = None) -> list[ListedRun]:
        """All runs that are known, of an owner or of all, the oldest first."""
        of_run = self._keys.run("")
        found: list[ListedRun] = []
        with storage_errors("the runs"):
            names = [
                as_text(key).removeprefix(of_run)
                async for key in self._client.scan_iter(self._keys.run("*"), count=_AT_ONCE)
            ]
            # What a run told has its key with something behind it.
            ids = [name for name in names if ":" not in name]
            for start in range(0, len(ids), _AT_ONCE):
                found += await self._read(ids[start : start + _AT_ONCE])
        wanted = [run for run in found if owner is None or run.owner == owner]
        return sorted(wanted, key=lambda run: run.started)

    async def stop(self, run: ListedRun) -> None:
        """Let the worker that has a run stop it; one that is over stays as it is."""
        with storage_errors("the run"):
            await self._stop(args=(self._keys.prefix, run.run_id, run.owner))

    async def forget(self, owner: str) -> int:
        """Forget all runs of an owner, with what they told; gives how many there were."""
        runs = [run.run_id for run in await self.all(owner)]
        with storage_errors("the runs"):
            await self._client.delete(self._keys.runs_of_owner(owner))
            if not runs:
                return 0
            return int(await self._forget(args=(self._keys.prefix, owner, *runs)))

    async def _read(self, run_ids: list[str]) -> list[ListedRun]:
        fields = "owner", "chat_id", "worker", "started", "status"
        async with self._client.pipeline(transaction=False) as pipe:
            for run_id in run_ids:
                pipe.hmget(self._keys.run(run_id), *fields)
            replies = await pipe.execute()
        pairs = zip(run_ids, replies, strict=True)
        return [ListedRun(one, *map(as_text, reply)) for one, reply in pairs if None not in reply]
