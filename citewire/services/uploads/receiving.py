"""Uploaded files: written beside their folder while they arrive, moved into it when all are there.

Each folder lies at `<data_dir>/uploads/<namespace>/<hash of its name and owner>/<its name>`, where
ingestion finds it as it finds any other.
"""

import hashlib
import os
import shutil
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import anyio

from citewire.errors import InvalidUpload, UploadNotStored
from citewire.services.uploads.names import distinct, file_name
from citewire.settings.groups import StorageSettings, UploadSettings
from citewire.settings.settings import LibraryRoom
from citewire.storage.keys import document_id, folder_id, owner_tag

_ABANDONED_S = 24 * 3600
_OWNERS = ".owners"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that arrived: its name in the folder, and the id of the document that it holds."""

    path: str
    doc_id: str


class Incoming:
    """Files on their way, in a folder of their own; blocks.

    Args:
        folder: takes the files; exists.
        max_files: more are refused.
        room: so many bytes may still be taken.
        owner: whose files.
        per: how the setting goes on that says so.
    """

    def __init__(self, folder: Path, max_files: int, room: int, owner: str, *, per: str) -> None:
        self.folder = folder
        self.owner = owner
        self._room = room
        self._per = per
        self.files: list[UploadedFile] = []
        self._max_files = max_files
        self._taken: set[str] = set()
        self._name = ""
        self._open: BinaryIO | None = None
        self._hash = hashlib.sha256()

    def begin(self, given_name: str) -> None:
        """A file begins.

        Raises:
            InvalidUpload: there are too many.
            UnsupportedFormat: it cannot be read.
            UploadNotStored: the disk does not take it.
        """
        if len(self.files) >= self._max_files:
            raise InvalidUpload(
                f"at most {self._max_files} files in one upload (CITEWIRE_MAX_UPLOAD_FILES)"
            )
        self._name = distinct(file_name(given_name), self._taken)
        self._hash = hashlib.sha256()
        with _disk_errors():
            self._open = (self.folder / str(len(self.files))).open("xb")

    def write(self, data: bytes) -> None:
        """More of the file; UploadNotStored if there is no room for it."""
        assert self._open is not None
        self._room -= len(data)
        if self._room < 0:
            raise UploadNotStored(
                "uploaded files take all the space that they may: delete documents first "
                "(CITEWIRE_MAX_UPLOAD_SPACE_BYTES, "
                f"CITEWIRE_MAX_UPLOAD_SPACE_PER_{self._per}_BYTES)"
            )
        self._hash.update(data)
        with _disk_errors():
            self._open.write(data)

    def end(self) -> None:
        """The file is there; UploadNotStored if the disk does not take it."""
        assert self._open is not None
        with _disk_errors():
            self._open.flush()
            os.fsync(self._open.fileno())
            self._open.close()
        self._open = None
        doc_id = document_id(self._hash.hexdigest(), self.owner)
        self.files.append(UploadedFile(self._name, doc_id))

    def close(self) -> None:
        """Forget all that was not moved away."""
        if self._open is not None:
            with suppress(OSError):  # what it still holds finds no room on a full disk
                self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Uploads:
    """The uploaded files of one namespace.

    Args:
        storage: says where they lie.
        limits: how many may come at once, and how much there may be.
        room_of: how much an owner, or a collection, may have.
    """

    def __init__(
        self,
        storage: StorageSettings,
        limits: UploadSettings,
        *,
        room_of: Callable[[str], LibraryRoom],
    ) -> None:
        self.root = uploads_root(storage)
        self._owners = self.root / _OWNERS
        self._incoming = self.root / ".incoming"
        self._max_files = limits.max_upload_files
        self._max_bytes = limits.max_upload_space_bytes
        self._room_of = room_of

    @asynccontextmanager
    async def receiving(
        self, owner: str, *, max_files: int | None = None
    ) -> AsyncGenerator[Incoming, None]:
        """A place for an owner's files that arrive; what is not kept is deleted at the end.

        Args:
            owner: whose files, or of which collection.
            max_files: so many are taken; None: as many as one upload may have.

        Raises:
            UploadNotStored: the disk does not take it.
        """
        folder = self._incoming / f"{owner_tag(owner)}-{uuid4().hex}"
        room = await anyio.to_thread.run_sync(self._prepare, folder, owner)
        most = self._max_files if max_files is None else max_files
        incoming = Incoming(folder, most, room, owner, per=self._room_of(owner).per)
        try:
            yield incoming
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(incoming.close)

    def folder(self, name: str, owner: str) -> Path:
        """Where an owner's folder of this name lies."""
        return self.root / folder_id(name, owner) / name

    async def keep(self, incoming: Incoming, folder: str) -> Path:
        """Move what arrived into its owner's `folder` and give the path.

        Files of the same names are replaced.

        Raises:
            UploadNotStored: the disk does not take it.
        """
        root = self.folder(folder, incoming.owner)
        mark = self._owners / owner_tag(incoming.owner) / folder_id(folder, incoming.owner)
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(_move, incoming, root, mark)
        return root

    async def take_back(self, folder: str, owner: str, files: Sequence[UploadedFile]) -> None:
        """Delete files of an owner's `folder` unless others lie there by their names now.

        Raises:
            UploadNotStored: the disk refuses.
        """
        await anyio.to_thread.run_sync(_take_back, self.folder(folder, owner), owner, files)

    async def space(self, owner: str) -> int:
        """How many bytes the uploaded files of an owner, or of a collection, take."""
        return await anyio.to_thread.run_sync(self._space, owner)

    async def forget(self, owner: str) -> int:
        """Delete all that an owner uploaded, also what arrives; gives how many files there were.

        Raises:
            UploadNotStored: the disk refuses.
        """
        return await anyio.to_thread.run_sync(self._forget, owner)

    def _forget(self, owner: str) -> int:
        count, tag = 0, owner_tag(owner)
        with _disk_errors():
            for folder in self._of_owner(owner):
                count += sum(len(names) for _, _, names in os.walk(folder))
                shutil.rmtree(folder)
            # Last: without it nobody knows whose the folders are.
            with suppress(FileNotFoundError):
                shutil.rmtree(self._owners / tag)
        return count

    def _of_owner(self, owner: str) -> list[Path]:
        """The folders of an owner that are there; those from before they were marked are not."""
        marks = self._owners / owner_tag(owner)
        own = [self.root / name for name in os.listdir(marks)] if marks.is_dir() else []
        own += self._incoming.glob(f"{owner_tag(owner)}-*")
        return [folder for folder in own if folder.is_dir()]

    def _space(self, owner: str) -> int:
        return sum(map(_size_below, self._of_owner(owner)))

    def _prepare(self, folder: Path, owner: str) -> int:
        """Make the folder; gives how many bytes there is room for."""
        with _disk_errors():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.mkdir(exist_ok=True)
            for other in self._incoming.iterdir():
                # Of a process that was killed in the middle of an upload.
                if other.stat().st_mtime < time.time() - _ABANDONED_S:
                    shutil.rmtree(other, ignore_errors=True)
            folder.mkdir()
        left = self._room_of(owner).upload_bytes - self._space(owner)
        return min(self._max_bytes - _size_below(self.root), left)


