"""The registry of runs over all workers: who answers which chat, who is to stop, who is dead.

Every change is one script. A run is a hash; a key of a chat names the run that it is being answered
by, a set has the runs of a worker and, if there is a limit to them, another those of an owner. A
worker lives as long as its score among the workers, by Redis's own clock, is in the future: one
lease for all its runs. Whoever finds a dead worker turns its running runs into `ending` ones, from
when on the worker, if it only was suspended, can neither add to them nor end them: a run ends once.
Until it has, it stands among the lost runs, with until when somebody is at it. What a run tells its
client is kept in a stream: an entry has some events, and the number of its last
event is its id, so that nothing can be added twice or out of order.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import TimeoutError as RedisTimeoutError

from citewire.errors import ChatBusy, ChatNotFound, KeyReused, RunNotFound, TooManyRuns
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys
from citewire.storage.lua.loader import ScriptCall, register, register_pair

EndStatus = Literal["done", "stopped", "error", "lost"]
"""How a run ended; `lost`: its worker died, and another one ended it with an error."""
LISTEN_S = 5.0
"""How long the listener waits for a message before it asks whether Redis is still there, and how
long for the answer."""


@dataclass(frozen=True, slots=True)
class RunClaim:
    """What is written down of a run when it begins.

    Args:
        run_id: of the run.
        chat_id: of the chat that it answers.
        owner: whose it is.
        started: when it began, in ISO 8601.
        facts: what another worker needs to store its turn, should this one die; as JSON.
        asked: names what is not to be asked twice; empty: anything may be.
        body: is the same if the same is asked.
        trace: names its trace, as a `traceparent` does; empty if there is none.
    """

    run_id: str
    chat_id: str
    owner: str
    started: str
    facts: bytes
    asked: str = ""
    body: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim brought.

    Args:
        joined: the run that was asked before as `RunClaim.asked`: then nothing was written.
        read: what the reading replied, if there was one.
    """

    joined: str | None
    read: Any = None


@dataclass(frozen=True, slots=True)
class LogPiece:
    """Some events of a run as they lie in its log, numbered from `first` to `last`."""

    run_id: str
    first: int
    last: int
    block: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The last events of a run, and how it ended."""

    status: EndStatus
    piece: LogPiece


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker hears when it renews its lease.

    Args:
        stops: runs that it is to stop.
        lost: runs of dead workers that it is to end.
        was_over: whether the lease was over; other workers may have ended its runs.
    """

    stops: Sequence[str]
    lost: Sequence[str]
    was_over: bool


