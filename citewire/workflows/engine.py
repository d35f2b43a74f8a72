"""The engines of one run: CondenseQuestionChatEngine over a streaming CitationQueryEngine.

Both are the library's own, with the steps replaced that do harm or cost time (ADR 0002):

- passages keep their identity as citation nodes; the library gives random ids and no offsets;
- a passage is one source: it was cut to size at ingestion and is not split again;
- sources are announced as soon as they are found, before the model is asked;
- the answer's stream is handed to the caller, who owns it. The library puts a task and a queue in
  between that outlive a cancelled caller, and that write to the history behind its back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.chat_engine import CondenseQuestionChatEngine
from llama_index.core.chat_engine.types import StreamingAgentChatResponse
from llama_index.core.llms import LLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.node_parser import TextSplitter
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore

from citewire.errors import ModelError, RetrievalTimeout
from citewire.storage.library.vector_store import PassageStore
from citewire.text.words import is_spanish
from citewire.tracing import names
from citewire.tracing.spans import span
from citewire.workflows.catalogue.ambiguity import candidates_of
from citewire.workflows.catalogue.catalogue import Catalogue
from citewire.workflows.catalogue.model import DocumentName
from citewire.workflows.catalogue.names_kept import KeptNames
from citewire.workflows.catalogue.telling import nothing_here
from citewire.workflows.citation_engine import PassageCitationEngine, WholePassages
from citewire.workflows.context import PageContext
from citewire.workflows.events import (
    RetrievingEvent,
    Shown,
    SourcesEvent,
    Stage,
    StageEvent,
    WarnEvent,
)
from citewire.workflows.evidence import CalibratedEvidence, Evidence, probability
from citewire.workflows.limits import StepLimits, off_the_loop
from citewire.workflows.prompts import CONDENSE_PROMPT, condense_prompt
from citewire.workflows.reranking import Reranking
from citewire.workflows.retriever import PassageFilter, PassageRetriever, ReportQuery
from citewire.workflows.routing.catalogue_words import Language
from citewire.workflows.routing.plan import Plan
from citewire.workflows.routing.routers import Router
from citewire.workflows.routing.safety_net import lost
from citewire.workflows.run_context import RunContext
from citewire.workflows.second_look import SecondLook
from citewire.workflows.spans import unspanned
from citewire.workflows.vocabulary.widening import Vocabulary, shipped_vocabulary

_STRENGTH: tuple[Evidence, ...] = ("none", "weak", "strong")


class ReportChatEngine(CondenseQuestionChatEngine):
    """CondenseQuestionChatEngine that says what it does and leaves the stream to its caller.

    One per run: its memory holds the chat's history and nothing is ever written to it.

    Args:
        query_engine: finds and cites.
        memory: the turns before this one.
        parts: what all runs share.
        run: that it answers in.
        plan: what was decided of the message.
        filter: what is searched.
        document: the one that alone is searched, if the question points at it.
        announce: called with each event as it happens.
    """

    def __init__(
        self,
        query_engine: PassageCitationEngine,
        memory: ChatMemoryBuffer,
        *,
        parts: "Engines",
        run: RunContext,
        plan: Plan,
        filter: PassageFilter,
        document: DocumentName | None,
        announce: Callable[[Shown], None],
    ) -> None:
        super().__init__(query_engine, CONDENSE_PROMPT, memory, parts.llm)
        self._citations = query_engine
        self._parts = parts
        self._run = run
        self._plan = plan
        self._filter = filter
        self._document = document
        self._announce = announce

    @unspanned
    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """Condense, retrieve and begin to answer.

        Returns:
            An `AnsweringResponse`, whose raw stream the caller must close: nothing runs that the
            caller does not drive. Without evidence no model is asked, and `response` says so.

        Raises:
            ModelError: the question cannot be embedded.
            RetrievalTimeout: retrieval took longer than it may.
            StorageUnavailable: Redis does not answer.
        """
        history = self.chat_history if chat_history is None else chat_history
        plan = await self._condensed(message, history)
        query, fault = await off_the_loop(message, (), self._query, message, plan)
        self._announce(
            RetrievingEvent(standalone=query.query_str, parts=query.parts, document=self._document)
        )
        nodes = await self._retrieved(query)
        if not nodes and (told := await self._nothing_here(message)):
            asked: Evidence | None = "none" if self._filter.is_narrow else None
            self._announce(SourcesEvent(nodes=[], evidence=asked))
            self._run.generation.finish_reason = "no_evidence"
            return StreamingAgentChatResponse(response=told, is_writing_to_memory=False)
        evidence, in_doubt = await off_the_loop(message, (), self._evidence_of, query, nodes)
        if in_doubt and (more := await self._looked_again(in_doubt, query, nodes)):
            nodes = [*nodes, *more]
            again, _ = await off_the_loop(message, (), self._evidence_of, query, more)
            evidence = max(evidence, again, key=_STRENGTH.index)
        candidates: Sequence[DocumentName] = ()
        if evidence != "none":
            candidates = await off_the_loop(message, (), self._candidates, query, nodes)
            nodes = await self._in_time(self._around(nodes))
        self._announce(SourcesEvent(nodes=nodes, evidence=evidence))
        if fault:  # in the contract a warning comes after the sources
            self._announce(WarnEvent(code="condense_fallback", message=fault))
        if not_reranked := self._citations.not_reranked:
            self._announce(WarnEvent(code="not_reranked", message=not_reranked))
        if candidates:
            self._announce(ambiguous(candidates))
        if evidence == "none":
            self._run.generation.finish_reason = "no_evidence"
            told = self._parts.evidence.abstention(query.query_str, nodes)
            return StreamingAgentChatResponse(response=told, is_writing_to_memory=False)
        response = await self._citations.asynthesize(query, nodes, evidence=evidence)
        assert isinstance(response, AsyncStreamingResponse)
        return AnsweringResponse(source_nodes=nodes, is_writing_to_memory=False, answer=response)

    async def _condensed(self, message: str, history: list[ChatMessage]) -> Plan:
        """The plan, with a standalone question if it was left to the plain prompt."""
        if self._plan.standalone is not None:
            return self._plan
        try:
            self._condense_question_prompt = condense_prompt()
            async with asyncio.timeout(self._parts.limits.route):
                with self._run.asking("condense", self._again("condense")), span(names.CONDENSE):
                    standalone = await self._acondense_question(history, message)
        except (ModelError, TimeoutError) as error:
            fault = str(error) or "the model took too long"
            instead = self._parts.router.without_model
            return await off_the_loop(message, history, instead, message, history, fault)
        return Plan(standalone.strip() or message, was_condensed=True)

    def _query(self, message: str, plan: Plan) -> tuple[ReportQuery, str]:
        """What is searched for, and what was wrong with the rewritten question."""
        standalone = plan.standalone or message
        parts = plan.parts if not lost(message, " ".join(plan.parts)) else ()
        if standalone == message:
            return ReportQuery(message, parts=parts, terms=plan.terms), plan.fault
        if missing := lost(message, standalone):
            return ReportQuery(message), f"the question was not rewritten: {missing}"
        query = ReportQuery(standalone, parts=parts, forms=(message,), terms=plan.terms)
        return query, plan.fault

    async def _retrieved(self, query: ReportQuery) -> list[NodeWithScore]:
        # Here only: in the contract no status follows the sources.
        again = self._again("retrieve")
        with self._run.asking("answer", again), span(names.RETRIEVAL) as traced:
            found = await self._in_time(self._citations.aretrieve(query))
            traced.note(names.OPERATION, "retrieval")
            traced.note(names.TOP_K, self._parts.top_k)
            traced.note(names.PARTS, len(query.parts) or 1)
            traced.note(names.PASSAGES, len(found))
            return found

    async def _around(self, nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        """The sources with what stands around them."""
        context = self._parts.context
        if context is None:
            return nodes
        with span(names.AROUND):
            return await context.around(nodes, self._filter.libraries)

    async def _in_time(self, finding: Awaitable[list[NodeWithScore]]) -> list[NodeWithScore]:
        try:
            async with asyncio.timeout(self._parts.limits.retrieve):
                return await finding
        except TimeoutError as error:
            raise RetrievalTimeout(
                "the passages were not found in time (CITEWIRE_RETRIEVE_TIMEOUT_S)"
            ) from error

    async def _nothing_here(self, message: str) -> str:
        """What is said where there is no document to ask; empty if there is one."""
        catalogue = self._parts.catalogue
        if catalogue is None or not await catalogue.is_empty(self._filter):
            return ""
        language: Language = "es" if is_spanish(message) else "en"
        return nothing_here(language, is_filtered=self._filter.is_narrow)

    def _evidence_of(
        self, query: ReportQuery, nodes: list[NodeWithScore]
    ) -> tuple[Evidence, tuple[str, ...]]:
        """How strong it is, and the questions for which it is not strong.

        Of a question with several parts it is enough that one can be answered.
        """
        asked = query.parts or (query.query_str,)
        readable_nodes = self._citations.readable(nodes)
        levels = {one: self._parts.evidence.level(one, readable_nodes) for one in asked}
        in_doubt = tuple(one for one, level in levels.items() if level != "strong")
        return max(levels.values(), key=_STRENGTH.index), in_doubt

    async def _looked_again(
        self, in_doubt: Sequence[str], query: ReportQuery, nodes: list[NodeWithScore]
    ) -> list[NodeWithScore]:
        """What a second look finds for the first question in doubt; nothing where all is found."""
        look, retriever = self._parts.second_look, self._citations.retriever
        assert isinstance(retriever, PassageRetriever)
        if look is None or len(nodes) < retriever.top_k:
            return []
        self._announce(StageEvent(stage="look"))
        question = in_doubt[0]
        found = nodes
        with span(names.LOOK) as traced:
            if query.parts:  # what the other parts found says nothing of where this one is answered
                found = [*await self._in_time(retriever.search(question)), *nodes]
            more = await look.beyond(retriever, question, found, self._run)
            traced.note(names.PASSAGES, len(more))
            return more

    def _candidates(self, query: ReportQuery, nodes: list[NodeWithScore]) -> list[DocumentName]:
        """The documents of which the question may mean one."""
        if query.parts or self._document is not None:
            return []
        likely = partial(probability, weights=self._parts.evidence.weights)
        return candidates_of(query.query_str, self._citations.readable(nodes), likely)

    def _again(self, stage: Stage) -> Callable[[], None]:
        # Not of this engine: whatever waits in the loop keeps it for as long as the answer streams.
        return partial(self._announce, StageEvent(stage=stage))


def ambiguous(candidates: Sequence[DocumentName]) -> WarnEvent:
    """Warn that a question may mean any of some documents."""
    titles = "; ".join(one.title for one in candidates)
    told = f"the question does not say which report it means: {titles}"
    return WarnEvent(code="ambiguous_document", message=told, documents=list(candidates))


@dataclass
class AnsweringResponse(StreamingAgentChatResponse):
    """A chat response that gives the query engine's own response, stream and all."""

    answer: AsyncStreamingResponse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """All that the engines of a run are made from; built once, for building them costs nothing.

    Args:
        store: holds the passages.
        embed_model: embeds questions as the passages were.
        synthesiser: answers.
        llm: condenses where the router leaves it to the plain prompt.
        router: steps in when that fails.
        evidence: judges what was retrieved.
        top_k: passages given to the synthesiser.
        limits: of the steps before the answer.
        withhold: whether it is kept from the synthesiser what the passages say to withhold.
        vocabulary: widens what is searched for.
        reranking: orders what was found anew; None leaves it as it is.
        context: shows sources with what stands around them; None shows them alone.
        second_look: taken where the evidence is weak; None takes none.
        splitter: cuts sources; none are cut.
        catalogue: answers questions about the documents themselves; None answers none.
    """

    store: PassageStore
    embed_model: BaseEmbedding
    synthesiser: BaseSynthesizer
    llm: LLM
    router: Router
    evidence: CalibratedEvidence
    top_k: int
    limits: StepLimits = field(default_factory=StepLimits)
    withhold: bool = True
    vocabulary: Vocabulary = field(default_factory=shipped_vocabulary)
    context: PageContext | None = None
    reranking: Reranking | None = None
    second_look: SecondLook | None = None
    splitter: TextSplitter = field(default_factory=WholePassages)
    catalogue: Catalogue | None = None
    names: KeptNames | None = None

    def for_run(
        self,
        run: RunContext,
        *,
        history: Sequence[ChatMessage],
        filter: PassageFilter,
        plan: Plan,
        announce: Callable[[Shown], None],
        document: DocumentName | None = None,
    ) -> ReportChatEngine:
        """The chat engine of one run."""
        query_engine = PassageCitationEngine(
            self.retriever(filter, self.top_k),
            llm=self.llm,
            synthesiser=self.synthesiser,
            run=run,
            splitter=self.splitter,
            withhold=self.withhold,
        )
        # Already cut to the budget; a tokenizer is asked for but never called.
        memory = ChatMemoryBuffer.from_defaults(
            chat_history=list(history), token_limit=1, tokenizer_fn=str.split
        )
        return ReportChatEngine(
            query_engine,
            memory,
            parts=self,
            run=run,
            plan=plan,
            filter=filter,
            document=document,
            announce=announce,
        )

    def retriever(self, filter: PassageFilter, top_k: int) -> PassageRetriever:
        """What searches within a filter for so many passages; of one run or one search."""
        return PassageRetriever(
            self.store,
            self.embed_model,
            top_k=top_k,
            filter=filter,
            vocabulary=self.vocabulary,
            reranking=self.reranking,
            names=self.names,
        )
