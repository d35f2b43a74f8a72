"""Whole lines at the end of a file that several processes write to; everything here blocks.

Each process opens the file itself and holds its lock while it writes, so that a line is never in
two pieces. What cannot be written whole, on a full disk say, is taken back; what a process that was
killed left of a line is ended before the next. A file that was moved away is made anew.
"""

import fcntl
import os
import select
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from citewire.errors import ConfigurationError

STDOUT: Final = "-"
STDOUT_FD: Final = 1
STDOUT_WAIT_MS: Final = 5000
"""How long whoever reads standard output may let it be full."""


class LineSink(Protocol):
    """Takes whole lines."""

    def write(self, lines: bytes) -> None:
        """Write lines, each with its end; raises OSError, and then none of them is there."""

    def close(self) -> None:
        """Let go of what is open."""


class LineFile:
    """A file of lines.

    Args:
        path: of the file, which is made if it is not there; its folder is.

    Raises:
        ConfigurationError: it cannot be opened, or is no file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = self._open()
            is_file = stat.S_ISREG(os.fstat(self._fd).st_mode)
        except OSError as error:
            raise ConfigurationError(f"CITEWIRE_AUDIT_LOG: {path}: {error.strerror}") from error
        if not is_file:
            self.close()
            raise ConfigurationError(f"CITEWIRE_AUDIT_LOG: {path} is no file; - is standard output")

    def write(self, lines: bytes) -> None:
        """Write lines behind all others; raises OSError, and then none of them is there."""
        self._open_again_if_moved()
        with _locked(self._fd):
            size = os.fstat(self._fd).st_size
            if size and os.pread(self._fd, 1, size - 1) != b"\n":
                lines = b"\n" + lines
            try:
                _write_all(self._fd, lines)
            except OSError:
                os.ftruncate(self._fd, size)
                raise

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _open(self) -> int:
        # Not blocking: a pipe that nobody reads would be waited for.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        return os.open(self._path, flags, 0o600)

    def _open_again_if_moved(self) -> None:
        here = os.fstat(self._fd)
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            is_moved = True
        else:
            is_moved = (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino)
        if is_moved:
            opened = self._open()
            os.close(self._fd)
            self._fd = opened


class StandardOutput:
    """Standard output, which all processes of a server share.

    Args:
        lock: a file that whoever writes holds; its folder is there.
        fd: of standard output.

    Raises:
        ConfigurationError: the lock cannot be made.
    """

    def __init__(self, lock: Path, *, fd: int = STDOUT_FD) -> None:
        self._out = fd
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(f"CITEWIRE_AUDIT_LOG: {lock}: {error.strerror}") from error

    def write(self, lines: bytes) -> None:
        """Write lines one by one; raises OSError if they are not taken."""
        with _locked(self._lock):
            for line in lines.splitlines(keepends=True):
                waiting = select.poll()
                waiting.register(self._out, select.POLLOUT)
                if not waiting.poll(STDOUT_WAIT_MS):
                    raise TimeoutError("nobody reads standard output")
                _write_all(self._out, line)

    def close(self) -> None:
        """Close the lock; standard output is not ours."""
        os.close(self._lock)


def open_sink(where: str, *, data_dir: Path) -> LineSink:
    """What takes the lines of the audit log.

    Args:
        where: a path, or `-` for standard output.
        data_dir: takes the lock of standard output.

    Raises:
        ConfigurationError: it cannot be opened.
    """
    if where == STDOUT:
        return StandardOutput(data_dir / "audit.lock")
    return LineFile(Path(where).expanduser().absolute())


@contextmanager
def _locked(fd: int) -> Iterator[None]:
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def _write_all(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]
