"""Following folders: tells when something in them has changed and nobody writes any more."""

import os
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from pathlib import Path

import anyio
from watchfiles import Change, DefaultFilter, awatch

from citewire.services.reading.report import SUFFIXES

SETTLED_S = 1.0
"""A file that did not change for so long counts as written."""
SETTLE_AT_MOST_S = 60.0
LOOK_EVERY_S = 0.25
RESCAN_S = 300.0
"""How often all is looked at anyway, in seconds: folders on other machines, or behind links, tell
of no changes."""
_WAKE_S = 0.5

Stats = dict[str, tuple[int, int] | None]


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
        folders: with all that is below them; they must exist.
    """
    watched = awatch(
        *folders,
        watch_filter=ReportFilter(),
        rust_timeout=int(_WAKE_S * 1000),
        yield_on_timeout=True,
        # Ctrl-C ends the whole program, and the event loop sees to it.
        raise_interrupt=True,
    )
    is_first, last = True, time.monotonic()
    async with aclosing(watched) as steps:
        async for changes in steps:
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
