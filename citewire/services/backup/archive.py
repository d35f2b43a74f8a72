"""Writing the file of a backup, which has its name only once it is whole; all of it blocks."""

import errno
import glob
import gzip
import hashlib
import io
import os
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from citewire.errors import ConfigurationError
from citewire.services.backup.format import (
    KEYS,
    LEVEL,
    MANIFEST,
    Manifest,
    Member,
    nanoseconds_to_text,
)

PART_BYTES = 4 * 1024 * 1024
"""About so much is in one part of keys: what is held in memory, too."""
BLOCK_BYTES = 256 * 1024
FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG
LEFT_S = 24 * 3600
"""How long what a killed process left behind lies beside its place before it is taken away."""


class ArchiveWriter:
    """Adds parts to an archive.

    Args:
        archive: takes them.
    """

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._lines: list[bytes] = []
        self._size = 0
        self._parts = 0
        self.members: list[Member] = []

    def add(self, name: str, data: bytes) -> None:
        """Add a part of so many bytes."""
        self._add(_info(name, len(data)), io.BytesIO(data))

    def add_folder(self, name: str) -> None:
        """Add an empty folder."""
        info = _info(name, 0)
        info.type, info.mode = tarfile.DIRTYPE, 0o700
        self._archive.addfile(info)
        self._note(name, 0, hashlib.sha256())

    def add_file(self, name: str, path: Path) -> os.stat_result:
        """Add a file as it lies there when it is opened; gives what it was then.

        Raises:
            FileNotFoundError: it is not there any more; nothing was added.
            OSError: it cannot be read, or the archive cannot be written.
        """
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            info = _info(name, status.st_size)
            # As text: what Python makes of a float is not the nanosecond.
            info.pax_headers = {"mtime": nanoseconds_to_text(status.st_mtime_ns)}
            self._add(info, file)
        return status

    def add_lines(self, lines: Sequence[bytes]) -> None:
        """Add keys, a line each; they lie in the archive at the latest after `flush`."""
        self._lines += lines
        self._size += sum(map(len, lines))
        if self._size >= PART_BYTES:
            self.flush()

    def flush(self) -> None:
        """Add the keys that are held back."""
        if self._lines:
            self._parts += 1
            self.add(f"{KEYS}{self._parts:06d}.jsonl", b"".join(self._lines))
            self._lines, self._size = [], 0

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, which is the last part."""
        self.add(MANIFEST, manifest.to_json())

    def _add(self, info: tarfile.TarInfo, file: BinaryIO) -> None:
        hashing = _Hashing(file)
        self._archive.addfile(info, hashing)
        self._note(info.name, info.size, hashing.digest)

    def _note(self, name: str, size: int, digest: "hashlib._Hash") -> None:
        self.members.append(Member(name, size, digest.hexdigest()))


class _Hashing:
    """A file that hashes what is read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def writing_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write the archive at `path`, which is there only if the block ends well.

    Nobody but the user of this process may read it.

    Raises:
        ConfigurationError: there is something of that name.
        OSError: the disk refuses; nothing is left behind.
    """
    if os.path.lexists(path):
        raise ConfigurationError(f"{path} is there already: give another name")
    _take_away_left(path)
    draft = path.with_name(f".{path.name}.{uuid4().hex[:12]}.part")
    try:
        with _naming(path, draft), open(draft, "xb", opener=_for_this_user) as file:
            with compressing(file) as writer:
                yield writer
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        with suppress(OSError):
            draft.unlink()
    _sync_folder(path.parent)


@contextmanager
def _naming(path: Path, draft: Path) -> Iterator[None]:
    """Let the error of a full disk, which names no file, and those of the draft name `path`."""
    try:
        yield
    except OSError as error:
        if error.filename == str(draft) or (error.filename is None and error.errno in FULL):
            error.filename = str(path)
        raise


@contextmanager
def compressing(file: BinaryIO) -> Iterator[ArchiveWriter]:
    """Write an archive into an open file, to its end if the block ends well."""
    with (
        gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as compressed,
        tarfile.open(
            mode="w|", fileobj=compressed, format=tarfile.PAX_FORMAT, bufsize=BLOCK_BYTES
        ) as archive,
    ):
        yield ArchiveWriter(archive)


def _for_this_user(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info


def _take_away_left(path: Path) -> None:
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - LEFT_S:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
