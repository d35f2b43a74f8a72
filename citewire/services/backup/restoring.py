"""Making a namespace of a backup."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from anyio import to_thread

from citewire.errors import BackupError
from citewire.services.backup.files import FileFiller
from citewire.services.backup.format import ABOUT, KEYS, MANIFEST, Manifest, Origin
from citewire.services.backup.moving import Moved
from citewire.services.backup.reading import ArchivePart, read_parts
from citewire.services.backup.tally import Tally
from citewire.storage.backup.entries import KeyEntry
from citewire.storage.backup.lasting import NOTED, is_lasting
from citewire.storage.backup.writing import NamespaceFiller

AT_ONCE = 100
"""Keys that are written at once."""


@dataclass(slots=True)
class RestoreRun:
    """A restore.

    Args:
        path: of the file, which was checked.
        about: what it is of.
        manifest: what it holds.
        keys: fills Redis.
        files: fills the folders.
        moved: from where to where.
        on_stage: is told how many keys and files are there.
    """

    path: Path
    about: Origin
    manifest: Manifest
    keys: NamespaceFiller
    files: FileFiller
    moved: Moved
    on_stage: Callable[[str, int], None] = lambda _, __: None

    async def restore(self) -> None:
        """Fill the place, which is empty or was left by a restore that was interrupted.

        Raises:
            NotEmpty, LibraryBusy: it is not; nothing was changed.
            BackupError: the file is another one than when it was checked.
            StorageError, OSError: Redis or the disk refuses; run it again.
        """
        await self.keys.check_room()
        await to_thread.run_sync(self.files.check_room)
        await self.keys.begin()
        await to_thread.run_sync(self.files.begin)
        left_out = {ABOUT, MANIFEST, *self.manifest.removed}
        tally, files = Tally(self.about.uploads), 0
        parts = read_parts(self.path)
        while (part := await to_thread.run_sync(next, parts, None)) is not None:
            if part.name.startswith(KEYS):
                await self._keys_of(part, tally)
            elif part.name not in left_out:
                await to_thread.run_sync(self.files.write, part)
                files += 1
                self.on_stage("files", files)
        expected = {name: self.manifest.counts.get(name) for name in tally.counts}
        if tally.counts != expected:
            raise BackupError(f"this backup holds {tally.counts} and not {expected}, as it says")
        await to_thread.run_sync(self.files.finish)
        await self.keys.finish()

    async def _keys_of(self, part: ArchivePart, tally: Tally) -> None:
        content = await to_thread.run_sync(part.read)
        lines = iter(content.splitlines())
        while some := list(islice(lines, AT_ONCE)):
            entries = list(_entries(some))
            tally.note(entries)
            await self.keys.write([self.moved.entry(entry) for entry in entries])
            self.on_stage("keys", tally.keys)


def _entries(lines: Iterable[bytes]) -> Iterator[KeyEntry]:
    for line in lines:
        try:
            entry = KeyEntry.from_line(line)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("a key of this backup cannot be read") from error
        if entry.name == NOTED or not is_lasting(entry.name):
            raise BackupError(f"this is no backup of Citewire: it holds the key {entry.name}")
        yield entry
