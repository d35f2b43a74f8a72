"""The end of a run whose worker died: its turn as far as it was told, and its last event."""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from citewire.errors import ChatNotFound, MessageNotFound, RunLost, StorageError
from citewire.services.answers.events import Failed, Ids
from citewire.services.answers.reducer import ToldAnswer
from citewire.services.answers.titles import title_from_question
from citewire.services.answers.turns import to_messages
from citewire.services.runs.log import Told, read_events
from citewire.services.runs.record import Recorder
from citewire.storage.chats.store import ChatStore
from citewire.storage.runs.log import RunLogs
from citewire.storage.runs.records import StoredRecord
from citewire.storage.runs.registry import End, Piece, RunStore
from citewire.workflows.retriever import PassageFilter

logger = logging.getLogger(__name__)

LOST = "the server that was writing this answer ended unexpectedly"


class LostRuns:
    """Ends runs of dead workers.

    Args:
        store: the registry.
        logs: what the runs told.
        chats: where their turns go.
        logged: whether runs are logged at all.
        recorder: makes the records of runs; None keeps none.
    """

    def __init__(
        self,
        store: RunStore,
        logs: RunLogs,
        chats: ChatStore,
        *,
        logged: bool,
        recorder: Recorder | None = None,
    ) -> None:
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
        told, block = Told(run_id), b""
        try:
            if found := await self._store.lost_facts(run_id):
                block = await self._tell(told, *found)
                logger.warning("run %s was lost with its worker", run_id)
        except StorageError:
            raise
        except Exception:
            # The boundary of one run, which is not to be tried again for ever.
            logger.exception("what run %s told is lost", run_id)
        end = End("lost", Piece(run_id, told.seq, told.seq, block if self._logged else b""))
        await self._store.close([end], lost=True)

    async def _tell(self, told: Told, owner: str, raw: bytes) -> bytes:
        facts = orjson.loads(raw)
        answer = await self._read(told.run_id, facts)
        error = RunLost(LOST)
        is_saved = await self._save(answer, owner, facts, error)
        told.seq = answer.last
        return told.encode((Failed.by(error, partial_saved=is_saved, ids=answer.ids),))

    async def _read(self, run_id: str, facts: dict[str, Any]) -> ToldAnswer:
        question = facts["question"]
        answer = ToldAnswer(Ids(**facts["ids"]), question, standalone=question)
        while entries := await self._logs.read(run_id, answer.last):
            for entry in entries:
                for name, number, data in read_events(entry.block):
                    answer.take(name, number, data)
        return answer

    async def _save(
        self, answer: ToldAnswer, owner: str, facts: dict[str, Any], error: RunLost
    ) -> bool:
        now = datetime.now(UTC).isoformat()
        try:
            await self._chats.append(
                answer.ids.chat_id,
                owner,
                to_messages(answer, "error", model=facts["model"], at=now, error=error),
                title=title_from_question(answer.question),
                replaces=facts["replaces"],
                passage_ids=answer.kept_passages,
                record=self._record(answer, owner, facts, at=now),
            )
        except (ChatNotFound, MessageNotFound):
            return False
        return True

    def _record(
        self, answer: ToldAnswer, owner: str, facts: dict[str, Any], *, at: str
    ) -> StoredRecord | None:
        """What can be known of it: which prompts were sent died with the worker."""
        if self._recorder is None:
            return None
        # A worker of an earlier version did not write down what was searched.
        searched = (tuple(facts.get(name, ())) for name in ("doc_ids", "folder_ids"))
        found_in = PassageFilter(owner, *searched)
        return self._recorder.record(answer, asked_at=answer.asked_at or at, filter=found_in)
