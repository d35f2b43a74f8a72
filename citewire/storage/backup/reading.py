"""All that is stored in a namespace, as it was at one instant, read while others go on changing it.

Everything is read once, and what changed meanwhile again, until little enough is left to be read in
one script. If then nothing else changed before that script, what was read is what Redis held at
that instant: whatever belongs together is together. Where too much changes for that, whoever writes
is let wait for the milliseconds that the last script takes.
"""

import time
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis

from citewire.errors import StorageError
from citewire.storage.backup.entries import KeyEntry
from citewire.storage.backup.following import ChangeFollower
from citewire.storage.backup.lasting import is_lasting
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys
from citewire.storage.lua.loader import register

SCANNED = 1000
SMALL, LARGE = 100, 10
"""Keys that are read at once: most are small, some hold what a whole document or answer has."""
_LARGE = ("layout:", "run:", "run-record:")
AT_ONE_INSTANT = 1000
"""Keys that are read by one script at the end: some milliseconds of Redis."""
PATIENT = 30
"""So often an instant is looked for without anybody having to wait."""
MOST_HELD = 5 * AT_ONE_INSTANT
HELD_MS = 1000
"""So long whoever writes waits at most; in fact for some milliseconds."""
LONGEST_S = 300.0
"""How long an instant is looked for at which nothing else just changed."""


class InstantReader:
    """Reads a namespace as of one instant.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        follower: of the changes of the namespace, since before anything is read.
    """

    def __init__(self, client: Redis, namespace: str, follower: ChangeFollower) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._prefix = Keys(namespace).prefix
        self._follower = follower
        self._read = register(client, "backup/read")
        self._since: set[str] = set()
        self.instant_ms = 0

    async def all(self) -> AsyncGenerator[list[KeyEntry], None]:
        """All lasting keys, some at a time; of several entries of a key the last one holds.

        Afterwards `instant_ms` says when that was, in milliseconds since 1970.

        Raises:
            StorageError: so much changes that there is no such instant.
            StorageUnavailable: Redis does not answer.
        """
        async for names in self._scanned():
            yield await self._entries(names)
        async for entries in self.changed():
            yield entries

    async def changed(self) -> AsyncGenerator[list[KeyEntry], None]:
        """What changed since the last instant, or since it is followed; up to a new instant."""
        deadline, tries = time.monotonic() + LONGEST_S, 0
        seen: Counter[str] = Counter()
        left, self._since = self._since, set()
        while time.monotonic() < deadline:
            tries += 1
            is_held = tries > PATIENT
            left |= await self._news(seen)
            if len(left) > (MOST_HELD if is_held else AT_ONE_INSTANT):
                for names in _batches(left):
                    yield await self._entries(names)
                left = set()
                continue
            async with self._holding_writers(is_needed=is_held):
                left |= await self._news(seen)
                # Those that change again and again would change again just now.
                often = (name for name, times in seen.most_common(AT_ONE_INSTANT) if times > 1)
                asked = left | set(often)
                entries = await self._entries(asked)
                news = await self._news(seen)
            yield entries
            if news <= asked:
                self._since = news  # some of it perhaps after the instant
                return
            left = news  # what was just read has perhaps changed again after it
        raise StorageError(
            "so much is being changed that no two looks find the same: try again when less is "
            "being ingested"
        )

    async def _news(self, seen: Counter[str]) -> set[str]:
        news = set(filter(is_lasting, await self._follower.take()))
        seen.update(news)
        return news

    @asynccontextmanager
    async def _holding_writers(self, *, is_needed: bool) -> AsyncGenerator[None, None]:
        """Let all who write wait for the block, if it is needed and Redis lets us."""
        if not is_needed:
            yield
            return
        with suppress(StorageError), storage_errors("to wait"):  # managed ones refuse it
            await self._client.execute_command("CLIENT", "PAUSE", HELD_MS, "WRITE")
        try:
            yield
        finally:
            with suppress(StorageError), storage_errors("to go on"):
                await self._client.execute_command("CLIENT", "UNPAUSE")

    async def _scanned(self) -> AsyncGenerator[Collection[str], None]:
        """The names of all lasting keys, by batches; Redis may give some of them twice."""
        cursor = None
        while cursor != 0:
            with storage_errors("to list its keys"):
                cursor, keys = await self._client.scan(
                    cursor or 0, match=f"{self._prefix}*", count=SCANNED
                )
            names = (as_text(key).removeprefix(self._prefix) for key in keys)
            for batch in _batches(filter(is_lasting, names)):
                yield batch

    async def _entries(self, names: Collection[str]) -> list[KeyEntry]:
        keys = [f"{self._prefix}{name}" for name in names]
        with storage_errors("to be read"):
            now_ms, found = await self._read(keys=keys)
        self.instant_ms = int(now_ms)
        pairs = zip(names, found, strict=True)
        return [KeyEntry.from_reply(name, self.instant_ms, reply) for name, reply in pairs]


def _batches(names: Iterable[str]) -> Iterable[list[str]]:
    small: list[str] = []
    large: list[str] = []
    for name in names:
        batch, most = (large, LARGE) if name.startswith(_LARGE) else (small, SMALL)
        batch.append(name)
        if len(batch) == most:
            yield batch.copy()
            batch.clear()
    yield from filter(None, (small, large))
