"""Ctrl-C kept from what is started: who started it ends it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def interrupts_held() -> Iterator[None]:
    """What this thread starts is never told of Ctrl-C, not even while it loads the readers.

    Ctrl-C reaches the whole group, and the server process would show where it was.
    """
    if not hasattr(signal, "pthread_sigmask"):  # not on every system
        yield
        return
    # It lets signals through again when it has started its own process (CPython before 3.13).
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
