"""Bringing what is stored to the version that this program reads: one process, step by step.

A mark stands for as long as it takes, and after each step it is noted how far it came: if it is
interrupted, nothing reads what is half converted, and who runs it again goes on from there.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from redis.asyncio import Redis

from citewire.errors import IndexMismatch, LibraryBusy
from citewire.storage.connection.fingerprint import MIGRATING, RESTORING, read_noted, version_of
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import SCHEMA_VERSION, Keys
from citewire.storage.library.lease import holding_lease
from citewire.storage.migration.steps import STEPS, MigrationStep, Stored

MIGRATOR: Final = "+migrate"
"""In whose name the namespace is held meanwhile; no owner is called so."""


def check_path(version: int | None, steps: Mapping[int, MigrationStep] = STEPS) -> None:
    """See that there are steps from a version to this program's.

    Raises:
        IndexMismatch: it is newer, too old or unknown.
    """
    if version is not None and version > SCHEMA_VERSION:
        raise IndexMismatch(
            f"a newer version of Citewire wrote it (schema version {version}, this one reads "
            f"{SCHEMA_VERSION}). Fix: use that version"
        )
    if version is None or any(one not in steps for one in range(version, SCHEMA_VERSION)):
        told = "none" if version is None else version
        raise IndexMismatch(
            f"nothing leads from schema version {told} to {SCHEMA_VERSION}, which this version of "
            "Citewire reads. Fix: ingest again into another CITEWIRE_NAMESPACE"
        )


async def migrate(
    client: Redis,
    namespace: str,
    *,
    steps: Mapping[int, MigrationStep] = STEPS,
    on_step: Callable[[int], None] = lambda _: None,
) -> int | None:
    """Bring what is stored to `SCHEMA_VERSION`; gives the version it had, None if there is nothing.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        steps: those that there are.
        on_step: told the version that each step begins with.

    Raises:
        IndexMismatch: nothing leads from what is stored to this version.
        LibraryBusy: another process is at it, or uses what is stored.
        StorageError: Redis does not answer, or refuses.
    """
    keys = Keys(namespace)
    async with holding_lease(
        client, namespace, MIGRATOR, wait_s=0, others="another migration"
    ) as lease:
        noted = await read_noted(client, namespace)
        if not noted:
            return None
        if RESTORING in noted:
            raise IndexMismatch("a restore was interrupted. Fix: run `citewire restore` again")
        first = version = version_of(noted)
        check_path(version, steps)
        assert version is not None
        if version == SCHEMA_VERSION and MIGRATING not in noted:
            return first
        # The mark comes first: who starts from now on is refused, who started before is seen.
        await lease.change([("HSET", keys.fingerprint, MIGRATING, SCHEMA_VERSION)])
        if user := await _user(client, keys):
            if MIGRATING not in noted:
                await lease.change([("HDEL", keys.fingerprint, MIGRATING)])
            raise LibraryBusy(f"{user} uses the namespace {namespace}: stop it first")
        while version < SCHEMA_VERSION:
            on_step(version)
            await steps[version](Stored(client, keys, lease))
            version += 1
            await lease.change([("HSET", keys.fingerprint, "schema_version", version)])
        await lease.change([("HDEL", keys.fingerprint, MIGRATING)])
    return first


async def _user(client: Any, keys: Keys) -> str:
    """Who uses the namespace at the moment; empty if nobody does."""
    with storage_errors("to be read"):
        seconds, _ = await client.time()
        if await client.zcount(keys.workers, seconds * 1000, "+inf"):
            return "`citewire serve`"
        own = keys.lease(MIGRATOR)
        async for key in client.scan_iter(f"{keys.prefix}lease*", count=1000):
            if as_text(key) != own:
                return "`citewire ingest`"
    return ""
