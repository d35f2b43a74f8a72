"""Making a backup while everything goes on.

First come the files, which takes longest, then what Redis holds as of one instant, then the files
that came meanwhile. A file is taken out before Redis hears of it: if one is missing, a moment later
Redis knows, and there is another instant to be had.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio
from anyio import to_thread

from citewire.services.backup.archive import ArchiveWriter
from citewire.services.backup.files import FileSaver, Folders
from citewire.services.backup.format import ABOUT, Manifest, Origin
from citewire.services.backup.tally import Tally
from citewire.storage.backup.entries import KeyEntry
from citewire.storage.backup.lasting import NOTED
from citewire.storage.backup.reading import InstantReader

TRIES = 8
TRY_AGAIN_S = 0.25

OnStage = Callable[[str, int], None]
"""Told what is being done, and how much of it was."""


@dataclass(slots=True)
class BackupRun:
    """A backup that is being made.

    Args:
        reader: of what Redis holds.
        folders: where people's files lie.
        about: what it is of.
        writer: of the archive.
        on_stage: is told how far it is.
    """

    reader: InstantReader
    folders: Folders
    about: Origin
    writer: ArchiveWriter
    on_stage: OnStage = lambda _, __: None

    async def save(self) -> Manifest:
        """Make it; gives what it holds.

        Raises:
            StorageError: Redis does not answer, or changes faster than it can be read.
            OSError: a file cannot be read, or the archive not be written.
        """
        tally = Tally(self.about.uploads)
        files = FileSaver(self.writer, self.folders, lambda: self._tell_files(files))
        self.writer.add(ABOUT, self.about.to_json())
        await to_thread.run_sync(files.take_all)
        async for entries in self.reader.all():
            await self._keep(entries, tally)
        missing = await to_thread.run_sync(files.take_news, tally)
        for _ in range(TRIES):
            if not missing:
                break
            await anyio.sleep(TRY_AGAIN_S)
            async for entries in self.reader.changed():
                await self._keep(entries, tally)
            missing = await to_thread.run_sync(files.take_news, tally)
        removed = await to_thread.run_sync(files.removed, tally)
        await to_thread.run_sync(self.writer.flush)
        instant = datetime.fromtimestamp(self.reader.instant_ms / 1000, UTC)
        manifest = Manifest(
            instant=instant.isoformat(timespec="milliseconds"),
            counts={**tally.counts, "keys": tally.keys, "files": files.count},
            missing=tuple(sorted(missing)),
            removed=tuple(removed),
            members=tuple(self.writer.members),
        )
        await to_thread.run_sync(self.writer.finish, manifest)
        return manifest

    async def _keep(self, entries: Sequence[KeyEntry], tally: Tally) -> None:
        # What is noted of all is told by `about`, and set when all is restored.
        lasting = [entry for entry in entries if entry.name != NOTED]
        tally.note(lasting)
        await to_thread.run_sync(
            lambda: self.writer.add_lines([entry.to_line() for entry in lasting])
        )
        self.on_stage("keys", tally.keys)

    def _tell_files(self, files: FileSaver) -> None:
        self.on_stage("files", files.count)
