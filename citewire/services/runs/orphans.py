"""The end of a run whose worker died: its turn as far as it was told, and its last event."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from pydantic import TypeAdapter

from citewire.errors import ChatNotFound, MessageNotFound, RunLost, StorageError
from citewire.services.access.audit.log import AuditLog, Who
from citewire.services.answers.counting import count_lost
from citewire.services.answers.events import Failed, Ids
from citewire.services.answers.reducer import ToldAnswer
from citewire.services.answers.shown import told_passages
from citewire.services.answers.titles import title_from_question
from citewire.services.answers.turns import to_messages
from citewire.services.runs.log import Told, ToldBatch
from citewire.services.runs.record import Recorder
from citewire.services.telemetry.metrics import Metrics
from citewire.storage.chats.store import ChatStore
from citewire.storage.keys import Libraries
from citewire.storage.runs.log import RunLogs, to_block
from citewire.storage.runs.records import StoredRecord
from citewire.storage.runs.registry import End, LogPiece, RunStore
from citewire.tracing import names
from citewire.tracing.spans import lone_span
from citewire.workflows.retriever import PassageFilter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What another worker needs to store a run's turn, should its own die.

    Args:
        ids: of the run and its messages.
        question: as the person asked it.
        replaces: the question in whose place it is asked.
        model: who answers.
        doc_ids: only these documents are searched; empty: all.
        folder_ids: only these folders; empty: all.
        labels: only reports of these organisations, periods and kinds, as in `PassageFilter`.
        searched: the libraries that are searched, as there.
    """

    ids: Ids
    question: str
    replaces: str | None
    model: str
    doc_ids: tuple[str, ...]
    folder_ids: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...] = ()
    searched: Libraries | None = None

    def to_json(self) -> bytes:
        """As it is registered."""
        return orjson.dumps(self)

    @classmethod
    def from_json(cls, body: bytes) -> "RunFacts":
        """As it was registered."""
        return _FACTS.validate_json(body)


_FACTS = TypeAdapter(RunFacts)

LOST = "the server that was writing this answer ended unexpectedly"


class LostRuns:
    """Ends runs of dead workers.

    Args:
        store: the registry.
        logs: what the runs told.
        chats: where their turns go.
        logged: whether runs are logged at all.
        recorder: makes the records of runs; None keeps none.
        audit: is told what they showed; None tells nobody.
        metrics: count them; None counts nothing.
    """

    def __init__(
        self,
        store: RunStore,
        logs: RunLogs,
        chats: ChatStore,
        *,
        logged: bool,
        recorder: Recorder | None = None,
        audit: AuditLog | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics
        self._audit = audit
        self._store = store
        self._logs = logs
        self._chats = chats
        self._logged = logged
        self._recorder = recorder

    async def end(self, run_id: str) -> None:
        """Store what a lost run told and end it with an error; whoever comes later does nothing.

        Raises:
            StorageError: Redis does not answer; somebody will try again.
        """
        told = Told(run_id)
        last: ToldBatch = ()
        try:
            if found := await self._store.lost_facts(run_id):
                owner, raw, trace = found
                with lone_span(names.LOST, under=trace) as traced, traced.within():
                    traced.note(names.RUN_ID, run_id)
                    last = await self._tell(told, owner, raw)
                    traced.fail(RunLost.code)
                facts = {"run_id": run_id, "owner": owner, "end": "error", "code": RunLost.code}
                logger.warning("run ended, lost with its worker", extra={"facts": facts})
        except StorageError:
            raise
        except Exception:
            # The boundary of one run, which is not to be tried again for ever.
            logger.exception("what run %s told is lost", run_id)
        block = to_block(last) if last and self._logged else b""
        end = End("lost", LogPiece(run_id, told.seq, told.seq, block))
        refused = await self._store.close([end], lost=True)
        if self._metrics is not None and run_id not in refused:
            count_lost(self._metrics, RunLost.code)

    async def _tell(self, told: Told, owner: str, raw: bytes) -> ToldBatch:
        facts = RunFacts.from_json(raw)
        answer = await self._read(told, facts.question)
        error = RunLost(LOST)
        is_saved = await self._save(answer, owner, facts, error)
        if self._audit is not None:
            await self._audit.answered(
                Who(owner),
                run_id=facts.ids.run_id,
                chat_id=facts.ids.chat_id,
                end="error",
                shown=told_passages(answer.sources),
                question=facts.question,
            )
        return told.encode((Failed.by(error, partial_saved=is_saved, ids=facts.ids),))

    async def _read(self, told: Told, question: str) -> ToldAnswer:
        """What it told, up to the last event that was logged."""
        answer = ToldAnswer(question=question, standalone=question)
        while entries := await self._logs.read(told.run_id, told.seq):
            for entry in entries:
                for _, name, data in entry.events:
                    answer.take(name, orjson.loads(data))
                told.seq = entry.last
        return answer

    async def _save(self, answer: ToldAnswer, owner: str, facts: RunFacts, error: RunLost) -> bool:
        now = datetime.now(UTC).isoformat()
        try:
            await self._chats.append(
                facts.ids.chat_id,
                owner,
                to_messages(facts.ids, answer, "error", model=facts.model, at=now, error=error),
                title=title_from_question(facts.question),
                replaces=facts.replaces,
                passage_ids=answer.kept_passages,
                record=self._record(answer, owner, facts, at=now),
            )
        except (ChatNotFound, MessageNotFound):
            return False
        return True

    def _record(
        self, answer: ToldAnswer, owner: str, facts: RunFacts, *, at: str
    ) -> StoredRecord | None:
        """What can be known of it: which prompts were sent died with the worker."""
        if self._recorder is None:
            return None
        searched = PassageFilter(
            owner, facts.doc_ids, facts.folder_ids, facts.labels, facts.searched
        )
        asked_at = answer.asked_at or at
        return self._recorder.record(facts.ids, answer, asked_at=asked_at, filter=searched)
