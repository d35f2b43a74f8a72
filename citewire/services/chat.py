"""Answering in a chat: owns the run, merges its events with the sources, stores the turn."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import orjson
from llama_index.core.llms import LLM
from llama_index.core.workflow import WorkflowTimeoutError

from citewire.errors import (
    UNKNOWN,
    AlreadyAsked,
    ChatNotFound,
    CitewireError,
    MessageNotFound,
    RequestError,
    RunLost,
    StorageError,
    StorageUnavailable,
    ThoughtAloud,
)
from citewire.services.access.allowances import Allowances
from citewire.services.access.audit.log import AuditLog, Who
from citewire.services.access.caller import Caller
from citewire.services.answers.answer import Answer
from citewire.services.answers.closing import ask_for_verdicts, settle
from citewire.services.answers.counting import count_run
from citewire.services.answers.events import (
    Done,
    EndEvent,
    Failed,
    Ids,
    RunEvent,
    Start,
    Stopped,
    TurnStatus,
    Usage,
)
from citewire.services.answers.shown import shown_passages
from citewire.services.answers.titles import title_from_question
from citewire.services.answers.traced import note_end, note_verdicts
from citewire.services.answers.turns import (
    HistoryLimits,
    kept_passages,
    kept_sources,
    last_spoken_of,
    recent_history,
    to_messages,
)
from citewire.services.chats.upkeep import Afterwards
from citewire.services.citations.checking import Checker
from citewire.services.citations.model import NO_COLLECTIONS, CollectionNames
from citewire.services.pages.copies import PageCopies
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.orphans import RunFacts
from citewire.services.runs.record import Recorder
from citewire.services.runs.runs import Once, Run, Runs
from citewire.services.telemetry.metrics import Metrics
from citewire.storage.chats.store import ChatStore, Message
from citewire.storage.runs.records import StoredRecord
from citewire.tracing import names
from citewire.tracing.spans import TraceSpan, lone_span, note_begun, span
from citewire.workflows.chat import ChatWorkflow
from citewire.workflows.events import AskEvent
from citewire.workflows.model_calls import ModelCall
from citewire.workflows.precedence import Precedence
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.run_context import Generation, RunContext
from citewire.workflows.running import finish, running

logger = logging.getLogger(__name__)

PROTOCOL = 1
RECORD_DEADLINE_S = 5.0
"""How long storing a turn may take once the run is over, in seconds."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """The model that is asked for verdicts, and how long a run may take with them, in seconds."""

    llm: LLM
    run_timeout_s: float


class ChatService:
    """Answers questions and keeps the chats.

    Args:
        chats: where turns are kept.
        workflow: what answers.
        runs: the registry of this process.
        model: the name shown in `start`.
        history: how much of the chat is shown for condensing.
        checker: judges what answers cite.
        second: a model that judges it after the checker; None asks no model.
        recorder: makes the records of runs; None keeps none.
        page_copies: copies the pages that are cited.
        afterwards: what is done for a chat once it was answered.
        audit: is told what answers showed; None tells nobody.
        allowances: are told what answers took; None counts nothing.
        metrics: count runs; None counts nothing.
    """

    def __init__(
        self,
        *,
        chats: ChatStore,
        workflow: ChatWorkflow,
        runs: Runs,
        model: str,
        history: HistoryLimits,
        checker: Checker,
        page_copies: PageCopies,
        afterwards: Afterwards,
        second: SecondOpinion | None = None,
        recorder: Recorder | None = None,
        audit: AuditLog | None = None,
        allowances: Allowances | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics
        self._audit = audit
        self._allowances = allowances
        self._chats = chats
        self._workflow = workflow
        self._model = model
        self._history = history
        self._checker = checker
        self._second = second
        self._recorder = recorder
        self._page_copies = page_copies
        self._afterwards = afterwards
        self._precedence = Precedence()
        self.runs = runs

    @asynccontextmanager
    async def admitted(
        self,
        question: str,
        *,
        owner: str,
        chat_id: str | None,
        filter: PassageFilter,
        replaces: str | None = None,
        once: Once | None = None,
        caller: Caller | None = None,
        collections: CollectionNames = NO_COLLECTIONS,
        turns: Sequence[Message] | None = None,
    ) -> AsyncGenerator[Run, None]:
        """Check all that can be refused before the first byte, and hold the run's place.

        With `replaces`, the turn is asked in place of that question, beside which it is stored.
        `caller` is who asks, and `collections` are those in which sources may lie.
        With `turns`, these are what was said before, and nothing is stored.

        Raises:
            AlreadyAsked: `once` was asked before.
            RequestError: the server is full or draining, the chat or `replaces` is unknown, the
                chat is busy, or the owner may have no more.
            StorageUnavailable: Redis does not answer.
        """
        ids = Ids(
            run_id=uuid4().hex,
            chat_id=chat_id or uuid4().hex,
            user_message_id=uuid4().hex,
            assistant_message_id=uuid4().hex,
        )
        run = Run(
            ids=ids,
            question=question,
            filter=filter,
            owner=owner,
            replaces=replaces,
            caller=caller,
            collections=collections,
            trace=_begin_trace(ids),
        )
        # In one round trip: what was said is read as it is once the chat is held.
        reading = None
        if turns is None and chat_id is not None:
            last = 2 * self._history.turns
            reading = self._chats.reading(chat_id, owner, last=last, replaces=replaces)
        with _admitting(run) as admitting:
            async with self.runs.admit(run, partial(self._facts, run), once, reading) as read:
                if chat_id is None and turns is None:
                    await self._chats.create(ids.chat_id, owner)
                else:
                    self._take_history(run, turns, read)
                admitting.end()
                yield run

    def _take_history(self, run: Run, turns: Sequence[Message] | None, read: Any) -> None:
        """Give a run what was said before: the turns that were sent, or what was read."""
        if turns is not None:
            run.is_kept = False
            run.history = recent_history(turns, tokens=self._history.tokens)
            # Clients may send the sources of an answer back, and most do not.
            sent = last_spoken_of(turns)
            run.spoken_of = sent if sent.one is not None else None
            return
        chat = self._chats.as_history(run.ids.chat_id, read)
        run.history = recent_history(
            chat.messages,
            tokens=self._history.tokens,
            summary=chat.summary["text"] if chat.summary else None,
        )
        run.spoken_of = last_spoken_of(chat.messages)

    async def stream(self, run: Run) -> AsyncGenerator[ToldBatch, None]:
        """Answer `run`: the contract's events, those together that became known together.

        Ends with exactly one terminal event, after the turn was stored and all of it was logged.
        Closing or cancelling it stops the run, closes the provider's stream and stores what was
        said as `stopped`.
        """
        answer = Answer(run.ids, run.question, self._checker, run.collections)
        calls: list[ModelCall] | None = None if self._recorder is None else []
        context = RunContext(calls, place=self._precedence.place())
        failure: CitewireError | None = None
        run.began = True
        try:
            yield self.runs.tell(run, (self._start(run),))
            async with aclosing(self._events(run, answer, context)) as batches:
                async for batch in batches:
                    yield self.runs.tell(run, batch)
        except WorkflowTimeoutError:
            run.stopped_by = "timeout"
        except CitewireError as error:
            logger.warning("run %s failed: %s (%r)", run.ids.run_id, error, error.__cause__)
            failure = error
            if isinstance(error, ThoughtAloud):
                answer.retract()
        except (asyncio.CancelledError, GeneratorExit):
            run.stopped_by = run.stopped_by or ("shutdown" if self.runs.draining else "disconnect")
            # Nobody is there to be told, but whoever follows the run is.
            await self._close(run, answer, context, None)
            raise
        except Exception:
            logger.exception("run %s failed for an unknown reason", run.ids.run_id)
            failure = CitewireError(UNKNOWN)
        # Whoever reads the end may ask again at once.
        yield await self._close(run, answer, context, failure)

    async def _close(
        self, run: Run, answer: Answer, context: RunContext, failure: CitewireError | None
    ) -> ToldBatch:
        """Store the turn, tell of the end everywhere and count it; gives the run's last event."""
        with run.trace.within():
            end = await self._end(run, answer, context, failure)
            note_end(run.trace, answer, context.generation, end)
            _log_end(run, answer, context.generation, end)
            await self._tell_shown(run, answer, end)
            told = await self.runs.close(run, end)
        # Who took this worker for dead has counted it.
        if self._metrics is not None and not run.is_lost:
            count_run(self._metrics, answer, context.generation, end)
        return told

    async def _events(
        self, run: Run, answer: Answer, context: RunContext
    ) -> AsyncGenerator[Sequence[RunEvent], None]:
        await context.place.enter()
        try:
            if run.stopped_by is not None:
                return
            async with running(self._workflow, _ask(run, context), run.trace) as handler:
                run.handler = handler
                async with aclosing(handler.stream_events()) as events:
                    async for event in events:
                        if run.stopped_by is None and (batch := answer.take(event)):
                            yield batch
                if run.stopped_by is None:
                    await handler
        finally:
            context.place.leave()
        if run.stopped_by is not None:
            return
        with run.trace.below(names.VERIFY) as verifying:
            if batch := await settle(answer):
                yield batch
            with verifying.within():
                batch = await self._second_opinion(run, answer, context)
            if batch:
                yield batch
            note_verdicts(verifying, answer.citations)

    async def _second_opinion(
        self, run: Run, answer: Answer, context: RunContext
    ) -> Sequence[RunEvent]:
        """Verdicts of a model, where one is asked, in what is left of the run's time."""
        if self._second is None or run.stopped_by is not None:
            return ()
        left_s = max(0.0, self._second.run_timeout_s - answer.elapsed_ms() / 1000)
        with anyio.move_on_after(left_s) as run.checking:
            with context.asking("verdicts"):
                return await ask_for_verdicts(answer, self._second.llm)
        return ()

    def _facts(self, run: Run) -> bytes:
        """What another worker needs to store the turn, should this one die."""
        return RunFacts(
            ids=run.ids,
            question=run.question,
            replaces=run.replaces,
            model=self._model,
            doc_ids=run.filter.doc_ids,
            folder_ids=run.filter.folder_ids,
            labels=run.filter.labels,
            searched=run.filter.searched,
        ).to_json()

    def _start(self, run: Run) -> Start:
        ids = run.ids
        return Start(
            protocol=PROTOCOL,
            run_id=ids.run_id,
            chat_id=ids.chat_id,
            user_message_id=ids.user_message_id,
            assistant_message_id=ids.assistant_message_id,
            created_at=datetime.now(UTC).isoformat(),
            model=self._model,
        )

    async def _end(
        self, run: Run, answer: Answer, context: RunContext, failure: CitewireError | None
    ) -> EndEvent:
        """Store the turn, then say how the run ended: what is said is what is stored."""
        answer.finish()
        generation = context.generation
        if self._allowances is not None:
            tokens = generation.prompt_tokens + generation.completion_tokens
            self._allowances.add_tokens(run.owner, tokens)
        usage = _usage(answer, generation, stopped=run.stopped_by is not None)
        if run.is_lost:
            failure = RunLost("another server took this one for dead")
        record = self._run_record(run, answer, context, usage)
        try:
            if failure is not None:
                await self._record(run, answer, "error", record, failure=failure)
                return Failed.by(failure, partial_saved=run.is_kept, ids=run.ids)
            if run.stopped_by is not None:
                await self._record(run, answer, "stopped", record)
                return answer.stopped(run.stopped_by, usage)
            await self._record(run, answer, "complete", record, usage=usage)
            # A greeting names no chat, and a refusal is not told on.
            if run.is_kept and answer.route == "answer":
                self._afterwards.submit(run.ids.chat_id, run.owner)
            return answer.done(usage, self._model)
        except (StorageError, ChatNotFound, MessageNotFound) as error:
            logger.error("run %s was not stored: %s", run.ids.run_id, error)
            return Failed.by(failure or error, partial_saved=False, ids=run.ids)
        except Exception:
            # Whatever it is, the run has an end that its client hears of.
            logger.exception("run %s was not stored, for an unknown reason", run.ids.run_id)
            return Failed.by(failure or CitewireError(UNKNOWN), partial_saved=False, ids=run.ids)

    async def _tell_shown(self, run: Run, answer: Answer, end: EndEvent) -> None:
        """Let the audit log know what was shown; shielded, for the client may be gone."""
        if self._audit is None or not self._audit.is_on:
            return
        telling = self._audit.answered(
            Who(run.owner),
            run_id=run.ids.run_id,
            chat_id=run.ids.chat_id,
            end=end.name,
            shown=shown_passages(answer.sources),
            question=run.question,
        )
        try:
            await finish(telling, deadline_s=RECORD_DEADLINE_S)
        except TimeoutError:
            logger.error("run %s: what it showed may be missing in the audit log", run.ids.run_id)

    def _run_record(
        self, run: Run, answer: Answer, context: RunContext, usage: Usage
    ) -> StoredRecord | None:
        if self._recorder is None or not run.is_kept:
            return None
        try:
            began = datetime.now(UTC) - timedelta(milliseconds=answer.elapsed_ms())
            return self._recorder.record(
                run.ids,
                answer,
                asked_at=began.isoformat(timespec="milliseconds"),
                filter=run.filter,
                calls=context.calls or (),
                history=run.history,
                usage=usage,
            )
        except orjson.JSONEncodeError:
            # The turn is worth more than how it came about.
            logger.exception("run %s is not recorded", run.ids.run_id)
            return None

    async def _record(
        self,
        run: Run,
        answer: Answer,
        status: TurnStatus,
        record: StoredRecord | None,
        *,
        usage: Usage | None = None,
        failure: CitewireError | None = None,
    ) -> None:
        """Write both messages of the turn at once; shielded, for the client may be gone."""
        if not run.is_kept:
            return
        now = datetime.now(UTC).isoformat()
        shown = kept_sources(answer.sources)
        append = self._chats.append(
            run.ids.chat_id,
            run.owner,
            to_messages(
                run.ids,
                answer,
                status,
                model=self._model,
                at=now,
                stopped_by=run.stopped_by if status == "stopped" else None,
                usage=usage,
                error=failure,
            ),
            title=title_from_question(run.question),
            replaces=run.replaces,
            passage_ids=kept_passages(answer.sources, answer.citations),
            record=record,
        )
        try:
            with span(names.STORE):
                await finish(append, deadline_s=RECORD_DEADLINE_S)
        except TimeoutError as error:
            told = f"Redis did not take the turn within {RECORD_DEADLINE_S:g} s"
            raise StorageUnavailable(told) from error
        self._page_copies.ask((source.doc_id, source.page_start) for source in shown)


