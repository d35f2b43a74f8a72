"""Which reports lie in the folders to be ingested, and what their bytes are."""

import errno
import hashlib
import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from citewire.errors import CitewireError
from citewire.services.reading.formats import SUFFIXES
from citewire.storage.keys import DEFAULT_OWNER, document_id
from citewire.storage.library.documents import Location

TICK_S = 0.05
"""The kernel's clock for files is coarse: two changes within a tick may bear the same time."""

TRIES = 5
"""So often a file is read that changes while it is, before it is given up."""

_LOOKS_ESCAPED = re.compile(r"\\+(?=[\udc80-\udcff]|udc[89a-f][0-9a-f])")
"""Backslashes that stand where `printable` might have written them."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in a folder: the folder's absolute path, where the file is, and whose it is."""

    root: Path
    path: Path
    owner: str = DEFAULT_OWNER

    @property
    def place(self) -> tuple[str, str]:
        """What tells the file from others: the same file may lie in two folders."""
        return self.root_name, self.relative

    @property
    def suffix(self) -> str:
        """The ending of its name, in small letters."""
        return self.path.suffix.lower()

    @property
    def name(self) -> str:
        """The file's path as text, also where its name is not valid in the file system's code."""
        return printable(str(self.path))

    @property
    def root_name(self) -> str:
        """The folder's path as text."""
        return printable(str(self.root))

    @property
    def relative(self) -> str:
        """The file's path in the folder as text, with forward slashes."""
        return printable(self.path.relative_to(self.root).as_posix())

    def location(self, status: os.stat_result) -> Location:
        """The place of the file, with what the file system says of it."""
        return Location(
            folder=printable(self.root.name or str(self.root)),
            root=self.root_name,
            path=self.relative,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            owner=self.owner,
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in folders: the roots, the files, and folders in them that cannot be listed."""

    roots: tuple[Path, ...]
    files: tuple[FoundFile, ...]
    unlisted: tuple[tuple[FoundFile, str], ...]


def list_folders(
    folders: Sequence[Path], suffixes: Collection[str] = SUFFIXES, owner: str = DEFAULT_OWNER
) -> Listing:
    """All reports in `folders` and below, in a fixed order; blocks.

    Hidden files and folders are left out, and the lock files of office programs; links to folders
    are followed once.

    Args:
        folders: searched with all that is below them.
        suffixes: of the files to be found, in small letters and with their dots.
        owner: whose they are.

    Raises:
        CitewireError: a folder does not exist, is not one or cannot be listed.
    """
    roots = tuple(dict.fromkeys(find_root(folder) for folder in folders))
    files: list[FoundFile] = []
    unlisted: list[tuple[FoundFile, str]] = []
    for root in roots:
        for path, error in _walk(root, frozenset(), tuple(suffixes)):
            if error is None:
                files.append(FoundFile(root, path, owner))
            elif path == root:
                raise CitewireError(_unlistable(path, error)) from error
            else:
                unlisted.append((FoundFile(root, path, owner), _unlistable(path, error)))
    return Listing(roots, tuple(files), tuple(unlisted))


def identify(found: FoundFile) -> tuple[str, Location]:
    """The document id of a file, which is a hash of its bytes and owner, and its location; blocks.

    A file that was changed this very moment is waited for, so that the time in its location is
    not also that of a later change.

    Raises:
        OSError: the file cannot be read, or somebody is writing it all the time.
    """
    for _ in range(TRIES):
        with found.path.open("rb") as file:
            before = os.fstat(file.fileno())
            age_s = time.time() - before.st_mtime
            if 0 <= age_s < TICK_S:
                time.sleep(TICK_S - age_s)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            status = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_size) == (status.st_mtime_ns, status.st_size):
            return document_id(digest, found.owner), found.location(status)
    raise OSError(errno.EBUSY, "it is being written all the time")


def find_root(folder: Path) -> Path:
    """The absolute path of a folder that somebody names; blocks.

    Raises:
        CitewireError: it does not exist, is no folder or cannot be looked for.
    """
    try:
        root = folder.expanduser().resolve()
        is_there, is_folder = root.exists(), root.is_dir()
    except (OSError, RuntimeError) as error:
        # A home that is not known, links that lead to themselves, a name that is too long.
        why = error.strerror if isinstance(error, OSError) else error
        told = f"the folder {printable(str(folder))} cannot be found: {why}"
        raise CitewireError(told) from error
    if not is_there:
        raise CitewireError(f"there is no folder {printable(str(folder))}")
    if not is_folder:
        raise CitewireError(f"{printable(str(folder))} is not a folder")
    return root


def printable(name: str) -> str:
    """`name` with bytes that are no characters (`os.fsdecode` makes surrogates) written out.

    Different names stay different: backslashes before what looks like such a byte are doubled.
    """
    told = _LOOKS_ESCAPED.sub(lambda slashes: slashes[0] * 2, name)
    return told.encode("utf-8", "backslashreplace").decode()


def _walk(
    folder: Path, above: frozenset[str], suffixes: tuple[str, ...]
) -> Iterator[tuple[Path, OSError | None]]:
    # A link may lead back up: a folder that is its own ancestor is not entered again.
    here = os.path.realpath(folder)
    if here in above:
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        yield folder, error
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        if _is_folder(entry):
            yield from _walk(Path(entry.path), above | {here}, suffixes)
        elif entry.name.lower().endswith(suffixes):
            yield Path(entry.path), None


def _unlistable(folder: Path, error: OSError) -> str:
    return f"the folder {printable(str(folder))} cannot be listed: {error.strerror}"


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself.
        return False
