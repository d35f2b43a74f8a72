"""Reading the file of a backup: first to its end, to see that it is whole; all of it blocks."""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from citewire.errors import BackupError
from citewire.services.backup.archive import BLOCK_BYTES
from citewire.services.backup.format import (
    ABOUT,
    FILES,
    KEYS,
    MANIFEST,
    Manifest,
    Origin,
    nanoseconds_from_text,
)
from citewire.services.backup.format import Member as ArchiveMember

LARGEST_TEXT = 1 << 30
"""Bytes of a part that is read at once, by far more than any of ours."""

OnRead = Callable[[int], None]
"""Told how many bytes of the file were read."""


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """A part of an archive, to be read before the next one is asked for.

    Args:
        name: in the archive.
        size: in bytes.
        mtime_ns: of a file, when it was last modified, in nanoseconds since 1970.
        is_folder: whether it is an empty folder.
        file: to read it from.
    """

    name: str
    size: int
    mtime_ns: int
    is_folder: bool
    file: IO[bytes] | None

    def read(self) -> bytes:
        """All of it; BackupError if it is too large to be one of ours."""
        if self.size > LARGEST_TEXT or self.file is None:
            raise BackupError(f"this is no backup of Citewire: its part {self.name} is odd")
        return b"".join(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """What a file holds, bit by bit; BackupError if the archive is cut off or altered here."""
        if self.file is None:
            return
        with _damage():
            while data := self.file.read(BLOCK_BYTES):
                yield data


def read_parts(path: Path, on_read: OnRead = lambda _: None) -> Iterator[ArchivePart]:
    """The parts of an archive, one after the other.

    Raises:
        BackupError: it is cut off or altered, or none.
        OSError: it cannot be read.
    """
    with path.open("rb") as file, _damage(), gzip.GzipFile(fileobj=file, mode="rb") as whole:
        with tarfile.open(mode="r|", fileobj=whole, bufsize=BLOCK_BYTES) as archive:
            for info in archive:
                if not info.isreg() and not info.isdir():
                    raise BackupError(f"this is no backup of Citewire: it holds {info.name!r}")
                mtime_ns = nanoseconds_from_text(info.pax_headers.get("mtime", "0"))
                content = archive.extractfile(info)
                yield ArchivePart(info.name, info.size, mtime_ns, info.isdir(), content)
                on_read(file.tell())
        # Behind the last part, too: there stands whether all that was read is right.
        while whole.read(BLOCK_BYTES):
            pass
    on_read(path.stat().st_size)


def check_archive(path: Path, on_read: OnRead = lambda _: None) -> tuple[Origin, Manifest]:
    """See that an archive is whole and as it was written; gives what it says of itself.

    Raises:
        BackupError: it is cut off, altered, of a newer format, or none.
        OSError: it cannot be read.
    """
    about: Origin | None = None
    manifest: Manifest | None = None
    found: list[ArchiveMember] = []
    for part in read_parts(path, on_read):
        if manifest is not None:
            raise BackupError("this backup was altered: something follows its manifest")
        if part.name == MANIFEST:
            manifest = Manifest.from_json(part.read())
            continue
        if about is None:
            if part.name != ABOUT:
                raise BackupError("this is no backup of Citewire")
            content = part.read()
            about = Origin.from_json(content)
            digest = hashlib.sha256(content).hexdigest()
        else:
            _check_name(part.name)
            digest = _hash(part.blocks())
        found.append(ArchiveMember(part.name, part.size, digest))
    if about is None or manifest is None:
        raise BackupError("this backup is cut off: its end is missing")
    if tuple(found) != manifest.members:
        raise BackupError("this backup was altered: its parts are not those of its manifest")
    return about, manifest


def _check_name(name: str) -> None:
    """See that a part would lie in a folder of ours, and nowhere else."""
    parts = PurePosixPath(name).parts
    is_file = parts[0] in FILES and len(parts) > 1 and ".." not in parts
    if not is_file and not name.startswith(KEYS):
        raise BackupError(f"this is no backup of Citewire: it holds {name!r}")


def _hash(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for data in blocks:
        digest.update(data)
    return digest.hexdigest()


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError, ValueError) as error:
        raise BackupError(f"this backup is cut off or altered: {error}") from error


def spool(source: BinaryIO, path: Path) -> None:
    """Keep what comes from a pipe in a file: it is read twice. Raises OSError."""
    with path.open("xb") as file:
        while data := source.read(BLOCK_BYTES):
            file.write(data)
