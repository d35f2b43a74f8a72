"""Reading processes: a few that live as long as a run, each replaced when a file kills it.

They are forked from a server process that has loaded the readers already: a new one is there in
milliseconds where starting Python anew takes seconds, and it shares no thread with us.
"""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from citewire.errors import UnreadableDocument
from citewire.services.ingest.readers.exchange import (
    Answer,
    Head,
    LookTask,
    PassageBatch,
    ReadTask,
    Unread,
    Working,
)
from citewire.services.ingest.readers.loop import serve_reading
from citewire.services.ingest.stages import Busy

_METHOD = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
_PRELOADED = [
    "citewire.services.ingest.readers.loop",
    "citewire.services.ingest.readers.extraction",
]
_LEAVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: seconds until it is read and split, megabytes of memory.

    The seconds begin anew after each page that is read by OCR, which has a limit of its own.
    """

    seconds: float
    megabytes: int


class ReadingProcesses:
    """A bounded number of reading processes; use `open_readers`."""

    def __init__(self, count: int, limits: Limits, busy: Busy) -> None:
        self._busy = busy
        self._context: Any = get_context(_METHOD)
        if _METHOD == "forkserver":
            self._context.set_forkserver_preload(_PRELOADED)
        self._limits = limits
        self.count = count
        self._threads = ThreadPoolExecutor(count + 1, thread_name_prefix="reading")
        self._free: asyncio.LifoQueue[_Process | None] = asyncio.LifoQueue()
        for _ in range(count):
            self._free.put_nowait(None)
        self._all: set[_Process] = set()

    @asynccontextmanager
    async def reading(
        self, task: ReadTask, on_ocr: Callable[[], None] = lambda: None
    ) -> AsyncIterator["FileReading"]:
        """Have a file read; the block gets its head and takes its parts.

        `on_ocr` is called after each page that was read from its picture.

        Raises:
            UnreadableDocument: it cannot be read, not within the limits, or kills its reader.
        """
        async with self._taken() as process:
            process.ask(task, self._limits)
            with self._busy.at_it():
                head = await process.receive(self._limits, on_ocr)
            assert isinstance(head, Head)
            yield FileReading(process, self._limits, head, self._busy)

    async def look(self, task: LookTask) -> None:
        """Have a file looked at.

        Raises:
            UnreadableDocument: it cannot be read, not within the limits, or kills its reader.
        """
        async with self._taken() as process:
            process.ask(task, self._limits)
            answer = await process.receive(self._limits)
            assert answer is None

    @asynccontextmanager
    async def _taken(self) -> AsyncIterator["_Process"]:
        """A process for the block, which others get afterwards if it is idle by then."""
        process = await self._free.get()
        try:
            if process is None:
                process = await self._start()
            yield process
        finally:
            if process is not None and not process.is_idle:
                self._all.discard(process)
                process.kill()
                process = None
            self._free.put_nowait(process)

    async def _start(self) -> "_Process":
        process = await asyncio.get_running_loop().run_in_executor(
            self._threads, _Process, self._context, self._limits.megabytes, self._threads
        )
        self._all.add(process)
        return process

    def close(self) -> None:
        """End all processes; blocks."""
        for process in self._all:
            process.kill()
        self._threads.shutdown(wait=True)


class FileReading:
    """A file that was read: its head, and its passages while they come."""

    def __init__(self, process: "_Process", limits: Limits, head: Head, busy: Busy) -> None:
        self._busy = busy
        self._process = process
        self._limits = limits
        self.head = head

    async def parts(self) -> AsyncGenerator[PassageBatch, None]:
        """The passages in parts; the process waits until each is taken."""
        while True:
            with self._busy.at_it():
                answer = await self._process.receive(self._limits)
            if answer is None:
                return
            assert isinstance(answer, PassageBatch)
            yield answer


class _Process:
    """One reading process."""

    def __init__(self, context: Any, megabytes: int, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        ours: Connection
        ours, theirs = context.Pipe()
        self._connection = ours
        self._process = context.Process(
            target=serve_reading, args=(theirs, megabytes * 2**20), daemon=True
        )
        with _interrupts_held():
            self._process.start()
        theirs.close()
        self.is_idle = True

    def ask(self, task: ReadTask | LookTask, limits: Limits) -> None:
        self.is_idle = False
        try:
            self._connection.send(task)
        except OSError as error:
            raise UnreadableDocument(self._why_dead(limits)) from error

    async def receive(
        self, limits: Limits, on_ocr: Callable[[], None] = lambda: None
    ) -> Head | PassageBatch | None:
        while isinstance(answer := await self._receive(limits), Working):
            on_ocr()
        if answer is None or isinstance(answer, Unread):
            self.is_idle = True
        if isinstance(answer, Unread):
            raise UnreadableDocument(answer.reason)
        return answer

    async def _receive(self, limits: Limits) -> Answer | Working | None:
        receiving = asyncio.get_running_loop().run_in_executor(self._threads, self._connection.recv)
        try:
            async with asyncio.timeout(limits.seconds):
                answer: Answer | Working | None = await receiving
        except TimeoutError as error:
            raise UnreadableDocument(
                f"given up after {limits.seconds:g} s: it hangs its reader, or is too large "
                "(CITEWIRE_PARSE_TIMEOUT_S)"
            ) from error
        except (EOFError, OSError) as error:
            raise UnreadableDocument(self._why_dead(limits)) from error
        return answer

    def kill(self) -> None:
        """End the process, whatever it is doing; whoever waits for its answer gets its end."""
        self._process.kill()
        self._process.join(_LEAVE_S)
        # Closed only when a thread that still reads from it has seen the end.
        self._threads.submit(self._connection.close)
        with suppress(ValueError):
            self._process.close()

    def _why_dead(self, limits: Limits) -> str:
        self._process.join(_LEAVE_S)
        code = self._process.exitcode
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
        return (
            f"it killed its reader ({how}): broken, hostile, or in need of more than "
            f"{limits.megabytes} MB of memory"
        )


@contextmanager
def _interrupts_held() -> Iterator[None]:
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


@asynccontextmanager
async def open_readers(
    count: int, limits: Limits, busy: Busy | None = None
) -> AsyncIterator[ReadingProcesses]:
    """Reading processes for the block; none is started before the first file.

    Args:
        count: at most so many.
        limits: for each file.
        busy: when a file is being read.
    """
    readers = ReadingProcesses(count, limits, busy or Busy())
    try:
        yield readers
    finally:
        # One may be in the midst of being started: everybody else on the loop does not wait for it.
        await asyncio.shield(asyncio.to_thread(readers.close))


def cpu_count() -> int:
    """The CPUs that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
