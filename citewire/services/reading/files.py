"""A file in a folder: where it lies, and what its bytes are."""

import errno
import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from citewire.storage.keys import DEFAULT_OWNER, document_id
from citewire.storage.library.documents import Location

TICK_S = 0.05
"""The kernel's clock for files is coarse: two changes within a tick may bear the same time."""

TRIES = 5
"""So often a file is read that changes while it is, before it is given up."""

_LOOKS_ESCAPED = re.compile(r"(?<!\\)\\++(?=[\udc80-\udcff]|udc[89a-f][0-9a-f])")
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


def printable(name: str) -> str:
    """`name` with bytes that are no characters (`os.fsdecode` makes surrogates) written out.

    Different names stay different: backslashes before what looks like such a byte are doubled.
    """
    told = _LOOKS_ESCAPED.sub(lambda slashes: slashes[0] * 2, name)
    return told.encode("utf-8", "backslashreplace").decode()
