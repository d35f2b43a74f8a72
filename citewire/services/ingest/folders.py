"""Which reports lie in the folders to be ingested."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from citewire.errors import CitewireError
from citewire.services.ingest.skipped import SkippedFiles
from citewire.services.reading.files import FoundFile, printable
from citewire.services.reading.formats import SUFFIXES
from citewire.storage.keys import DEFAULT_OWNER


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in folders.

    Args:
        roots: the folders.
        files: the reports.
        unlisted: folders in them that cannot be listed, and why.
        skipped: the other files.
    """

    roots: tuple[Path, ...]
    files: tuple[FoundFile, ...]
    unlisted: tuple[tuple[FoundFile, str], ...]
    skipped: SkippedFiles = field(default_factory=SkippedFiles)


def list_folders(
    folders: Sequence[Path], suffixes: Collection[str] = SUFFIXES, owner: str = DEFAULT_OWNER
) -> Listing:
    """All reports in `folders` and below, in a fixed order; blocks.

    Hidden files and folders and the lock files of office programs are skipped. Links are followed
    within the folder, those to folders once; those that lead out of it are skipped: whoever can
    write to the folder would choose what else is read.

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
    skipped = SkippedFiles()
    for root in roots:
        for path, error in _walk(root, str(root), frozenset(), tuple(suffixes), skipped):
            if error is None:
                files.append(FoundFile(root, path, owner))
            elif path == root:
                raise CitewireError(_unlistable(path, error)) from error
            else:
                unlisted.append((FoundFile(root, path, owner), _unlistable(path, error)))
    return Listing(roots, tuple(files), tuple(unlisted), skipped)


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


def _walk(
    folder: Path,
    root: str,
    above: frozenset[str],
    suffixes: tuple[str, ...],
    skipped: SkippedFiles,
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
            skipped.add_hidden(entry.path, is_folder=_is_folder(entry))
        elif entry.is_symlink() and not _is_within(entry.path, root):
            skipped.add_link(entry.path)
        elif _is_folder(entry):
            yield from _walk(Path(entry.path), root, above | {here}, suffixes, skipped)
        elif entry.name.lower().endswith(suffixes):
            yield Path(entry.path), None
        else:
            skipped.add(entry.path)


def _unlistable(folder: Path, error: OSError) -> str:
    return f"the folder {printable(str(folder))} cannot be listed: {error.strerror}"


def _is_within(path: str, root: str) -> bool:
    """Whether what is at `path` truly lies in `root`, whose path has no links."""
    place = os.path.realpath(path)
    return place == root or place.startswith(os.path.join(root, ""))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself.
        return False
