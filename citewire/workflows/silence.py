"""Noticing that a model is silent in the middle of its answer: one timer per stream, no task."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from citewire.workflows.events import QuietEvent, Shown

QUIET_S = 0.5
"""Silence, in seconds, after which nothing is held back in the hope of more."""


class _Silence:
    """Announces a `QuietEvent` once after each silence.

    The timer looks at a time that each piece of text moves on: one that were set anew for every
    piece would cost more than the piece.
    """

    __slots__ = ("_announce", "_due", "_loop", "_timer")

    def __init__(self, announce: Callable[[Shown], None]) -> None:
        self._announce = announce
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def heard(self) -> None:
        self._due = self._loop.time() + QUIET_S
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look)
            return
        self._timer = None
        self._announce(QuietEvent())

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


@contextmanager
def noticing_silence(announce: Callable[[Shown], None]) -> Iterator[Callable[[], None]]:
    """Within the block silences are announced; what it gives is called with each piece of text."""
    silence = _Silence(announce)
    try:
        yield silence.heard
    finally:
        silence.close()
