"""Following folders: tells when something in them has changed and nobody writes any more."""

import os
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

import anyio
from watchfiles import Change, DefaultFilter, awatch

from citewire.services.reading.formats import SUFFIXES

SETTLED_S = 1.0
"""A file that did not change for so long counts as written."""
SETTLE_AT_MOST_S = 60.0
LOOK_EVERY_S = 0.25
RESCAN_S = 300.0
"""How often all is looked at anyway, in seconds: folders on other machines, or behind links, tell
of no changes."""
_WAKE_S = 0.5

Stats = dict[str, tuple[int, int] | None]
Identities = list[tuple[int, int]]
"""Devices and inodes of folders."""


class ReportFilter(DefaultFilter):
    """Lets through what ingestion would look at, and folders, of which only names are known."""

    def __call__(self, change: Change, path: str) -> bool:
        """Whether the change may concern a report."""
        name = os.path.basename(path)
        if name.startswith((".", "~$")):
            return False
        is_report = name.lower().endswith(SUFFIXES)
        # A folder that is moved away or in takes its reports along.
        return is_report or change is Change.deleted or os.path.isdir(path)


async def changes_in(folders: Sequence[Path]) -> AsyncGenerator[None, None]:
    """Yields at once, then each time that the folders should be ingested again.

    What happens while the caller is at work is not lost: it is told of afterwards. Half-written
    files are waited for, but for a minute at most, so that one that never ends holds up no other.

    Args:
        folders: with all that is below them; they must exist. Where another folder takes the
            place of one, that one is followed.
    """
    while True:
        if (watched := await anyio.to_thread.run_sync(_identities, folders)) is not None:
            # One that goes away before it is listened to is waited for.
            with suppress(FileNotFoundError):
                async with aclosing(_changes_until_replaced(folders, watched)) as changes:
                    async for _ in changes:
                        yield
        await anyio.sleep(_WAKE_S)


async def _changes_until_replaced(
    folders: Sequence[Path], watched: Identities
) -> AsyncGenerator[None, None]:
    """The same, until one of the folders is another than the one that is listened to."""
    listening = awatch(
        *folders,
        watch_filter=ReportFilter(),
        rust_timeout=int(_WAKE_S * 1000),
        yield_on_timeout=True,
        # Ctrl-C ends the whole program, and the event loop sees to it.
        raise_interrupt=True,
    )
    gone = {(Change.deleted, str(folder)) for folder in folders}
    is_first, is_replaced, last = True, False, time.monotonic()
    async with aclosing(listening) as steps:
        async for changes in steps:
            # The inode of a folder that is deleted is often that of the next one.
            is_replaced = is_replaced or bool(gone & changes)
            now = await anyio.to_thread.run_sync(_identities, folders)
            if now is not None and (is_replaced or now != watched):
                return
            # The first step shows that the watch is on: what changes from now on is noticed.
            if not (changes or is_first or time.monotonic() - last > RESCAN_S):
                continue
            await settle({path for _, path in changes})
            is_first = False
            yield
            last = time.monotonic()


async def settle(paths: Collection[str]) -> None:
    """Wait until none of the files has changed for a moment, in size or in time."""
    started = quiet_since = time.monotonic()
    before = await anyio.to_thread.run_sync(_stats, paths)
    while paths and time.monotonic() - quiet_since < SETTLED_S:
        if time.monotonic() - started > SETTLE_AT_MOST_S:
            return
        await anyio.sleep(LOOK_EVERY_S)
        now = await anyio.to_thread.run_sync(_stats, paths)
        if now != before:
            before, quiet_since = now, time.monotonic()


def _identities(folders: Sequence[Path]) -> Identities | None:
    """What tells folders from others of the same name; None while one of them is not there."""
    try:
        return [(status.st_dev, status.st_ino) for status in map(os.stat, folders)]
    except OSError:
        return None


def _stats(paths: Collection[str]) -> Stats:
    found: Stats = {}
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            found[path] = None
        else:
            found[path] = (status.st_size, status.st_mtime_ns)
    return found
