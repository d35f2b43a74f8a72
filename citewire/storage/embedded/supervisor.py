"""Who carries the embedded Redis: starts it, restarts it, ends it after its last user.

It looks at the users' lock a few times a second instead of blocking on it: so it needs no second
thread, and can start children safely.
"""

import logging
import os
import time
from subprocess import Popen

from citewire.errors import EmbeddedRedisError
from citewire.storage.embedded.binaries import RedisBinaries
from citewire.storage.embedded.folder import (
    RedisFolder,
    ServerState,
    open_lock,
    try_lock,
    unlock,
)
from citewire.storage.embedded.server import choose_address, is_free, start_server, stop_server

POLL_S = 0.2
STABLE_S = 10.0
MAX_QUICK_ENDS = 6
_ADDRESS_TRIES = 3

log = logging.getLogger(__name__)


class Supervisor:
    """Owns one server from its start to the going of its last user.

    Args:
        folder: the server's folder.
        binaries: the server and its modules.
        server_lock: descriptor of server.lock, held.
        supervisor_lock: descriptor of supervisor.lock, held.
    """

    def __init__(
        self,
        folder: RedisFolder,
        binaries: RedisBinaries,
        *,
        server_lock: int,
        supervisor_lock: int,
    ) -> None:
        self._folder = folder
        self._binaries = binaries
        self._server_lock = server_lock
        self._supervisor_lock = supervisor_lock
        self._users_lock = open_lock(folder.users_lock)
        self._start_lock = open_lock(folder.start_lock)
        self._process: Popen[bytes] | None = None
        self._address = choose_address(folder.read_state())
        self._started_at = 0.0
        self._quick_ends = 0

    def start(self) -> None:
        """Start the server for the first time, on another port if somebody took the chosen one.

        Raises:
            EmbeddedRedisError: it does not start.
        """
        for _ in range(_ADDRESS_TRIES - 1):
            try:
                self._start()
            except EmbeddedRedisError:
                if is_free(self._address[0]):
                    raise
                self._address = choose_address(None)
            else:
                return
        self._start()

    def watch(self) -> None:
        """Return when the last user is gone and the server stopped, or when it keeps ending."""
        while not self._ended_after_last_user():
            time.sleep(POLL_S)
            ended = self._process is None or self._process.poll() is not None
            if ended and not self._restart():
                return

    def stop(self) -> None:
        """End the server if it runs."""
        if self._process is not None:
            stop_server(self._process)

    def _start(self) -> None:
        self._started_at = time.monotonic()
        self._process = None
        self._process = start_server(
            self._folder, self._binaries, self._address, lock=self._server_lock
        )
        port, password = self._address
        self._folder.write_state(ServerState(port, password, self._process.pid, os.getpid()))
        log.info("server %d answers on port %d", self._process.pid, port)

    def _ended_after_last_user(self) -> bool:
        # Under the start lock nobody can arrive: newcomers wait for it, and then start anew.
        if not try_lock(self._start_lock):
            return False
        if try_lock(self._users_lock):
            log.info("the last user is gone")
            self.stop()
            self._folder.remove_state()
            unlock(self._users_lock)
            unlock(self._supervisor_lock)
            unlock(self._start_lock)  # the last: who waits for it looks at the others
            return True
        unlock(self._start_lock)
        return False

    def _restart(self) -> bool:
        lived_s = time.monotonic() - self._started_at
        self._quick_ends = 0 if lived_s > STABLE_S else self._quick_ends + 1
        if self._quick_ends >= MAX_QUICK_ENDS:
            log.error("the server ended %d times in a row; giving up", self._quick_ends)
            return False
        log.warning("the server ended after %.1f s with users left; starting it again", lived_s)
        # The same port and password: the clients of the living users reconnect by themselves.
        time.sleep(min(5.0, 0.1 * 2**self._quick_ends) if self._quick_ends else 0)
        try:
            self._start()
        except EmbeddedRedisError as error:
            log.error("%s", str(error).partition("\n")[0])  # the rest is this log's own end
        return True
