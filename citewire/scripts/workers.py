"""`citewire serve --workers N`: processes that share one port, started again when they die.

uvicorn has a supervisor of its own; its workers cannot be told to drain, nor be given settings, and
each imports everything anew. Ours are forked from a process that has imported everything and done
nothing yet: they start in a fraction of the time and share those half a million objects.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack, suppress
from multiprocessing.connection import wait
from multiprocessing.context import ForkContext, ForkProcess
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from types import FrameType

from pydantic import SecretStr

from citewire.errors import CitewireError, ConfigurationError
from citewire.scripts.plain_text import explained, told_by_system
from citewire.scripts.serve import bind, build_server, tell_address
from citewire.services.telemetry.workers import clear_place, open_shared_folder, share_metrics
from citewire.settings import Settings

logger = logging.getLogger(__name__)

POLL_S = 0.2
RESTART_S = 1.0
"""How long to wait before a worker that could not start is started again."""
ORPHAN_S = 1.0
NOT_STARTED = 3

Reason = tuple[bool, str]
"""Why a worker cannot start: whether the settings are to blame, and what is wrong."""


def serve_workers(settings: Settings) -> int:
    """Serve with `settings.server.workers` processes until told to stop; gives the exit code.

    Raises:
        CitewireError: no worker can start.
    """
    with ExitStack() as stack:
        if settings.storage.redis_url is None:
            # Deferred: it needs flock, which not every system has.
            from citewire.storage.embedded.client import open_embedded_redis

            url = stack.enter_context(open_embedded_redis(settings.storage.data_dir))
            settings = settings.with_changes(redis_url=SecretStr(url))
        shared = [stack.enter_context(bound) for bound in bind(settings.server)]
        return _Supervisor(settings, shared, stack.enter_context(open_shared_folder())).run()


class _Supervisor:
    def __init__(self, settings: Settings, shared: list[socket.socket], metrics: Path) -> None:
        self._settings = settings
        self._shared = shared
        self._metrics = metrics
        self._context: ForkContext = multiprocessing.get_context("fork")
        self._has_started = self._context.Event()
        self._reasons: SimpleQueue[Reason] = self._context.SimpleQueue()
        self._has_told_address = False
        self._workers: list[ForkProcess] = []
        self._told = False

    def run(self) -> int:
        for sig in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, self._tell)
        gc.freeze()  # a collection in a worker would copy all that it only looks at
        self._workers = [self._start(place) for place in range(self._settings.server.workers)]
        try:
            while not self._told:
                # Also woken by the signal: the sleep would otherwise go on.
                wait([worker.sentinel for worker in self._workers], POLL_S)
                if not self._has_told_address and self._has_started.is_set():
                    self._has_told_address = True
                    tell_address(self._settings.server, self._shared)
                if not self._told:
                    self._replace_the_dead()
        finally:
            self._stop()
        return 0

    def _tell(self, sig: int, frame: FrameType | None) -> None:
        self._told = True

    def _start(self, place: int) -> ForkProcess:
        """Start the worker of a place, after one that died there if need be."""
        clear_place(self._metrics, place)
        worker = self._context.Process(
            target=_work,
            args=(self._settings, self._shared, self._has_started, self._reasons),
            kwargs={"metrics": self._metrics, "place": place},
        )
        worker.start()
        return worker

    def _replace_the_dead(self) -> None:
        """Start those again that have died; raises CitewireError if none can start at all."""
        for i, worker in enumerate(self._workers):
            if worker.is_alive():
                continue
            if worker.exitcode == NOT_STARTED:
                is_misconfigured, why = self._reasons.get()
                if not self._has_started.is_set():
                    raise ConfigurationError(why) if is_misconfigured else CitewireError(why)
                logger.error("worker %s cannot start: %s", worker.pid, why)
                time.sleep(RESTART_S)
            else:
                logger.warning("worker %s died (%s): another starts", worker.pid, worker.exitcode)
            worker.close()
            self._workers[i] = self._start(i)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.terminate()
        deadline = time.monotonic() + self._settings.server.shutdown_grace_s + 2
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
            if worker.is_alive():
                logger.error("worker %s does not stop: killed", worker.pid)
                worker.kill()
                worker.join()


def _work(
    settings: Settings,
    shared: list[socket.socket],
    has_started: Event,
    reasons: "SimpleQueue[Reason]",
    *,
    metrics: Path,
    place: int,
) -> None:
    """One worker, in a process of its own."""
    share_metrics(metrics, place)
    # Those of the parent only take note.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_stop_without_parent, args=(os.getppid(),), daemon=True).start()
    server = None
    try:
        with suppress(KeyboardInterrupt):  # Ctrl-C reaches all processes of the terminal
            server = build_server(settings, on_started=has_started.set)
            server.run(sockets=shared)
    except CitewireError as error:
        reasons.put((isinstance(error, ConfigurationError), explained(error)))
        sys.exit(NOT_STARTED)
    except Exception as error:
        if server is not None and server.started:
            raise
        # Each worker comes here: the one that started them says it, once.
        logger.debug("a worker cannot start", exc_info=True)
        reasons.put((False, _unforeseen(error)))
        sys.exit(NOT_STARTED)


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError):
        return told_by_system(error)
    return f"it cannot start: {error!r} (CITEWIRE_LOG_LEVEL=debug tells where that arose)"


def _stop_without_parent(parent: int) -> None:
    """Nobody would ever stop a worker whose parent was killed."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_S)
    os.kill(os.getpid(), signal.SIGTERM)
