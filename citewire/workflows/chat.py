"""The chat workflow: screen, route, then answer, reply or refuse, and record."""

import asyncio
import logging
from contextlib import aclosing
from functools import partial
from typing import Any, cast

from llama_index.core.workflow import Context, step

from citewire.errors import ModelError, RetrievalTimeout
from citewire.tracing.names import CATALOGUE
from citewire.tracing.spans import span
from citewire.workflows.catalogue.model import CatalogueAnswer, DocumentName, SpokenOf
from citewire.workflows.catalogue.narrowing import narrowed, refers_back, spoken_of_before
from citewire.workflows.engine import AnsweringResponse, Engines, ambiguous
from citewire.workflows.events import (
    AnsweredEvent,
    AnswerEvent,
    AskedEvent,
    AskEvent,
    DeltaEvent,
    RecordEvent,
    RefuseEvent,
    ReplyEvent,
    SourcesEvent,
    StageEvent,
    WarnEvent,
)
from citewire.workflows.lean_runtime import LeanWorkflow
from citewire.workflows.limits import off_the_loop
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing.catalogue import catalogue_request
from citewire.workflows.routing.plan import Plan, Reply
from citewire.workflows.routing.routers import ModelRouter
from citewire.workflows.run_context import RunContext
from citewire.workflows.screening.gate import Announce, Gate
from citewire.workflows.screening.screens import ModelScreen, RuleScreen
from citewire.workflows.silence import noticing_silence

logger = logging.getLogger(__name__)

_TOO_SLOW = "the documents were not looked through in time (CITEWIRE_RETRIEVE_TIMEOUT_S)"


