"""The way of lines into the audit log: beside the event loop, several at once, waited for."""

import asyncio
import logging
from typing import Final

import anyio

from citewire.services.access.audit.file import LineSink

logger = logging.getLogger(__name__)

WAIT_S: Final = 5.0
"""How long an act waits for its line."""
MAX_WAITING: Final = 16 * 1024 * 1024
"""Bytes that may wait for a disk that does not take them."""


class AuditWriter:
    """Writes the lines of this process; whoever builds it runs `run`.

    What cannot be written is told in the log of the server and by `trouble`; it stops nobody.

    Args:
        sink: takes them.
    """

    def __init__(self, sink: LineSink) -> None:
        self._sink = sink
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._size = 0
        self._wake = asyncio.Event()
        self.lost = 0
        self.trouble: str | None = None

    async def write(self, line: bytes) -> None:
        """Write a line, and return when it is written, or cannot be."""
        if self._size + len(line) > MAX_WAITING:
            self._lose(1, "too much waits for it")
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.append(line)
        self._waiting.append(written)
        self._size += len(line)
        self._wake.set()
        with anyio.move_on_after(WAIT_S) as waiting:
            await asyncio.shield(written)
        if waiting.cancelled_caught:
            logger.error("the audit log takes longer than %g s for a line", WAIT_S)

    async def run(self) -> None:
        """Write until cancelled, and then what is left."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._flush()
        finally:
            with anyio.CancelScope(shield=True):
                await self._flush()

    async def _flush(self) -> None:
        lines, self._lines = self._lines, []
        waiting, self._waiting = self._waiting, []
        self._size = 0
        if not lines:
            return
        try:
            # Waited for to its end: half a line would be left otherwise.
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._sink.write, b"".join(lines))
        except OSError as error:
            self._lose(len(lines), error.strerror or str(error))
        else:
            if self.trouble is not None:
                logger.warning("the audit log is written again; %d lines are lost", self.lost)
            self.trouble = None
        for written in waiting:
            if not written.done():
                written.set_result(None)

    def _lose(self, count: int, why: str) -> None:
        self.lost += count
        self.trouble = f"{self.lost} lines are lost: {why}"
        logger.error("the audit log is not written: %d lines are lost: %s", count, why)
