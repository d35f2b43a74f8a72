"""The server that `citewire chat` starts when none is there: a process that ends with its parent.

It is a process, so that the terminal is a client like any other, and in a session of its own, so
that Ctrl-C does not reach it. It is told what to do by one line on standard input, says by one on
standard output that it can answer, and stops when standard input ends, however that came about.
"""

import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pydantic import SecretStr

from citewire.errors import ServerFailed
from citewire.scripts.chat.client import Address
from citewire.services.access.keys import new_key
from citewire.settings import Settings, load_settings
from citewire.storage.keys import DEFAULT_OWNER

HOST = "127.0.0.1"
LOG_LINES = 5
_SAID = re.compile(r"^citewire\.errors\.\w+: (.+)$", re.MULTILINE)


@contextmanager
def open_own_server(settings: Settings, *, owner: str) -> Iterator[Address]:
    """A server for `settings` on a free port of this machine, for the block.

    Raises:
        ServerFailed: it did not start; the message says why.
    """
    key = settings.access.api_key.get_secret_value() if settings.access.api_key else None
    changes: dict[str, object] = {}
    if owner != DEFAULT_OWNER or (settings.access.has_api_keys and key is None):
        # The operator needs no key of somebody's, and some are only known by their hashes.
        key = new_key()
        changes = {"api_keys": f"{owner}:{key}", "api_keys_file": None}
    with tempfile.TemporaryFile() as log, _start(log) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(changes).encode() + b"\n")
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


def _reason_in(log: IO[bytes]) -> str:
    """The last error that was raised on purpose; without one the end of the log."""
    log.seek(0)
    text = log.read().decode("utf-8", "replace").strip()
    said = _SAID.findall(text)
    return said[-1] if said else "\n".join(text.splitlines()[-LOG_LINES:])


def main() -> int:
    """The server's side."""
    gc.disable()  # as for `citewire serve`
    changes = json.loads(sys.stdin.readline())
    if changes:
        changes["api_keys"] = SecretStr(changes["api_keys"])
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    settings = load_settings(log_level="warning", workers=1, **changes)

    # Deferred: the parent does without.
    from citewire.scripts.logs import configure_logging
    from citewire.scripts.serve import build_server

    configure_logging(settings.server.log_level)
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        server = build_server(settings, on_started=lambda: print(port, flush=True))
        server.run(sockets=[listening])
    return 0 if server.started else 1


def _stop_with_parent() -> None:
    # Not sys.stdin: its lock must be free when the interpreter ends.
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
