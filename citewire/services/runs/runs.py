"""The runs of this worker: how many there may be, one per chat, and how each is stopped."""

import itertools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import anyio
from llama_index.core.base.llms.types import ChatMessage

from citewire.errors import (
    AlreadyAsked,
    Draining,
    RequestError,
    RunLost,
    RunNotFound,
    StorageError,
    TooManyRuns,
)
from citewire.services.access.caller import Caller
from citewire.services.answers.events import EndEvent, Failed, Ids, RunEvent, StoppedBy
from citewire.services.citations.model import CollectionNames
from citewire.services.runs.log import RunLog, Told, ToldBatch
from citewire.services.runs.orphans import LostRuns
from citewire.storage.lua.loader import ScriptCall
from citewire.storage.runs.registry import EndStatus, RunClaim, RunStore
from citewire.tracing.spans import NOBODYS, TraceSpan
from citewire.workflows.catalogue.model import SpokenOf
from citewire.workflows.lean_runtime import LeanRun
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.running import finish

logger = logging.getLogger(__name__)

_STATUS: dict[str, EndStatus] = {"done": "done", "stopped": "stopped", "error": "error"}
POLL_S = 0.02
BEATS = 5
"""How often a lease is renewed before it would be over."""
RETRY_S = 1.0
CLOSE_S = 3.0
"""How long telling Redis of a run's end may take, in seconds."""


@dataclass(slots=True, eq=False)
class Run:
    """One admitted question on its way to an answer; what is not kept has no chat."""

    ids: Ids
    question: str
    filter: PassageFilter
    owner: str
    replaces: str | None = None
    caller: Caller | None = None
    collections: CollectionNames = field(default_factory=dict)
    history: Sequence[ChatMessage] = ()
    spoken_of: SpokenOf | None = field(default_factory=SpokenOf)
    is_kept: bool = True
    stopped_by: StoppedBy | None = None
    handler: LeanRun | None = field(default=None, repr=False)
    checking: anyio.CancelScope | None = field(default=None, repr=False)
    began: bool = False
    is_detached: bool = False
    is_lost: bool = False
    trace: TraceSpan = field(default=NOBODYS, repr=False)
    told: Told = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.told = Told(self.ids.run_id)

    async def stop(self, by: StoppedBy) -> None:
        """End the run; its stream tells the client and stores what was said. Idempotent."""
        if self.stopped_by is None:
            self.stopped_by = by
            if self.checking is not None:
                self.checking.cancel()
            if self.handler is not None:
                await self.handler.cancel_run()


@dataclass(frozen=True, slots=True)
class Once:
    """What is not to be asked twice.

    Args:
        key: names it, hashed together with its owner.
        body: hash of what is asked: the same if the same is asked.
    """

    key: str
    body: str