class ChatWorkflow(LeanWorkflow):
    """Answers a question from the reports, if it is one.

    A step that takes long is bounded by its own limit, and what becomes of a run when it fails
    stands in docs/workflow.md. A model that screens does so in the screen step while the others
    go on: the library ends that step with the run, and a refusal ends the others.

    Args:
        engines: what the engines of a run are made from.
        screen: tells which questions are not answered; None screens nothing.
        timeout_s: longest run, in seconds; the library's own default of 45 s would cut long
            answers off while the model goes on.
    """

    def __init__(self, engines: Engines, *, screen: RuleScreen | None, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._engines = engines
        self._screen = screen

    @step
    async def screen(self, ctx: Context, ask: AskEvent) -> AskedEvent | RefuseEvent | None:
        """Let the question pass or refuse it; while a model decides, the run goes on unheard."""
        if self._screen is None:
            return AskedEvent(ask=ask)
        _shows(ctx)(StageEvent(stage="screen"))
        refusal = await off_the_loop(ask.question, (), self._screen.refusal, ask.question)
        if refusal is not None:
            return RefuseEvent(text=refusal)
        if not isinstance(self._screen, ModelScreen):
            return AskedEvent(ask=ask)
        verdict = asyncio.get_running_loop().create_future()
        ctx.send_event(AskedEvent(ask=ask, verdict=verdict))
        with ask.run.asking("screen"):
            refusal = await self._judged(self._screen, ask.question)
        verdict.set_result(refusal is None)
        return None if refusal is None else RefuseEvent(text=refusal)

    @step
    async def route(self, ctx: Context, asked: AskedEvent) -> AnswerEvent | ReplyEvent:
        """Decide whether the message is a question to the reports, and what it asks."""
        ask = await self._in_context(asked.ask)
        if told := await self._catalogued(ask, ask.question):
            return _catalogue_reply(told, asked)
        planned = await self._routed(ctx, asked)
        if isinstance(planned, Reply):
            return ReplyEvent(text=planned.text, verdict=asked.verdict)
        # "And of Best Buy?" after a question for reports of Costco asks for reports, too.
        rewritten = planned.standalone if planned.was_condensed else None
        if rewritten and (told := await self._catalogued(ask, rewritten)):
            return _catalogue_reply(told, asked)
        return AnswerEvent(ask=ask, verdict=asked.verdict, plan=planned)

    async def _in_context(self, ask: AskEvent) -> AskEvent:
        """The question with what the turn before was about, where no chat is kept that says it."""
        if ask.spoken_of is not None:
            return ask
        found, catalogue = SpokenOf(), self._engines.catalogue
        if catalogue is not None and refers_back(ask.question):
            try:
                async with asyncio.timeout(self._engines.limits.retrieve):
                    found = await spoken_of_before(
                        ask.history, ask.filter, catalogue.documents, catalogue.search
                    )
            except TimeoutError as error:
                raise RetrievalTimeout(_TOO_SLOW) from error
        return ask.model_copy(update={"spoken_of": found})

    async def _routed(self, ctx: Context, asked: AskedEvent) -> Plan | Reply:
        ask = asked.ask
        router = self._engines.router
        planned = await off_the_loop(
            ask.question, ask.history, router.at_once, ask.question, ask.history
        )
        if planned is None or (isinstance(planned, Plan) and planned.was_condensed):
            _shows(ctx)(StageEvent(stage="condense"))
        if planned is None:
            assert isinstance(router, ModelRouter)  # rules decide at once
            announce = Gate(_shows(ctx), asked.verdict)
            with ask.run.asking("route", lambda: announce(StageEvent(stage="condense"))):
                planned = await self._planned(router, ask)
        return planned

    async def _catalogued(self, ask: AskEvent, question: str) -> CatalogueAnswer | None:
        """The answer to a question about the documents themselves; None if it asks the reports."""
        request = catalogue_request(question)
        if request is None or self._engines.catalogue is None:
            return None
        with span(CATALOGUE):
            try:
                async with asyncio.timeout(self._engines.limits.retrieve):
                    return await self._engines.catalogue.answer(
                        request, question, ask.filter, ask.spoken_of or SpokenOf()
                    )
            except TimeoutError as error:
                raise RetrievalTimeout(_TOO_SLOW) from error

    @step
    async def answer(self, ctx: Context, asked: AnswerEvent) -> RecordEvent | None:
        """Condense, retrieve, synthesise; everything that is started here ends here."""
        announce = _announcer(ctx, asked)
        # The one status that may follow the sources: nothing else would be heard for minutes.
        thinking = partial(announce, StageEvent(stage="think"))
        with asked.ask.run.asking("answer", thinking=thinking):
            finished = await self._answered(asked, announce)
        if isinstance(announce, Gate) and not await announce.passed():
            return None
        return finished

    async def _answered(self, asked: AnswerEvent, announce: Announce) -> RecordEvent:
        ask = asked.ask
        searched, document = await self._narrowed(ask)
        engine = self._engines.for_run(
            ask.run,
            history=ask.history,
            filter=searched,
            plan=asked.plan,
            announce=announce,
            document=document,
        )
        response = await engine.astream_chat(ask.question)
        del engine  # all that was retrieved would be kept as long as the answer streams
        if not isinstance(response, AnsweringResponse) or response.answer is None:
            announce(DeltaEvent(parts=(response.response,)))
            return RecordEvent(finish_reason=ask.run.generation.finish_reason, route="answer")
        stream = response.answer.response_gen
        del response
        await _stream(stream, announce, ask.run)
        if fault := ask.run.generation.fallback:
            told = f"the model did not answer: {fault}"
            announce(WarnEvent(code="model_fallback", message=told))
        return RecordEvent(finish_reason=ask.run.generation.finish_reason, route="answer")

    @step
    async def reply(self, ctx: Context, replied: ReplyEvent) -> RecordEvent | None:
        """Say what needs no report, or what the catalogue tells."""
        if replied.verdict is not None and not await asyncio.shield(replied.verdict):
            return None
        _shows(ctx)(SourcesEvent(nodes=replied.nodes, evidence=None))
        if replied.candidates:
            _shows(ctx)(ambiguous(replied.candidates))
        _shows(ctx)(DeltaEvent(parts=(replied.text,)))
        return RecordEvent(finish_reason="stop", route=replied.route)

    @step
    async def refuse(self, ctx: Context, refused: RefuseEvent) -> RecordEvent:
        """Say that the question is not answered; nothing of a report has been said."""
        _shows(ctx)(SourcesEvent(nodes=[], evidence=None))
        _shows(ctx)(DeltaEvent(parts=(refused.text,)))
        return RecordEvent(finish_reason="blocked", route="refuse")

    @step
    async def record(self, recorded: RecordEvent) -> AnsweredEvent:
        """End the run with what is to be stored.

        Written it is by the service that owns the run, once and whatever the end was: a step is
        cancelled with its run, and a run that was stopped has a turn to store as well.
        """
        return AnsweredEvent(finish_reason=recorded.finish_reason, route=recorded.route)

    async def _narrowed(self, ask: AskEvent) -> tuple[PassageFilter, DocumentName | None]:
        """What is searched, and the document that the question points at."""
        spoken_of = ask.spoken_of
        if self._engines.catalogue is None or spoken_of is None or spoken_of.one is None:
            return ask.filter, None
        documents = self._engines.catalogue.documents
        return await narrowed(ask.question, ask.filter, spoken_of, documents)

    async def _judged(self, screen: ModelScreen, question: str) -> str | None:
        """The model's refusal; when it cannot be had, what the settings say."""
        try:
            async with asyncio.timeout(self._engines.limits.screen):
                return await screen.ask(question)
        except (ModelError, TimeoutError) as error:
            logger.warning("a question was not screened: %r", error)
            return screen.when_failed(question)

    async def _planned(self, router: ModelRouter, ask: AskEvent) -> Plan | Reply:
        """The model's plan; when it cannot be had, the message is a question."""
        try:
            async with asyncio.timeout(self._engines.limits.route):
                return await router.ask(ask.question, ask.history)
        except (ModelError, TimeoutError) as error:
            logger.warning("a message was not routed by the model: %r", error)
            fault = str(error) or "the model took too long"
            return await off_the_loop(
                ask.question, ask.history, router.without_model, ask.question, ask.history, fault
            )


def _shows(ctx: Context) -> Announce:
    """What shows things to whoever streams the run."""
    return cast(Announce, ctx.write_event_to_stream)  # ours takes more than the library's


def _announcer(ctx: Context, asked: AskedEvent) -> Announce:
    """Straight to the stream, unless a verdict is pending."""
    if asked.verdict is None:
        return _shows(ctx)
    return Gate(_shows(ctx), asked.verdict)


def _catalogue_reply(told: CatalogueAnswer, asked: AskedEvent) -> ReplyEvent:
    return ReplyEvent(
        text=told.text,
        verdict=asked.verdict,
        nodes=list(told.nodes),
        candidates=list(told.candidates),
        route="catalogue",
    )


async def _stream(stream: Any, announce: Announce, run: RunContext) -> None:
    generation = run.generation
    async with aclosing(stream):
        with noticing_silence(announce) as heard:
            async for text in stream:
                run.place.leave()  # for good
                parts = generation.take() or (text,)
                announce(
                    DeltaEvent(
                        parts=parts, quoted=generation.quotes, extracted=generation.extracted
                    )
                )
                heard()
