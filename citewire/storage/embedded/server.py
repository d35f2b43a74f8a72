"""One process of the embedded Redis: its configuration, its start, its end."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from citewire.errors import EmbeddedRedisError
from citewire.storage.embedded.binaries import HINT, RedisBinaries
from citewire.storage.embedded.folder import HOST, LOADING, PONG, RedisFolder, ServerState, ask

READY_TIMEOUT_S = 60.0
"""So long it may say nothing at all; a large archive takes longer to load, and says so."""

_STOP_TIMEOUT_S = 20.0
_PR_SET_PDEATHSIG = 1
_BLANK = 0x20
# Loaded here, because little is safe between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def choose_address(last: ServerState | None) -> tuple[int, str]:
    """Port and password: those of the last server where possible, so that its clients find it."""
    if last is not None and is_free(last.port):
        return last.port, last.password
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port, secrets.token_urlsafe(32)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def start_server(
    folder: RedisFolder, binaries: RedisBinaries, address: tuple[int, str], *, lock: int
) -> subprocess.Popen[bytes]:
    """Start a server and wait until it has loaded its files and answers.

    Args:
        folder: where its files and its log are.
        binaries: the server and its modules.
        address: port and password.
        lock: the held server.lock; the server inherits it, so it stays held while either lives.

    Raises:
        EmbeddedRedisError: it ended or did not answer in time; the message has the end of its log.
    """
    with open(folder.open_log(), "ab") as log:
        process = subprocess.Popen(  # noqa: S603 (a file of an installed package)
            # The configuration goes through stdin, so that no file and no process list shows the
            # password.
            [binaries.server, "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder.path,
            pass_fds=(lock,),
            preexec_fn=_end_with_parent if _LIBC else None,  # noqa: PLW1509 (one thread only)
        )
    try:
        _send(process, build_config(folder.path, binaries, *address))
        _wait_until_ready(process, address, folder)
    except BaseException:
        stop_server(process)
        raise
    return process


def stop_server(process: subprocess.Popen[bytes]) -> None:
    """End the server; it writes what the append-only file still lacks."""
    process.terminate()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def build_config(folder: Path, binaries: RedisBinaries, port: int, password: str) -> str:
    """The server's configuration: this machine only, password needed, append-only file on."""
    return "\n".join(
        (
            f"bind {HOST}",
            f"port {port}",
            "protected-mode yes",
            f"requirepass {_quote(password)}",
            "daemonize no",
            f"dir {_quote(folder)}",
            'save ""',
            "appendonly yes",
            "appendfsync everysec",
            "aof-use-rdb-preamble yes",
            # The module's default hands back part of the hits, silently, after 500 ms.
            f"loadmodule {_quote(binaries.search)} TIMEOUT 5000 ON_TIMEOUT FAIL",
            f"loadmodule {_quote(binaries.json)}",
            "",
        )
    )


def _quote(value: str | Path) -> str:
    # Bytes, one character each (sent as latin-1): a path need not be valid UTF-8.
    raw = os.fsencode(value)
    escaped = "".join(f"\\x{b:02x}" if b < _BLANK or b in b'"\\' else chr(b) for b in raw)
    return f'"{escaped}"'


def _send(process: subprocess.Popen[bytes], config: str) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as stdin:
            stdin.write(config.encode("latin-1"))
    except BrokenPipeError:
        return  # it has ended already; waiting for it tells why


def _wait_until_ready(
    process: subprocess.Popen[bytes], address: tuple[int, str], folder: RedisFolder
) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while (said := ask(*address, "PING")) != PONG:
        if process.poll() is not None:
            raise EmbeddedRedisError(
                f"the embedded Redis ended at start with code {process.returncode}; if a part does "
                f"not load, {HINT}. The end of its log:\n{folder.log_tail()}"
            )
        if said.startswith(LOADING):
            deadline = time.monotonic() + READY_TIMEOUT_S
        if time.monotonic() > deadline:
            raise EmbeddedRedisError(
                f"the embedded Redis did not answer within {READY_TIMEOUT_S:.0f} s; its log ends:\n"
                f"{folder.log_tail()}"
            )
        time.sleep(0.01)


def _end_with_parent() -> None:
    # A killed supervisor takes its server along, also when nobody opens this folder again.
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
