"""Which reports lie in the folders to be ingested, and what their bytes are."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from citewire.errors import CitewireError
from citewire.storage.documents import Location

SUFFIX = ".pdf"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in a folder: the folder's absolute path, and where the file is."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """The file's path as text, also where its name is not valid in the file system's code."""
        return printable(str(self.path))


def find_reports(folders: Sequence[Path]) -> list[FoundFile]:
    """All PDFs in `folders` and below, in a fixed order; blocks.

    Hidden files and folders are left out; links to folders are followed once.

    Raises:
        CitewireError: a folder does not exist, is not one or cannot be listed.
    """
    roots = dict.fromkeys(_checked(folder) for folder in folders)
    return [FoundFile(root, path) for root in roots for path in _walk(root, set())]


def identify(found: FoundFile) -> tuple[str, Location]:
    """The document id of a file, which is a hash of its bytes, and its location; blocks.

    Raises:
        OSError: the file cannot be read.
    """
    with found.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        status = os.fstat(file.fileno())
    location = Location(
        folder=printable(found.root.name or str(found.root)),
        root=printable(str(found.root)),
        path=printable(found.path.relative_to(found.root).as_posix()),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )
    return digest[:32], location


def printable(name: str) -> str:
    """`name` with bytes that are no characters (`os.fsdecode` makes surrogates) written out."""
    return name.encode("utf-8", "backslashreplace").decode()


def _checked(folder: Path) -> Path:
    root = folder.expanduser().resolve()
    if not root.exists():
        raise CitewireError(f"there is no folder {printable(str(folder))}")
    if not root.is_dir():
        raise CitewireError(f"{printable(str(folder))} is not a folder")
    return root


def _walk(folder: Path, above: set[str]) -> Iterator[Path]:
    # A link may lead back up: a folder that is its own ancestor is not entered again.
    here = os.path.realpath(folder)
    if here in above:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise CitewireError(
            f"the folder {printable(str(folder))} cannot be listed: {error.strerror}"
        ) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is_folder(entry):
            yield from _walk(Path(entry.path), above | {here})
        elif entry.name.lower().endswith(SUFFIX):
            yield Path(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself.
        return False