class RunStore:
    """The runs of one namespace, as one worker sees them.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        worker: the name of this worker; a process that starts again has another.
        lease_s: how long after its last sign of life a worker counts as alive.
        running_s: how long a run may take at most; what is kept of it is forgotten later.
        kept_s: how long a run is kept after its end.
        per_owner: how many runs one owner may have at once, over all workers; 0 for any number.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(
        self,
        client: Redis,
        namespace: str,
        *,
        worker: str,
        lease_s: float,
        running_s: float,
        kept_s: float,
        per_owner: int = 0,
    ) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._worker = worker
        self._lease_ms = int(lease_s * 1000)
        self._kept_ms = int(kept_s * 1000)
        self._open_ms = self._kept_ms + int(running_s * 1000)
        self._per_owner = per_owner
        self._claim = register(client, "runs/claim")
        self._claims_and: dict[str, AsyncScript] = {}
        self._abandon = register(client, "runs/abandon")
        self._stop = register(client, "runs/stop")
        self._close = register(client, "runs/close")
        self._append = register(client, "runs/append")
        self._beat = register(client, "runs/beat")
        self._disown = register(client, "runs/disown")
        self._leave = register(client, "runs/leave")

    async def claim(self, claim: RunClaim, reading: ScriptCall | None = None) -> Claimed:
        """Write down a run of this worker, if its chat has none.

        Args:
            claim: what is written.
            reading: what reads the chat, in the same round trip, once it is claimed.

        Raises:
            KeyReused: something else was asked before as `claim.asked`.
            ChatBusy: the chat has a run, on whichever worker.
            ChatNotFound: it has one, and another owner.
            TooManyRuns: the owner has as many as one may have.
        """
        ids = claim.run_id, claim.chat_id, claim.owner, self._worker
        times = self._open_ms, self._lease_ms, claim.started
        asked = claim.facts, claim.asked, claim.body
        words = self._keys.prefix, *ids, *times, *asked, self._per_owner, claim.trace
        read: Any = None
        with storage_errors("the run"):
            if reading is None:
                told, *joined = await self._claim(args=words)
            else:
                script = self._claim_and(reading.name)
                both = len(words), *words, self._keys.prefix, *reading.args
                (told, *joined), *read = await script(args=both)
        if told == b"differs":
            raise KeyReused("something else was asked with this Idempotency-Key")
        if told == b"busy":
            raise ChatBusy("this chat is still being answered; stop that answer or wait for it")
        if told == b"unknown":
            raise ChatNotFound(f"there is no chat {claim.chat_id}")
        if told == b"full":
            raise TooManyRuns(f"{self._per_owner} answers of yours are being written already")
        return Claimed(as_text(joined[0]) if joined else None, read[0] if read else None)

    def _claim_and(self, then: str) -> AsyncScript:
        if then not in self._claims_and:
            self._claims_and[then] = register_pair(self._client, "runs/claim", then)
        return self._claims_and[then]

    async def abandon(self, run_id: str) -> None:
        """Forget a run of this worker that never began."""
        await self._run(self._abandon, run_id, self._worker)

    async def append(self, pieces: Sequence[LogPiece]) -> set[str]:
        """Add to the logs of runs of this worker; gives the runs that another one has ended.

        Args:
            pieces: at most one of each run.
        """
        args = [
            part
            for piece in pieces
            for part in (piece.run_id, piece.first, piece.last, piece.block)
        ]
        return {as_text(run_id) for run_id in await self._run(self._append, self._open_ms, *args)}

    async def close(self, ends: Sequence[End], *, lost: bool = False) -> set[str]:
        """End runs and free their chats; gives the runs that somebody else has ended before.

        Args:
            ends: how each ends.
            lost: they are not this worker's, but were found lost by its `beat`.
        """
        args: list[str | int | bytes] = []
        for end in ends:
            piece = end.piece
            args += (piece.run_id, end.status, piece.first, piece.last, piece.block)
        expected = "ending" if lost else "running"
        refused = await self._run(self._close, expected, self._kept_ms, *args)
        return {as_text(run_id) for run_id in refused}

    async def lost_facts(self, run_id: str) -> tuple[str, bytes, str] | None:
        """The owner, the facts and the trace of a lost run that nobody has ended yet."""
        asked = "status", "owner", "facts", "trace"
        with storage_errors("the run"):
            found = await self._client.hmget(self._keys.run(run_id), *asked)
        status, owner, facts, trace = found
        return (as_text(owner), facts, as_text(trace or b"")) if status == b"ending" else None

    async def stop(self, run_id: str, owner: str) -> None:
        """Have a run stopped by the worker that has it; one that is over stays as it is.

        Raises:
            RunNotFound: there is none of that id, or too long ago.
        """
        if not await self._run(self._stop, run_id, owner):
            raise RunNotFound(f"there is no run {run_id}, or it is too long ago")

    async def asked_as(self, name: str) -> str | None:
        """The run that was asked as `name`, which no other may be asked as."""
        with storage_errors("the run"):
            found = await self._client.hget(self._keys.asked(name), "run")
        return None if found is None else as_text(found)

    async def run_of_chat(self, chat_id: str) -> str | None:
        """The run that answers a chat at the moment."""
        with storage_errors("the run"):
            found = await self._client.get(self._keys.run_of_chat(chat_id))
        return None if found is None else as_text(found)

    async def run_of_owned_chat(self, chat_id: str, owner: str) -> str | None:
        """The run that answers an owner's chat at the moment."""
        run_id = await self.run_of_chat(chat_id)
        if run_id is None:
            return None
        with storage_errors("the run"):
            # Another owner's claim on the chat is taken back only once the chat was looked for.
            found = await self._client.hget(self._keys.run(run_id), "owner")
        return run_id if found is not None and as_text(found) == owner else None

    async def runs_of_worker(self) -> set[str]:
        """The runs that Redis believes this worker to have."""
        with storage_errors("the runs"):
            found = await self._client.smembers(self._keys.runs_of_worker(self._worker))
        return {as_text(run_id) for run_id in found}

    async def over(self, run_ids: Collection[str]) -> list[str]:
        """Those of the runs that have ended or are being ended; not those that Redis forgot."""
        async with self._client.pipeline(transaction=False) as pipeline:
            for run_id in run_ids:
                pipeline.hget(self._keys.run(run_id), "status")
            with storage_errors("the runs"):
                found = await pipeline.execute()
        known = zip(run_ids, found, strict=True)
        return [run_id for run_id, status in known if status not in (None, b"running")]

    async def disown(self, run_ids: Collection[str]) -> None:
        """Let runs be ended that this worker does not have."""
        if run_ids:
            await self._run(self._disown, self._worker, *run_ids)

    async def beat(self, *, sweeps: bool) -> Beat:
        """Renew this worker's lease.

        Args:
            sweeps: look for workers that are dead, too.
        """
        args = self._worker, self._lease_ms, int(sweeps)
        stops, lost, was_over = await self._run(self._beat, *args)
        return Beat(
            [as_text(stop) for stop in stops], [as_text(one) for one in lost], bool(was_over)
        )

    async def leave(self) -> None:
        """Say that this worker ends; if it has runs left they are ended by another."""
        await self._run(self._leave, self._worker)

    async def stops(self) -> AsyncGenerator[str, None]:
        """The ids of runs that this worker is told to stop, as the messages come."""
        channel = self._keys.stops(self._worker)
        with storage_errors("listening"):
            async with aclosing(self._client.pubsub()) as pubsub:
                await pubsub.subscribe(channel)
                is_asked = False
                while True:
                    message = await pubsub.get_message(timeout=LISTEN_S)
                    if message is None and is_asked:
                        # A connection can be dead without either end being told.
                        raise RedisTimeoutError("the subscription brings nothing any more")
                    is_asked = message is None
                    if is_asked:
                        await pubsub.ping()
                    elif message["type"] == "message":
                        yield as_text(message["data"])

    async def _run(self, script: AsyncScript, *args: str | int | bytes) -> Any:
        with storage_errors("the run"):
            return await script(args=(self._keys.prefix, *args))
