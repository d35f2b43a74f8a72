"""`citewire migrate`: what an earlier version stored becomes what this one reads."""

import asyncio

from citewire.services.assembly.backup import migrate_namespace
from citewire.settings import Settings
from citewire.storage.keys import SCHEMA_VERSION


def migrate(settings: Settings) -> int:
    """Bring what is stored to this version, and say what was done.

    Raises:
        IndexMismatch: nothing leads from what is stored to this version.
        LibraryBusy: somebody uses what is stored.
        StorageError: it could not be finished; run it again.
        CitewireError: nothing is stored there.
    """
    namespace = settings.storage.namespace
    first = asyncio.run(
        migrate_namespace(settings, lambda old: print(f"schema version {old} to {old + 1} ..."))
    )
    if first == SCHEMA_VERSION:
        print(f"the namespace {namespace} has schema version {first}: nothing to do")
    else:
        print(f"the namespace {namespace} has schema version {SCHEMA_VERSION} now, not {first}")
    return 0
