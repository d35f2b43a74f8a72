"""The background process of the embedded Redis, in which its supervisor runs.

Run as `python -m citewire.storage.embedded.background DATA_DIR SERVER SEARCH JSON` by
`citewire.storage.embedded.client`, which holds the start lock meanwhile. It forks, exits with 0
when the server is ready or with 1 and the reason on stderr, and goes on in the background.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from citewire.errors import EmbeddedRedisError
from citewire.storage.embedded.binaries import RedisBinaries
from citewire.storage.embedded.folder import RedisFolder, ask, hold_lock, open_lock, try_lock
from citewire.storage.embedded.supervisor import Supervisor

_ORPHAN_TIMEOUT_S = 30.0
_READY = "ready"

log = logging.getLogger(__name__)


def supervise(folder: RedisFolder, binaries: RedisBinaries, report: Callable[[str], None]) -> None:
    """Carry the server until its last user is gone; tell `report` "ready" or why not."""
    with hold_lock(folder.supervisor_lock, timeout_s=1) as supervisor_lock:
        _end_orphan(folder)
        with hold_lock(folder.server_lock, timeout_s=_ORPHAN_TIMEOUT_S) as server_lock:
            supervisor = Supervisor(
                folder,
                binaries,
                server_lock=server_lock,
                supervisor_lock=supervisor_lock,
            )
            try:
                supervisor.start()
                report(_READY)
                supervisor.watch()
            except EmbeddedRedisError as error:
                log.error("%s", str(error).partition("\n")[0])  # the rest is this log's own end
                report(str(error))
            finally:
                supervisor.stop()


def _end_orphan(folder: RedisFolder) -> None:
    """Tell the server of a killed supervisor to go; its lock is free when it is gone."""
    last = folder.read_state()
    lock = open_lock(folder.server_lock)
    try:
        if last is not None and not try_lock(lock):
            log.warning("a server was left without supervisor; ending it")
            ask(last.port, last.password, "SHUTDOWN NOSAVE")  # the append-only file has it all
    finally:
        os.close(lock)


def main(arguments: list[str]) -> int:
    """Fork; the parent waits for the child's report, the child carries the server."""
    folder = RedisFolder(Path(arguments[0]))
    binaries = RedisBinaries(*map(Path, arguments[1:4]))
    reader, writer = os.pipe()
    if os.fork() > 0:
        os.close(writer)
        with open(reader) as reports:
            message = reports.read() or f"the supervisor ended at start\n{folder.log_tail()}"
        if message != _READY:
            sys.stderr.write(message)
        return 0 if message == _READY else 1
    os.close(reader)
    _detach(folder)

    def report(message: str) -> None:
        with open(writer, "w") as reports:
            reports.write(message)

    supervise(folder, binaries, report)
    return 0


def _detach(folder: RedisFolder) -> None:
    """Leave the starter's streams for the log and end in order when told to."""
    target = folder.open_log()
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(process)d supervisor %(asctime)s %(message)s",
    )
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)


def _exit(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