def _begin_trace(ids: Ids) -> TraceSpan:
    trace = lone_span(names.RUN, "server")
    trace.note(names.OPERATION, "invoke_workflow")
    trace.note(names.AGENT, names.SERVICE)
    trace.note(names.RUN_ID, ids.run_id)
    trace.note(names.CONVERSATION, ids.chat_id)
    note_begun(trace)
    return trace


@contextmanager
def _admitting(run: Run) -> Iterator[TraceSpan]:
    """The span of being let in; a run that never begins has no other end."""
    admitting = run.trace.below(names.ADMIT)
    try:
        yield admitting
    except RequestError as error:  # the client's, not ours
        run.trace.note(names.END, "joined" if isinstance(error, AlreadyAsked) else "refused")
        run.trace.note(names.ERROR_TYPE, error.code)
        raise
    except BaseException as error:
        if not run.began:
            run.trace.note(names.END, "refused")
            run.trace.fail(error)
        raise
    finally:
        if not run.began:
            admitting.end()
            run.trace.end()


def _ask(run: Run, context: RunContext) -> AskEvent:
    return AskEvent(
        question=run.question,
        history=list(run.history),
        filter=run.filter,
        spoken_of=run.spoken_of,
        run=context,
    )


def _log_end(run: Run, answer: Answer, generation: Generation, end: EndEvent) -> None:
    """A line for each run: nothing that a person or a model wrote."""
    facts = {
        "run_id": run.ids.run_id,
        "chat_id": run.ids.chat_id,
        "owner": run.owner,
        "end": end.name,
        "finish_reason": end.finish_reason if isinstance(end, Done) else None,
        "by": end.by if isinstance(end, Stopped) else None,
        "code": end.code if isinstance(end, Failed) else None,
        "prompt_tokens": generation.prompt_tokens,
        "completion_tokens": generation.completion_tokens,
        "first_token_ms": answer.timings.first_token_ms,
        "total_ms": answer.timings.total_ms,
    }
    logger.info("run ended", extra={"facts": facts})


def _usage(answer: Answer, generation: Generation, *, stopped: bool) -> Usage:
    if not stopped:
        return Usage(generation.prompt_tokens, generation.completion_tokens)
    unseen = max(0, generation.completion_tokens - answer.pieces_shown)
    return Usage(generation.prompt_tokens, answer.pieces_shown, tokens_after_stop=unseen)