def uploads_root(storage: StorageSettings) -> Path:
    """Where the uploaded files of the namespace lie."""
    return storage.data_dir.resolve() / "uploads" / storage.namespace


async def clear_uploads(root: Path, owner: str) -> None:
    """Delete all folders of an owner, or of a collection, with what is in them.

    Args:
        root: where uploaded files lie.
        owner: whose folders.

    Raises:
        UploadNotStored: the disk refuses.
    """
    await anyio.to_thread.run_sync(_clear, root, owner)


def _clear(root: Path, owner: str) -> None:
    marks = root / _OWNERS / owner_tag(owner)
    with _disk_errors():
        for name in os.listdir(marks) if marks.is_dir() else []:
            shutil.rmtree(root / name, ignore_errors=True)
        shutil.rmtree(marks, ignore_errors=True)


def _size_below(folder: Path) -> int:
    return sum(_size(Path(at, name)) for at, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0  # just deleted


def _take_back(root: Path, owner: str, files: Sequence[UploadedFile]) -> None:
    with _disk_errors():
        for file in files:
            path = root / file.path
            with suppress(FileNotFoundError), path.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
                if document_id(digest, owner) == file.doc_id:
                    path.unlink()


def _move(incoming: Incoming, root: Path, mark: Path) -> None:
    with _disk_errors():
        mark.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, file in enumerate(incoming.files):
            (incoming.folder / str(number)).replace(root / file.path)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UploadNotStored(f"the server cannot store the files: {error.strerror}") from error
