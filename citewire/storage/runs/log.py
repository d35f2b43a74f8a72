"""The logs of runs: their events as they are kept, and reading them from any event on."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from redis.asyncio import Redis

from citewire.errors import RunNotFound
from citewire.storage.connection.connection import open_sibling
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys

MAX_READERS = 64
"""How many readers may wait for the next events of runs at once; each needs a connection."""
WAIT_MS = 2000
"""How long Redis lets a reader wait; well under the client's own limit for an answer."""
_AT_ONCE = 50  # entries of a log that are in memory at once

UNDER_WAY = ("running", "ending")
"""The status of a run that is not over; `ending`: its worker is dead."""


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run as the registry knows it.

    Args:
        status: `running`, `ending` (its worker is dead) or how it ended.
        trace: names its trace; empty if it has none.
    """

    status: str
    trace: str = ""


EncodedEvent = tuple[int, str, bytes]
"""An event of a run, encoded once for its log and for whoever reads it: its number in the run, from
1 without a gap, its name, and its fields as one JSON object in one line. One is made per token."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Some events of a run, numbered from `first` to `last`; the run's last ones if `is_end`."""

    first: int
    last: int
    events: Sequence[EncodedEvent]
    is_end: bool


class RunLogs:
    """The logs of one namespace.

    Args:
        client: connection that the caller opens and closes.
        waiting: another one, whose commands may take long.
        namespace: prefix of all keys.
        grace_s: how long a run without a client goes on; 0: not at all.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, waiting: Redis, namespace: str, *, grace_s: float) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._waiting: Any = waiting
        self._keys = Keys(namespace)
        self._mark_ms = int(grace_s * 1000) + 2 * WAIT_MS if grace_s else 0

    async def find(self, run_id: str, owner: str) -> KnownRun:
        """A run of an owner.

        Raises:
            RunNotFound: there is none of that id, or too long ago.
        """
        with storage_errors("the run"):
            found = await self._client.hmget(self._keys.run(run_id), "owner", "status", "trace")
        if found[0] is None or as_text(found[0]) != owner:
            raise RunNotFound(f"there is no run {run_id}, or it is too long ago")
        return KnownRun(as_text(found[1]), as_text(found[2] or b""))

    async def read(self, run_id: str, after: int, *, waits: bool = False) -> Sequence[Entry]:
        """What there is of a log after the event of that number, or a good part of it.

        Args:
            run_id: whose log.
            after: number of the last event that is known; an entry may begin before it.
            waits: if there is nothing, wait a while for it.
        """
        client = self._waiting if waits else self._client
        with storage_errors("the log"):
            found = await client.xread(
                {self._keys.run_log(run_id): f"{after}-0"},
                count=_AT_ONCE,
                block=WAIT_MS if waits else None,
            )
        return [_entry(fields) for _, rows in found for _, fields in rows]

    async def mark_read(self, run_id: str) -> None:
        """Say that somebody reads the run: it goes on although its first client has left."""
        if self._mark_ms:
            with storage_errors("the run"):
                await self._client.set(self._keys.run_read(run_id), b"", px=self._mark_ms)

    async def read_for_s(self, run_id: str) -> float:
        """How long the run is to go on for those who read it, in seconds."""
        with storage_errors("the run"):
            left_ms = await self._client.pttl(self._keys.run_read(run_id))
        return max(0.0, float(left_ms) / 1000)

    async def read_end(self, run_id: str) -> Entry | None:
        """The last entry of a log."""
        with storage_errors("the log"):
            found = await self._client.xrevrange(self._keys.run_log(run_id), count=1)
        return _entry(found[0][1]) if found else None


@asynccontextmanager
async def open_run_logs(
    client: Redis, namespace: str, *, grace_s: float
) -> AsyncGenerator[RunLogs, None]:
    """The logs, with connections of their own to wait on."""
    waiting = open_sibling(client, max_connections=MAX_READERS)
    try:
        yield RunLogs(client, waiting, namespace, grace_s=grace_s)
    finally:
        await waiting.aclose()


def to_block(events: Sequence[EncodedEvent]) -> bytes:
    """Events as they lie in a log: a line with their names, then a line of data for each.

    Blocks one behind the other are a block.
    """
    names = " ".join([name for _, name, _ in events])
    return b"\n".join([names.encode(), *[data for _, _, data in events], b""])


def from_block(first: int, block: bytes) -> list[EncodedEvent]:
    """The events of a block, numbered from `first`."""
    numbers, lines = count(first), iter(block.split(b"\n")[:-1])
    return [
        (next(numbers), name, next(lines)) for names in lines for name in names.decode().split(" ")
    ]


def _entry(fields: dict[bytes, bytes]) -> Entry:
    events = from_block(int(fields[b"first"]), fields[b"block"])
    return Entry(events[0][0], events[-1][0], events, b"end" in fields)
