"""The engines of one run: CondenseQuestionChatEngine over a streaming CitationQueryEngine.

Both are the library's own, with the steps replaced that do harm or cost time (ADR 0002):

- passages keep their identity as citation nodes; the library gives random ids and no offsets;
- a passage is one source: it was cut to size at ingestion and is not split again;
- sources are announced as soon as they are found, before the model is asked;
- the answer's stream is handed to the caller, who owns it. The library puts a task and a queue in
  between that outlive a cancelled caller, and that write to the history behind its back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.chat_engine import CondenseQuestionChatEngine
from llama_index.core.chat_engine.types import StreamingAgentChatResponse
from llama_index.core.llms import LLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.node_parser import TextSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.vector_stores.types import BasePydanticVectorStore
from llama_index.core.workflow import Event

from citewire.workflows.events import RetrievingEvent, SourcesEvent, Stage, StageEvent
from citewire.workflows.evidence import EvidenceRule
from citewire.workflows.prompts import CONDENSE_PROMPT, condense_prompt
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.spans import unspanned
from citewire.workflows.synthesis import on_retry
from citewire.workflows.withholding import readable

CondenseRule = Callable[[str, Sequence[ChatMessage]], str]
"""Makes a follow-up stand alone without a model: (question, history) -> standalone question."""


class WholePassages(TextSplitter):
    """Splits nothing: a passage was cut to size at ingestion and is one source.

    The library's default splitter loads nltk's and tiktoken's tables and cuts every passage again
    for every question.
    """

    def split_text(self, text: str) -> list[str]:
        """The text, whole."""
        return [text]


class PassageCitationEngine(CitationQueryEngine):
    """CitationQueryEngine whose sources are the passages themselves, with their ids.

    A synthesiser numbers them by their order.

    Args:
        withhold: whether it is kept from the synthesiser what the passages say to withhold.
        arguments: the library's.
    """

    def __init__(self, *arguments: Any, withhold: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._withhold = withhold

    def _create_citation_nodes(self, nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        return self.readable(nodes)

    def readable(self, nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        """The passages as the synthesiser may read them."""
        return [readable(found) for found in nodes] if self._withhold else nodes


class ReportChatEngine(CondenseQuestionChatEngine):
    """CondenseQuestionChatEngine that says what it does and leaves the stream to its caller.

    One per run: its memory holds the chat's history and nothing is ever written to it.

    Args:
        query_engine: finds and cites.
        llm: condenses, unless `rule` is given.
        memory: the turns before this one.
        rule: condenses instead of the model.
        evidence: judges what was retrieved.
        announce: called with each event as it happens.
    """

    def __init__(
        self,
        query_engine: PassageCitationEngine,
        llm: LLM,
        memory: ChatMemoryBuffer,
        *,
        rule: CondenseRule | None,
        evidence: EvidenceRule,
        announce: Callable[[Event], None],
    ) -> None:
        super().__init__(query_engine, CONDENSE_PROMPT, memory, llm)
        self._citations = query_engine
        self._rule = rule
        self._evidence = evidence
        self._announce = announce

    @unspanned
    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """Condense, retrieve and begin to answer.

        Returns:
            An `AnsweringResponse`, whose raw stream the caller must close: nothing runs that the
            caller does not drive. Without evidence no model is asked, and `response` says so.
        """
        history = self._memory.get_all() if chat_history is None else chat_history
        standalone = await self._standalone(message, history)
        self._announce(RetrievingEvent(standalone=standalone))
        self._say_retries("retrieve")
        bundle = QueryBundle(standalone)
        nodes = await self._citations.aretrieve(bundle)
        evidence = self._evidence.level(standalone, self._citations.readable(nodes))
        self._announce(SourcesEvent(nodes=nodes, evidence=evidence))
        on_retry.set(None)  # in the contract no status follows the sources
        if evidence == "none":
            told = self._evidence.abstention(standalone, nodes)
            return StreamingAgentChatResponse(response=told, is_writing_to_memory=False)
        response = await self._citations.asynthesize(bundle, nodes)
        assert isinstance(response, AsyncStreamingResponse)
        return AnsweringResponse(source_nodes=nodes, is_writing_to_memory=False, answer=response)

    def _say_retries(self, stage: Stage) -> None:
        on_retry.set(lambda: self._announce(StageEvent(stage=stage)))

    async def _standalone(self, message: str, history: list[ChatMessage]) -> str:
        if not history:
            return message
        self._announce(StageEvent(stage="condense"))
        self._say_retries("condense")
        if self._rule is not None:
            return self._rule(message, history)
        self._condense_question_prompt = condense_prompt()
        return (await self._acondense_question(history, message)).strip() or message


@dataclass
class AnsweringResponse(StreamingAgentChatResponse):
    """A chat response that gives the query engine's own response, stream and all."""

    answer: AsyncStreamingResponse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """All that the engines of a run are made from; built once, for building them costs nothing."""

    store: BasePydanticVectorStore
    embed_model: BaseEmbedding
    synthesiser: BaseSynthesizer
    llm: LLM
    rule: CondenseRule | None
    evidence: EvidenceRule
    top_k: int
    withhold: bool = True
    splitter: TextSplitter = field(default_factory=WholePassages)

    def for_run(
        self,
        *,
        history: Sequence[ChatMessage],
        filter: PassageFilter,
        announce: Callable[[Event], None],
    ) -> ReportChatEngine:
        """The chat engine of one run."""
        retriever = PassageRetriever(self.store, self.embed_model, top_k=self.top_k, filter=filter)
        query_engine = PassageCitationEngine(
            retriever,
            llm=self.llm,
            response_synthesizer=self.synthesiser,
            text_splitter=self.splitter,
            withhold=self.withhold,
        )
        # Already cut to the budget; a tokenizer is asked for but never called.
        memory = ChatMemoryBuffer.from_defaults(
            chat_history=list(history), token_limit=1, tokenizer_fn=str.split
        )
        return ReportChatEngine(
            query_engine,
            self.llm,
            memory,
            rule=self.rule,
            evidence=self.evidence,
            announce=announce,
        )
