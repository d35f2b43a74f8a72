"""The server that `citewire chat` starts when none is there: a process that ends with its parent.

It is a process, so that the terminal is a client like any other, and in a session of its own, so
that Ctrl-C does not reach it. It is told what to do by one line on standard input, says by one on
standard output that it can answer, and stops when standard input ends, however that came about.
The line that it is told has the settings: it reads none by itself.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import SecretStr

from citewire.client.connection import Address
from citewire.errors import CitewireError, ServerFailed
from citewire.services.access.keys import new_key
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER

HOST = "127.0.0.1"
LOG_LINES = 5
REASON = "cannot start: "


@contextmanager
def open_own_server(settings: Settings, *, owner: str) -> Iterator[Address]:
    """A server for `settings` on a free port of this machine, for the block.

    Raises:
        ServerFailed: it did not start; the message says why.
    """
    key = settings.access.api_key.get_secret_value() if settings.access.api_key else None
    changes: dict[str, object] = {"log_level": "warning", "workers": 1}
    if owner != DEFAULT_OWNER or (settings.is_closed and key is None):
        # The operator needs no key of somebody's, and some are only known by their hashes.
        key = new_key()
        changes |= {"api_keys": f"{owner}:{key}", "api_keys_file": None}
    told = {name: _plain(value) for name, value in settings.with_changes(**changes).flat().items()}
    with tempfile.TemporaryFile() as log, _start(log) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(told).encode() + b"\n")
            process.stdin.flush()
            port = process.stdout.readline()
            if not port:
                process.wait()
                raise ServerFailed(f"the server did not start: {_reason_in(log)}")
            yield Address(f"http://{HOST}:{int(port)}", key)
        finally:
            _stop(process, settings.server.shutdown_grace_s + 2)


def _start(log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        # -P: what lies in the current folder is not ours.
        [sys.executable, "-P", "-m", "citewire.scripts.chat.own_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )


def _stop(process: "subprocess.Popen[bytes]", patience_s: float) -> None:
    assert process.stdin is not None
    try:
        process.stdin.close()
        process.wait(patience_s)
    except (OSError, subprocess.TimeoutExpired):
        process.kill()


def _plain(value: object) -> object:
    value = value.get_secret_value() if isinstance(value, SecretStr) else value
    return str(value) if isinstance(value, Path) else value


def _reason_in(log: IO[bytes]) -> str:
    """What the server said last; without it the end of the log."""
    log.seek(0)
    text = log.read().decode("utf-8", "replace").strip()
    _, is_said, reason = text.rpartition(REASON)
    return reason if is_said else "\n".join(text.splitlines()[-LOG_LINES:])


def main() -> int:
    """The server's side."""
    gc.disable()  # as for `citewire serve`
    settings = Settings.build(json.loads(sys.stdin.readline()))
    threading.Thread(target=_stop_with_parent, daemon=True).start()

    # Deferred: the parent does without.
    from citewire.scripts.logs import configure_logging
    from citewire.scripts.plain_text import explained
    from citewire.scripts.serve import build_server

    configure_logging(settings.server.log_level)
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        try:
            server = build_server(settings, on_started=lambda: print(port, flush=True))
            server.run(sockets=[listening])
        except CitewireError as error:
            print(f"{REASON}{explained(error)}", file=sys.stderr)
            return 1
    return 0


def _stop_with_parent() -> None:
    # Not sys.stdin: its lock must be free when the interpreter ends.
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
