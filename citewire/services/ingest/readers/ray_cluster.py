"""Reading on a Ray cluster: each of its readers is an actor with a reading process of its own.

Only reading goes there: embedding, writing and the switch stay in the run, which holds the lease.
`RayIngestionPipeline` of llama-index-ingestion-ray has another shape: it collects all nodes of all
documents before it writes any, and knows neither the failure of one document nor a switch.
"""

import asyncio
import math
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from citewire.errors import ConfigurationError, UnreadableDocument
from citewire.services.ingest.readers.exchange import Answer, Head, PassageBatch, ReadTask, Unread
from citewire.services.ingest.readers.processes import Limits, ReadingProcesses
from citewire.services.ingest.stages import Busy

PARTS_AHEAD = 4
"""So many parts are sent before one is taken: memory does not grow with the file."""


class RayReaders:
    """As many actors on the cluster as files are read at a time; use `open_ray_readers`."""

    def __init__(self, ray: Any, count: int, limits: Limits, busy: Busy) -> None:
        self._ray = ray
        self._busy = busy
        # No memory is asked for: a cluster that has less than the limit would wait for ever.
        self._actor = ray.remote(num_cpus=1)(_Reader)
        self.count = count
        self._limits = limits
        self._free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
        for _ in range(count):
            self._free.put_nowait(None)
        self._all: set[Any] = set()

    @asynccontextmanager
    async def reading(
        self, task: ReadTask, on_ocr: Callable[[], None] = lambda: None
    ) -> AsyncIterator["RayReading"]:
        """Have a file read; the block gets its head and takes its parts.

        `on_ocr` is never called: what a reader over there does in between is not told.

        Raises:
            UnreadableDocument: it cannot be read, not within the limits, or its reader is lost.
        """
        actor = await self._free.get()
        reading: RayReading | None = None
        try:
            if actor is None:
                actor = self._actor.remote(self._limits)
                self._all.add(actor)
            read = actor.read.options(
                num_returns="streaming", _generator_backpressure_num_objects=PARTS_AHEAD
            )
            reading = RayReading(self._ray, read.remote(task), self._busy)
            await reading.begin()
            yield reading
        finally:
            if actor is not None and (reading is None or not reading.is_over):
                self._all.discard(actor)
                self._ray.kill(actor)
                actor = None
            self._free.put_nowait(actor)

    def close(self) -> None:
        """End all readers."""
        for actor in self._all:
            self._ray.kill(actor)


class RayReading:
    """A file that is read elsewhere: its head, and its passages while they come."""

    head: Head

    def __init__(self, ray: Any, answers: Any, busy: Busy) -> None:
        self._busy = busy
        self._errors = ray.exceptions.RayError
        self._answers = answers
        self.is_over = False

    async def begin(self) -> None:
        """Wait until the file is read and split."""
        head = await self._receive()
        assert isinstance(head, Head)
        self.head = head

    async def parts(self) -> AsyncGenerator[PassageBatch, None]:
        """The passages in parts."""
        while (answer := await self._receive()) is not None:
            assert isinstance(answer, PassageBatch)
            yield answer

    async def _receive(self) -> Answer | None:
        try:
            with self._busy.at_it():
                answer: Answer = await (await anext(self._answers))
        except StopAsyncIteration:
            self.is_over = True
            return None
        except self._errors as error:
            raise UnreadableDocument(
                f"its reader on the Ray cluster was lost ({type(error).__name__}): ingest it again"
            ) from error
        if isinstance(answer, Unread):
            raise UnreadableDocument(answer.reason)
        return answer


class _Reader:
    """The actor; the limits of a file hold in its reading process, as they do without Ray."""

    def __init__(self, limits: Limits) -> None:
        # Never closed: it ends with the actor, which is killed.
        self._readers = ReadingProcesses(1, limits, Busy())

    async def read(self, task: ReadTask) -> AsyncGenerator[Answer, None]:
        try:
            async with self._readers.reading(task) as reading:
                yield reading.head
                async for part in reading.parts():
                    yield part
        except UnreadableDocument as error:
            yield Unread(str(error))


@asynccontextmanager
async def open_ray_readers(
    count: int | None, limits: Limits, busy: Busy
) -> AsyncIterator[RayReaders]:
    """Readers on the cluster of RAY_ADDRESS, or on one that is started here for the block.

    The folders must be at the same paths on all its machines, and Citewire installed there.

    Args:
        count: at most so many; None: one for each CPU of the cluster.
        limits: for each file.
        busy: when a file is being read.

    Raises:
        ConfigurationError: Ray is not installed, or the cluster cannot be reached.
    """
    try:
        ray: Any = import_module("ray")  # an optional extra
    except ImportError:
        raise ConfigurationError(
            "--engine ray needs Ray: install citewire[ray], here and on the cluster"
        ) from None
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report to its makers
    joined = not ray.is_initialized()
    if joined:
        try:
            await asyncio.to_thread(ray.init, log_to_driver=False, logging_level="error")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ConfigurationError(f"no Ray cluster (RAY_ADDRESS): {error}") from error
    cpus = max(1, math.floor(ray.cluster_resources().get("CPU", 1)))
    readers = RayReaders(ray, min(count or cpus, cpus), limits, busy)
    try:
        yield readers
    finally:
        readers.close()
        if joined:
            await asyncio.to_thread(ray.shutdown)