class Runs:
    """The running questions of this worker, and its part in the registry of all workers.

    Args:
        limit: how many may run at once in this worker.
        store: the registry.
        log: where it is written down what they tell.
        lost: ends the runs of dead workers.
        lease_s: how long after its last sign of life a worker counts as alive.
    """

    def __init__(
        self,
        limit: int,
        store: RunStore,
        log: RunLog,
        lost: LostRuns,
        *,
        lease_s: float,
    ) -> None:
        self._limit = limit
        self._store = store
        self._log = log
        self._lost = lost
        self._lease_s = lease_s
        self._by_id: dict[str, Run] = {}
        self._steady_since = self._last_beat = monotonic()
        self.draining = False

    def __len__(self) -> int:
        return len(self._by_id)

    @asynccontextmanager
    async def admit(
        self,
        run: Run,
        facts: Callable[[], bytes],
        once: Once | None,
        reading: ScriptCall | None = None,
    ) -> AsyncIterator[Any]:
        """Hold a place in this worker, and the chat in all of them, until the run is over.

        Args:
            run: that is to begin.
            facts: makes what another worker needs to store its turn, should this one die; with
                the question in it, it is not kept as long as the answer streams.
            once: what is not to be asked twice.
            reading: what reads the chat once it is held; its reply is what the block is given.

        Raises:
            AlreadyAsked: it was asked before; that run may be followed.
            KeyReused: something else was asked with the same key.
            Draining: the server is shutting down.
            TooManyRuns: all places are taken, or all that one owner may have.
            ChatBusy: the chat has a run.
            ChatNotFound: it has a run, and another owner.
            StorageError: Redis does not answer.
        """
        if self.draining:
            raise Draining("the server is shutting down")
        if len(self) >= self._limit:
            raise TooManyRuns(f"{self._limit} answers are being written already")
        # Before the registry knows it: whoever finds it there must be able to stop it here.
        self._by_id[run.ids.run_id] = run
        try:
            async with self._claimed(run, facts, once, reading) as read:
                yield read
        finally:
            if not (run.began and run.is_detached):
                self._by_id.pop(run.ids.run_id, None)

    @asynccontextmanager
    async def _claimed(
        self,
        run: Run,
        facts: Callable[[], bytes],
        once: Once | None,
        reading: ScriptCall | None,
    ) -> AsyncIterator[Any]:
        is_refused = False
        try:
            try:
                claimed = await self._store.claim(_claim(run, facts(), once), reading)
                if claimed.joined is not None:
                    raise AlreadyAsked("this was asked before", run_id=claimed.joined)
            except RequestError:
                is_refused = True
                raise
            yield claimed.read
        finally:
            # Cancelled in the midst of it, or the chat is unknown, or the client was gone already.
            if not (run.began or is_refused):
                await self._abandon(run)

    async def _abandon(self, run: Run) -> None:
        # If Redis is gone, the next beats find the run there without one here.
        with suppress(StorageError, TimeoutError):
            await finish(self._store.abandon(run.ids.run_id), deadline_s=CLOSE_S)

    def tell(self, run: Run, batch: Sequence[RunEvent]) -> ToldBatch:
        """The next events of a run, encoded; they are logged a little later."""
        return self._log.tell(run.told, batch)

    async def close(self, run: Run, end: EndEvent) -> ToldBatch:
        """The last event of a run, encoded; logged, and the chat free, when this returns.

        If another worker has ended it meanwhile, `run.is_lost` afterwards.
        """
        closing = self._log.close(run.told, end, _STATUS[end.name])
        try:
            told, is_ours = await finish(closing, deadline_s=CLOSE_S)
        except (StorageError, TimeoutError) as error:
            # It may have been closed nevertheless; if not, the next beats find it.
            logger.warning("the end of run %s is not registered: %r", run.ids.run_id, error)
            told, is_ours = self._log.tell_again(run.told, end), True
        self._by_id.pop(run.ids.run_id, None)
        if is_ours:
            return told
        run.is_lost = True
        lost = Failed.by(
            RunLost("another server took this one for dead"), partial_saved=True, ids=run.ids
        )
        return self._log.tell_again(run.told, lost)

    @property
    def under_way(self) -> list[Run]:
        """The runs of this worker."""
        return list(self._by_id.values())

    async def stop(self, run_id: str, owner: str) -> None:
        """Stop a run of an owner, on whichever worker it is; one that is over stays as it is.

        Raises:
            RunNotFound: there is none of that id, or too long ago.
            StorageError: Redis does not answer.
        """
        run = self._by_id.get(run_id)
        if run is not None and run.owner == owner:
            await run.stop("user")
        else:
            await self._store.stop(run_id, owner)

    async def stop_asked(self, key: str, owner: str) -> None:
        """Stop the run that an owner asked as `Once.key`; without one, nothing is done.

        Raises:
            StorageError: Redis does not answer.
        """
        if (run_id := await self._store.asked_as(key)) is not None:
            with suppress(RunNotFound):
                await self.stop(run_id, owner)

    async def of_chat(self, chat_id: str, owner: str) -> str | None:
        """The run that answers an owner's chat at the moment, on whichever worker.

        Raises:
            StorageError: Redis does not answer.
        """
        return await self._store.run_of_owned_chat(chat_id, owner)

    async def end(self, chat_id: str, owner: str, *, within_s: float) -> None:
        """Stop the run of an owner's chat, if it has one, and wait until its turn is stored.

        Args:
            chat_id: of the chat.
            owner: whose run it must be.
            within_s: how long to wait, in seconds.
        """
        run_id = await self._store.run_of_chat(chat_id)
        if run_id is None:
            return
        with suppress(RunNotFound):
            await self.stop(run_id, owner)
        with anyio.move_on_after(within_s):
            # Polled, for the run may be another worker's.
            while await self._store.run_of_chat(chat_id) == run_id:  # noqa: ASYNC110
                await anyio.sleep(POLL_S)

    async def drain(self) -> None:
        """Admit no more runs and stop those that are under way."""
        self.draining = True
        async with anyio.create_task_group() as tasks:
            for run in list(self._by_id.values()):
                tasks.start_soon(run.stop, "shutdown")

    async def keep(self) -> None:
        """Keep this worker's lease, hear of stops and end the runs of the dead, until cancelled."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._log.run, self._lose)
                tasks.start_soon(self._listen)
                for count in itertools.count():
                    await self._beat(count)
                    await anyio.sleep(self._lease_s / BEATS)
        finally:
            with suppress(StorageError, TimeoutError):
                await finish(self._store.leave(), deadline_s=CLOSE_S)

    async def _listen(self) -> None:
        """Stop what this worker is told to stop; what it does not hear comes with the next beat."""
        while True:
            try:
                async with aclosing(self._store.stops()) as stops:
                    async for run_id in stops:
                        await self._stop_here([run_id])
            except StorageError as error:
                logger.warning("stops from other workers are not heard: %s", error)
            await anyio.sleep(RETRY_S)

    async def _beat(self, count: int) -> None:
        now = monotonic()
        is_late, self._last_beat = now - self._last_beat > self._lease_s, now
        # While Redis was away, or all of the machine was suspended, nobody could show that it
        # lives: then nobody is declared dead.
        if is_late:
            self._steady_since = now
        sweeps = now - self._steady_since > self._lease_s
        try:
            beat = await self._store.beat(sweeps=sweeps)
            if beat.was_over:
                self._steady_since = monotonic()
            await self._stop_here(beat.stops)
            for run_id in beat.lost:
                await self._lost.end(run_id)
            if is_late or beat.was_over or count % BEATS == 0:
                await self._compare()
        except StorageError as error:
            self._steady_since = monotonic()
            logger.warning("the lease of this worker is not renewed: %s", error)

    async def _compare(self) -> None:
        """End the runs that only the registry has, or only this worker."""
        # Before the registry is asked: what begins meanwhile is not missing there.
        begun = {run_id for run_id, run in self._by_id.items() if run.began}
        registered = await self._store.runs_of_worker()
        # Those whose end could not be written down.
        await self._store.disown(registered - self._by_id.keys())
        if missing := begun - registered:
            # It was taken for dead, and has nothing to write that would tell it so.
            await self._lose(await self._store.over(missing))

    async def _lose(self, run_ids: Sequence[str]) -> None:
        """Another worker took this one for dead, and has ended these runs."""
        for run_id in run_ids:
            if run := self._by_id.get(run_id):
                run.is_lost = True
        await self._stop_here(run_ids)

    async def _stop_here(self, run_ids: Sequence[str]) -> None:
        async with anyio.create_task_group() as tasks:
            for run_id in run_ids:
                if run := self._by_id.get(run_id):
                    tasks.start_soon(run.stop, "user")


def _claim(run: Run, facts: bytes, once: Once | None) -> RunClaim:
    started = datetime.now(UTC).isoformat()
    key, body = (once.key, once.body) if once else ("", "")
    ids, trace = run.ids, run.trace.traceparent
    return RunClaim(ids.run_id, ids.chat_id, run.owner, started, facts, key, body, trace)
