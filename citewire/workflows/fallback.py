"""What is answered when the model is not there: what the reports say, and that it is no more."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.llms import LLM
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType

from citewire.errors import ModelError, PromptFiltered
from citewire.text.words import is_spanish
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import RunContext
from citewire.workflows.spans import unspanned
from citewire.workflows.synthesiser import ModelSynthesiser, StreamedSynthesiser

logger = logging.getLogger(__name__)

NOTICE = "The language model does not answer at the moment. These are extracts from the reports."
AVISO = "El modelo de lenguaje no responde en este momento. Estos son extractos de los informes."


class FallbackSynthesiser(StreamedSynthesiser):
    """Asks a model, and says what another synthesiser does if the model fails before it spoke.

    Args:
        llm: asked first.
        extracts: needs no model.
    """

    def __init__(self, llm: LLM, extracts: BaseSynthesizer) -> None:
        super().__init__(llm)
        self._model = ModelSynthesiser(llm)
        self._extracts = extracts

    @unspanned
    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        run: RunContext | None = None,
        nonce: str = "",
        evidence: Evidence = "weak",
        **response_kwargs: Any,
    ) -> AsyncStreamingResponse:
        """Begin to answer; arguments as those of the model's synthesiser."""
        run = run or RunContext()
        answer = await self._model.asynthesize(query, nodes, run=run, nonce=nonce)
        return AsyncStreamingResponse(
            self._stream(query, nodes, run, answer, evidence=evidence), source_nodes=list(nodes)
        )

    async def _stream(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        run: RunContext,
        answer: AsyncStreamingResponse,
        *,
        evidence: Evidence,
    ) -> AsyncGenerator[str, None]:
        has_spoken = False
        try:
            async with aclosing(answer.response_gen) as pieces:
                async for piece in pieces:
                    has_spoken = True
                    yield piece
                return
        except ModelError as error:
            if has_spoken or isinstance(error, PromptFiltered):
                raise
            logger.warning("extracts are shown instead of an answer: %s", error)
            run.generation.fallback = str(error)
        question = query.query_str if isinstance(query, QueryBundle) else query
        notice = f"{AVISO if is_spanish(question) else NOTICE}\n\n"
        run.generation.add((notice,))
        yield notice
        extracts = await self._extracts.asynthesize(query, nodes, run=run, evidence=evidence)
        async with aclosing(cast(AsyncStreamingResponse, extracts).response_gen) as pieces:
            async for piece in pieces:
                yield piece
