"""What runs tell, encoded once, and its way into the log: beside the path of a token.

A token costs its encoding and an append to a list. One writer per worker takes what all runs have
told since and sends it in one round trip. If Redis does not take it, the streams go on: what such
a run can still be replayed with is its last event.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from citewire.errors import StorageError
from citewire.services.answers.events import EndEvent, RunEvent
from citewire.storage.runs.log import EncodedEvent, to_block
from citewire.storage.runs.registry import End, EndStatus, LogPiece, RunStore

logger = logging.getLogger(__name__)

FLUSH_S = 0.1
MAX_WAITING = 16 * 1024 * 1024
"""Bytes of all runs that may wait for Redis."""

ToldBatch = Sequence[EncodedEvent]
"""Events that are told together."""
OnLost = Callable[[Sequence[str]], Awaitable[None]]
"""Told the ids of runs that another worker has ended."""


@dataclass(slots=True, eq=False)
class Told:
    """What one run has told so far, numbered without a gap; and what of it is not logged yet."""

    run_id: str
    seq: int = 0
    size: int = 0
    is_whole: bool = True
    waiting: list[bytes] = field(default_factory=list)
    first_waiting: int = 1

    def encode(self, batch: Sequence[RunEvent]) -> list[EncodedEvent]:
        """The next events, numbered."""
        first = self.seq + 1
        self.seq += len(batch)
        return [(seq, event.name, orjson.dumps(event)) for seq, event in enumerate(batch, first)]

    def take(self) -> LogPiece:
        """What is to be logged next."""
        piece = LogPiece(self.run_id, self.first_waiting, self.seq, b"".join(self.waiting))
        self.waiting.clear()
        self.first_waiting = self.seq + 1
        return piece

    def give_up(self) -> None:
        """Log no more of it but its end."""
        self.is_whole = False
        self.waiting.clear()


class RunLog:
    """The writer of this worker.

    Args:
        store: the registry, which has the logs.
        is_on: whether anything is logged besides that a run has ended.
        max_bytes: of one run.
    """

    def __init__(self, store: RunStore, *, is_on: bool, max_bytes: int) -> None:
        self._store = store
        self._is_on = is_on
        self._max_bytes = max_bytes
        self._dirty: dict[str, Told] = {}
        self._ends: list[tuple[End, asyncio.Future[bool]]] = []
        self._waiting = 0
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, told: Told, batch: Sequence[RunEvent]) -> ToldBatch:
        """The next events of a run, encoded; they are logged a little later."""
        events = told.encode(batch)
        if self._is_on and told.is_whole:
            block = to_block(events)
            told.size += len(block)
            self._waiting += len(block)
            if told.size > self._max_bytes or self._waiting > MAX_WAITING:
                logger.warning("run %s says too much to be replayed", told.run_id)
                told.give_up()
                return events
            told.waiting.append(block)
            self._dirty[told.run_id] = told
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._wake.set)
        return events

    async def close(self, told: Told, end: EndEvent, status: EndStatus) -> tuple[ToldBatch, bool]:
        """Log the last event of a run and end it; gives the event encoded, and if it was logged.

        Raises:
            StorageError: Redis does not take it.
        """
        events = told.encode((end,))
        self._dirty.pop(told.run_id, None)
        piece = LogPiece(told.run_id, told.seq, told.seq, b"")
        if self._is_on:
            told.waiting.append(to_block(events))
            if not told.is_whole:
                told.first_waiting = told.seq
            piece = told.take()
        is_ours: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._ends.append((End(status, piece), is_ours))
        self._wake.set()
        return events, await is_ours

    def tell_again(self, told: Told, end: EndEvent) -> ToldBatch:
        """Another last event, encoded, in place of one that could not be logged."""
        told.seq -= 1
        return told.encode((end,))

    async def run(self, on_lost: OnLost) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            ends, self._ends = self._ends, []
            dirty, self._dirty = self._dirty, {}
            # Before the first await: a run that ends meanwhile takes what it has told since.
            pieces = [told.take() for told in dirty.values() if told.is_whole]
            self._waiting = 0
            if ends:
                await self._write_ends(ends)
            if pieces and (lost := await self._write(pieces, dirty.values())):
                for run_id in lost:
                    dirty[run_id].give_up()
                await on_lost(list(lost))

    async def _write_ends(self, ends: Sequence[tuple[End, "asyncio.Future[bool]"]]) -> None:
        failure: StorageError | None = None
        refused: set[str] = set()
        try:
            refused = await self._store.close([end for end, _ in ends])
        except StorageError as error:
            failure = error
        for end, is_ours in ends:
            if is_ours.done():
                continue  # nobody waits any more
            if failure is not None:
                is_ours.set_exception(failure)
            else:
                is_ours.set_result(end.piece.run_id not in refused)

    async def _write(self, pieces: Sequence[LogPiece], dirty: Iterable[Told]) -> set[str]:
        try:
            return await self._store.append(pieces)
        except StorageError as error:
            logger.warning("%d runs cannot be replayed: %s", len(pieces), error)
            for told in dirty:
                told.give_up()
            return set()
