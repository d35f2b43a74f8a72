"""The lease of an owner: one process at a time changes what is indexed of the owner's documents.

Every change is a script that first compares the lease's owner, so that a process which was
suspended and lost its lease meanwhile changes nothing. Scripts and not MULTI with WATCH, for two
reasons: renewing the lease would make WATCH fail now and then, and a script may write a few bytes
into a Redis that is full, without which nothing could be removed from it.
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from citewire.errors import LibraryBusy, StorageError
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import DEFAULT_OWNER, Keys
from citewire.storage.lua.loader import register

LEASE_S = 20.0
RENEW_EVERY_S = 4.0
POLL_S = 0.25

Command = Sequence[str | bytes | int | float]
"""A command of Redis, or `release`, `retire` or `settle` of `lua/library/lineage.lua`."""


class Lease:
    """The right to change an owner's documents; hold it with `holding_lease`.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        owner: whose documents.
        others: what another process that holds it is called.
    """

    def __init__(
        self,
        client: Redis,
        namespace: str,
        owner: str = DEFAULT_OWNER,
        others: str = "another ingest",
    ) -> None:
        self._others = others
        self._keys = Keys(namespace)
        self._key = self._keys.lease(owner)
        self._acquire = register(client, "library/lease_acquire")
        self._renew = register(client, "library/lease_renew")
        self._release = register(client, "library/lease_release")
        self._change = register(client, "library/change")
        self._owner = json.dumps({**_this_process(), "id": uuid4().hex})
        self._valid_until = 0.0

    async def change(self, commands: Sequence[Command]) -> None:
        """Do `commands` in one atomic step.

        Raises:
            LibraryBusy: the lease is lost; nothing was changed.
            StorageError: Redis refuses one of them, or does not answer.
        """
        words: list[str | bytes | int | float] = []
        for command in commands:
            words += [len(command), *command]
        with storage_errors("the change of the documents"):
            done = await self._run(self._change, self._keys.prefix, self._owner, *words)
        if not done:
            raise LibraryBusy(_LOST)

    def check(self) -> None:
        """Raise LibraryBusy if the lease may be lost; asks nobody."""
        if time.monotonic() > self._valid_until:
            raise LibraryBusy(_LOST)

    async def acquire(self, *, wait_s: float, on_wait: Callable[[str], None]) -> Self:
        """Take the lease, waiting for another process that has it; a dead one is not waited for.

        Raises:
            LibraryBusy: it is still held after `wait_s`.
        """
        deadline = time.monotonic() + wait_s
        told = False
        while holder := await self._try():
            if time.monotonic() > deadline:
                raise LibraryBusy(
                    f"{self._describe(holder)} is changing the documents: try again later"
                )
            if not told:
                on_wait(f"waiting for {self._describe(holder)} to finish")
                told = True
            await asyncio.sleep(POLL_S)
        return self

    async def _try(self) -> dict[str, Any] | None:
        dead = ""
        while True:
            asked = time.monotonic()
            with storage_errors("the lease"):
                found = await self._run(self._acquire, self._owner, dead, int(LEASE_S * 1000))
            held = as_text(found)
            if not held:
                self._valid_until = asked + LEASE_S
                return None
            holder: dict[str, Any] = json.loads(held)
            if dead == held or not _is_dead(holder):
                return holder
            dead = held

    async def keep(self) -> None:
        """Renew the lease again and again, until cancelled or lost."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            asked = time.monotonic()
            try:
                with storage_errors("the lease"):
                    kept = await self._run(self._renew, self._owner, int(LEASE_S * 1000))
            except StorageError:
                # Whoever is at work meets the same error; `check` tells when it takes too long.
                continue
            if not kept:
                self._valid_until = 0.0
                return
            self._valid_until = asked + LEASE_S

    async def release(self) -> None:
        """Give it back; if Redis is gone it expires by itself."""
        with suppress(StorageError), storage_errors("the lease"):
            await self._run(self._release, self._owner)

    def _describe(self, holder: dict[str, Any]) -> str:
        return f"{self._others} (process {holder.get('pid')} on {holder.get('host')})"

    async def _run(self, script: AsyncScript, *args: str | bytes | float) -> Any:
        return await script(keys=[self._key], args=args)


@asynccontextmanager
async def holding_lease(
    client: Redis,
    namespace: str,
    owner: str = DEFAULT_OWNER,
    *,
    wait_s: float = LEASE_S + 5,
    on_wait: Callable[[str], None] = lambda _: None,
    others: str = "another ingest",
) -> AsyncIterator[Lease]:
    """Hold the lease of an owner in `namespace` for the block.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        owner: whose documents are going to be changed.
        wait_s: how long to wait in seconds for another process; by default until the lease of one
            that died on another machine is over.
        on_wait: told once who is being waited for.
        others: what another process that holds it is called.

    Raises:
        LibraryBusy: another process holds it for longer.
        StorageError: Redis does not answer.
    """
    lease = await Lease(client, namespace, owner, others).acquire(wait_s=wait_s, on_wait=on_wait)
    keeping = asyncio.create_task(lease.keep())
    try:
        yield lease
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await asyncio.shield(lease.release())


_LOST = (
    f"this process stood still for more than {LEASE_S:.0f} s (suspended, or on a machine that is "
    "too busy), and another may have changed the documents meanwhile: run it again"
)


def _this_process() -> dict[str, Any]:
    pid = os.getpid()
    return {"host": socket.gethostname(), "where": _where(), "pid": pid, "since": _since(pid)}


def _is_dead(holder: dict[str, Any]) -> bool:
    """Whether a process that was on this machine is surely gone."""
    here = _where()
    if not here or holder.get("where") != here:
        return False
    return bool(_since(int(holder["pid"])) != holder.get("since"))


def _where() -> str:
    """This boot of this machine and its set of process ids; empty where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _since(pid: int) -> str:
    """When the process began; its id may be used again by another."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    # A killed process that nobody has waited for yet is dead, too.
    return "" if fields[0] in ("Z", "X") else fields[19]
