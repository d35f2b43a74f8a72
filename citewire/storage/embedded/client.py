"""Use the embedded Redis: start it, or share the one that already runs on the same data directory.

Each process that uses it holds a shared lock; a supervising process of its own session (see
`citewire.storage.embedded.supervisor`) starts the server again when it dies and ends it when the
last lock is gone, which the kernel sees to even after kill -9. A forked child counts as a user for
as long as it lives.
"""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import citewire
from citewire.errors import EmbeddedRedisError
from citewire.storage.embedded.binaries import RedisBinaries, find_binaries
from citewire.storage.embedded.folder import (
    LOADING,
    PONG,
    RedisFolder,
    ServerState,
    ask,
    hold_lock,
    is_held,
    share_lock,
)
from citewire.storage.embedded.server import READY_TIMEOUT_S

# A starter may first wait for an old server's end, then for a new one's loading.
_START_TIMEOUT_S = 2 * READY_TIMEOUT_S


@contextmanager
def open_embedded_redis(data_dir: Path, *, binaries: RedisBinaries | None = None) -> Iterator[str]:
    """Yield the URL, with password, of the server on `data_dir`, which lives until all have left.

    Entering blocks until the server answers: in async code enter it through
    `asyncio.to_thread`. Leaving only closes a file and may be done in any thread.

    Args:
        data_dir: the data directory; the server's files are in its folder `redis`.
        binaries: the server and its modules; None looks among the installed packages.

    Raises:
        EmbeddedRedisError: a part is missing, or the server does not start; the message says what
            to install and has the last lines of the server's log.
    """
    folder = RedisFolder(data_dir)
    with share_lock(folder.users_lock) as user:
        try:
            with hold_lock(folder.start_lock, timeout_s=_START_TIMEOUT_S):
                fcntl.flock(user, fcntl.LOCK_SH)
                state = _running(folder) or _start(folder, binaries or find_binaries())
        except TimeoutError as error:
            raise EmbeddedRedisError(
                f"another process keeps starting or stopping: {error}"
            ) from error
        except OSError as error:
            raise EmbeddedRedisError(f"cannot lock or start in {folder.path}: {error}") from error
        yield state.url


def _running(folder: RedisFolder) -> ServerState | None:
    """The server that a living supervisor carries, once it answers; None without a supervisor."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while is_held(folder.supervisor_lock):
        state = folder.read_state()
        said = "" if state is None else ask(state.port, state.password, "PING")
        if state is not None and said == PONG:
            return state
        if said.startswith(LOADING):
            deadline = time.monotonic() + READY_TIMEOUT_S
        if time.monotonic() > deadline:
            raise EmbeddedRedisError(
                f"the running embedded Redis does not answer; its log, {folder.log}, ends:\n"
                f"{folder.log_tail()}"
            )
        time.sleep(0.05)
    return None


def _start(folder: RedisFolder, binaries: RedisBinaries) -> ServerState:
    parts = (binaries.server, binaries.search, binaries.json)
    done = subprocess.run(  # noqa: S603 (our own interpreter and parts)
        [sys.executable, "-m", "citewire.storage.embedded.background", folder.path.parent, *parts],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # So that `-m` finds this very package, whatever the caller's directory.
        cwd=Path(citewire.__file__).parents[1],
        start_new_session=True,
        check=False,
    )
    state = folder.read_state()
    if done.returncode != 0 or state is None:
        raise EmbeddedRedisError(done.stderr.decode(errors="replace").strip())
    return state
