"""The citation engine of a run: the library's, over passages that are sources as they are."""

from collections.abc import Sequence

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import RESPONSE_TYPE
from llama_index.core.llms import LLM
from llama_index.core.node_parser import TextSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle

from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import RunContext
from citewire.workflows.shown import readable
from citewire.workflows.spans import unspanned


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
        retriever: finds the passages.
        llm: for what the library would build by itself, and does not.
        synthesiser: answers.
        splitter: cuts sources.
        run: that it answers in.
        withhold: whether it is kept from the synthesiser what the passages say to withhold.
    """

    def __init__(
        self,
        retriever: BaseRetriever,
        *,
        llm: LLM,
        synthesiser: BaseSynthesizer,
        splitter: TextSplitter,
        run: RunContext,
        withhold: bool,
    ) -> None:
        super().__init__(
            retriever, llm=llm, response_synthesizer=synthesiser, text_splitter=splitter
        )
        self._synthesiser = synthesiser
        self._run = run
        self._withhold = withhold

    @unspanned
    async def asynthesize(
        self,
        query_bundle: QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        evidence: Evidence = "weak",
    ) -> RESPONSE_TYPE:
        """Answer from the passages, in the run: the library would hand on nothing of ours."""
        return await self._synthesiser.asynthesize(
            query=query_bundle,
            nodes=self.readable(nodes),
            additional_source_nodes=additional_source_nodes,
            run=self._run,
            evidence=evidence,
        )

    def readable(self, nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        """The passages as the synthesiser may read them."""
        return [readable(found) for found in nodes] if self._withhold else nodes
