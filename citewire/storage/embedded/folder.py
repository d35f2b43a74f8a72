"""The folder of the embedded Redis: its locks, its state file and its log, shared by all processes.

All locks are advisory flocks: the kernel drops them with the process that holds them, so a file
that a crash left behind means nothing.

users.lock       shared, by each process that uses the server, for as long as it does
start.lock       exclusive, while somebody decides to start or to stop
supervisor.lock  exclusive, by the supervisor for its life
server.lock      exclusive, by the supervisor and, inherited, by the server: files have one server
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from citewire.errors import EmbeddedRedisError

HOST = "127.0.0.1"
PONG = "+PONG"
LOADING = "-LOADING"
_TAIL_LINES = 12
_LOG_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True)
class ServerState:
    """Where the server answers and which processes carry it."""

    port: int
    password: str
    server_pid: int
    supervisor_pid: int

    @property
    def url(self) -> str:
        """The address with its password, as Redis clients take it."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"


class RedisFolder:
    """`redis` in the data directory; only its owner may read it.

    Args:
        data_dir: the data directory; made when it is missing.

    Raises:
        EmbeddedRedisError: the folder cannot be made or is not ours.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir.expanduser().resolve() / "redis"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.mkdir(mode=0o700, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise EmbeddedRedisError(
                f"cannot use {self.path}: {error.strerror}; set CITEWIRE_DATA_DIR to another folder"
            ) from error
        self.users_lock = self.path / "users.lock"
        self.start_lock = self.path / "start.lock"
        self.supervisor_lock = self.path / "supervisor.lock"
        self.server_lock = self.path / "server.lock"
        self.log = self.path / "server.log"
        self._state = self.path / "state.json"

    def read_state(self) -> ServerState | None:
        """What the last supervisor wrote; None when there is nothing that can be read."""
        try:
            kept = json.loads(self._state.read_text())
            return ServerState(
                int(kept["port"]),
                str(kept["password"]),
                int(kept["server_pid"]),
                int(kept["supervisor_pid"]),
            )
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write_state(self, state: ServerState) -> None:
        """Write the state in one step, readable by its owner only."""
        fresh = self._state.with_suffix(".new")
        with suppress(FileNotFoundError):
            fresh.unlink()
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(state), file)
        fresh.replace(self._state)

    def remove_state(self) -> None:
        """Forget the address: the next server takes a new port and password."""
        self._state.unlink(missing_ok=True)

    def open_log(self) -> int:
        """Open the log to append, after putting an old one aside that has grown; its descriptor."""
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > _LOG_LIMIT_BYTES:
                self.log.replace(self.log.with_suffix(".log.old"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def log_tail(self) -> str:
        """The last lines of the log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_TAIL_LINES:])


def open_lock(path: Path) -> int:
    """Open a lock file without taking the lock; children do not inherit it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(lock: int) -> bool:
    """Take an open lock exclusively unless somebody else holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(lock: int) -> None:
    """Let an open lock go; it can be taken again."""
    fcntl.flock(lock, fcntl.LOCK_UN)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock exclusively."""
    lock = open_lock(path)
    try:
        return not try_lock(lock)
    finally:
        os.close(lock)


@contextmanager
def share_lock(path: Path) -> Iterator[int]:
    """Open a lock to be shared with `fcntl.LOCK_SH`, and let it go at the end."""
    lock = open_lock(path)
    try:
        yield lock
    finally:
        os.close(lock)


@contextmanager
def hold_lock(path: Path, *, timeout_s: float) -> Iterator[int]:
    """Hold a lock exclusively.

    Raises:
        TimeoutError: somebody else held it for all of `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    lock = open_lock(path)
    try:
        while not try_lock(lock):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} is held by another process")
            time.sleep(0.02)
        yield lock
    finally:
        os.close(lock)


def ask(port: int, password: str, command: str, *, timeout_s: float = 2.0) -> str:
    """The first line of the server's answer to `command`; empty when nobody answers.

    A bare socket, so that the supervisor starts without loading a client library.
    """
    try:
        with socket.create_connection((HOST, port), timeout=timeout_s) as link:
            link.sendall(f"AUTH {password}\r\n{command}\r\n".encode())
            with link.makefile("rb") as replies:
                replies.readline(512)
                return replies.readline(512).decode(errors="replace").strip()
    except OSError:
        return ""
