"""People's files on their way into a backup and out of it; all of it blocks.

Files are read while others come and go. None of them is ever written to: a new one takes the place
of an old one, so that whatever was opened is whole.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from citewire.errors import BackupError, NotEmpty
from citewire.services.backup.archive import ArchiveWriter
from citewire.services.backup.reading import ArchivePart
from citewire.services.backup.tally import Tally

MARK = ".restoring"
"""A file that says that what lies beside it was put there by a restore that is not finished."""
_PASSING = (".incoming", MARK)
"""What is not kept: files that have not arrived yet."""

Folders = Mapping[str, Path]
"""By the name in the archive, where people's files lie."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file as it was when it was taken: its size, time and number on the disk."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "TakenFile":
        """The file of which the system says this."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class FileSaver:
    """Adds people's files to an archive.

    Args:
        writer: of the archive.
        folders: where they lie.
        on_file: told after each.
    """

    def __init__(
        self, writer: ArchiveWriter, folders: Folders, on_file: Callable[[], None] = lambda: None
    ) -> None:
        self._writer = writer
        self._folders = folders
        self._on_file = on_file
        self._taken: dict[str, TakenFile] = {}

    @property
    def count(self) -> int:
        """How many files were taken, of several by one name the last."""
        return len(self._taken)

    def take_all(self) -> None:
        """Take all that there is; raises OSError."""
        for name, path in self._walk():
            self._take(name, path)

    def take_news(self, tally: Tally) -> list[str]:
        """Take what came since, as far as what is stored speaks of it; gives what is missing.

        Of a file that was replaced, that one is kept which the documents speak of.

        Args:
            tally: of all that is stored.
        """
        wanted = {f"uploads/{place.path}": place for place in tally.places}
        awaited = {f"{folder}/{name}" for folder, name in tally.awaited}
        for name, path in self._walk():
            taken, place = self._taken.get(name), wanted.get(name)
            if taken is not None:
                if not path.is_file() or TakenFile.of(path.stat()) == taken:
                    continue
                is_known = place and (place.size, place.mtime_ns) == (taken.size, taken.mtime_ns)
                if is_known and name.split("/", 2)[-1] not in awaited:
                    continue
            self._take(name, path)
        return [
            place.path
            for name, place in wanted.items()
            if (found := self._taken.get(name)) is None
            or (found.size != place.size and name.split("/", 2)[-1] not in awaited)
        ]

    def removed(self, tally: Tally) -> list[str]:
        """Files that were taken, are not there any more, and of which no document speaks.

        Restored, they would bring back what somebody removed, with the next run of their folder.
        """
        wanted = {f"uploads/{place.path}" for place in tally.places}
        there = {name for name, _ in self._walk()}
        return sorted(self._taken.keys() - there - wanted)

    def _take(self, name: str, path: Path) -> None:
        try:
            if path.is_dir():
                if name not in self._taken:
                    self._writer.add_folder(name)
                    self._taken[name] = TakenFile(0, 0, 0)
                return
            self._taken[name] = TakenFile.of(self._writer.add_file(name, path))
        except FileNotFoundError:
            return  # just deleted
        self._on_file()

    def _walk(self) -> Iterator[tuple[str, Path]]:
        """The names and paths of all files, and of folders that hold nothing."""
        for name, root in self._folders.items():
            for at, folders, files in os.walk(root):
                folders[:] = sorted(one for one in folders if one not in _PASSING)
                below = os.path.relpath(at, root)
                inside = name if below == "." else f"{name}/{below}"
                if not files and not folders and below != ".":
                    yield inside, Path(at)
                for file in sorted(files):
                    if file not in _PASSING and not (name == "pages" and file.endswith(".part")):
                        yield f"{inside}/{file}", Path(at, file)


class FileFiller:
    """Puts the files of an archive where they belong.

    Args:
        folders: where they are to lie.
    """

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def check_room(self) -> None:
        """See that nothing lies there but what an interrupted restore left.

        Raises:
            NotEmpty: something does.
        """
        for name, root in self._folders.items():
            if not (root / MARK).exists() and any(_files(root)):
                raise NotEmpty(
                    f"{root} holds files already ({name}): restore into another "
                    "CITEWIRE_DATA_DIR, or another CITEWIRE_NAMESPACE"
                )

    def begin(self) -> None:
        """Mark the folders, and clear what was left; raises OSError."""
        for root in self._folders.values():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            (root / MARK).touch()
            for one in root.iterdir():
                if one.name != MARK:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()

    def write(self, part: ArchivePart) -> None:
        """Write a file, in place of what lies there by its name; raises OSError."""
        kind, _, below = part.name.partition("/")
        if kind not in self._folders or not below:
            raise BackupError(f"this is no backup of Citewire: it holds {part.name!r}")
        path = self._folders[kind] / below
        if part.file is None:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(part.blocks())
            file.flush()
            os.fsync(file.fileno())
        os.utime(path, ns=(part.mtime_ns, part.mtime_ns))

    def finish(self) -> None:
        """Take the marks away."""
        for root in self._folders.values():
            (root / MARK).unlink(missing_ok=True)


def _files(root: Path) -> Iterator[str]:
    for _, _, files in os.walk(root):
        yield from files
