"""The synthesiser that asks a language model: one prompt, one stream."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Literal, cast

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType
from llama_index.core.types import RESPONSE_TEXT_TYPE

from citewire.workflows.prompts import answer_messages
from citewire.workflows.run_context import Generation, RunContext
from citewire.workflows.spans import unspanned

CUTS = "cuts"
"""Among the `additional_kwargs` of a streamed response: the provider's own cuts of its `delta`."""

_REASONS = {"stop": "stop", "length": "length", "content_filter": "content_filter"}


class StreamedSynthesiser(BaseSynthesizer):
    """A synthesiser that streams and needs none of the library's helpers.

    Helpers that are given are not built: the library's own load tiktoken's tables.
    """

    def __init__(self, llm: LLM) -> None:
        super().__init__(
            llm=llm,
            streaming=True,
            prompt_helper=PromptHelper(tokenizer=str.split),
            chat_prompt_helper=ChatPromptHelper(tokenizer=str.split),
        )

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """Nothing to update: the prompts stand in `citewire.workflows.prompts`."""

    # The base class wants the two that follow; answers are made from nodes and streamed.
    def get_response(
        self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any
    ) -> RESPONSE_TEXT_TYPE:
        """Not available."""
        raise NotImplementedError("answers are streamed: use asynthesize")

    async def aget_response(
        self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any
    ) -> RESPONSE_TEXT_TYPE:
        """Not available."""
        raise NotImplementedError("answers are streamed: use asynthesize")


class ModelSynthesiser(StreamedSynthesiser):
    """Streams a model's answer over citation nodes.

    The library's `CompactAndRefine` tokenises the whole context again for each question, although
    the passages are few and cut to size; this one renders the prompt and streams. That the prompt
    fits the model's window is checked once, at start.
    """

    @unspanned
    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        run: RunContext | None = None,
        nonce: str = "",
        **response_kwargs: Any,
    ) -> AsyncStreamingResponse:
        """Begin to answer; nothing is asked of the model before the stream is read.

        Args:
            query: the standalone question.
            nodes: the citation nodes, of which the nth is source n.
            additional_source_nodes: not read.
            run: whose generation is filled in while the stream is read.
            nonce: sends a prompt that was sent before once more.
            response_kwargs: what other synthesisers take; not used.
        """
        question = query.query_str if isinstance(query, QueryBundle) else query
        generation = (run or RunContext()).generation
        return AsyncStreamingResponse(
            self._stream(answer_messages(question, nodes, nonce), generation),
            source_nodes=list(nodes),
        )

    async def _stream(
        self, messages: list[ChatMessage], generation: Generation
    ) -> AsyncGenerator[str, None]:
        chunks = await self._llm.astream_chat(messages)
        del messages  # kept no longer than it takes to send them
        async with aclosing(cast(AsyncGenerator[Any, None], chunks)):
            async for chunk in chunks:
                facts = chunk.additional_kwargs
                cuts = facts.get(CUTS)
                if chunk.delta:
                    generation.add(cuts or (chunk.delta,))
                    yield chunk.delta
                if facts and not cuts:
                    _note(generation, facts)


def _note(generation: Generation, facts: dict[str, Any]) -> None:
    reason = _REASONS.get(str(facts.get("finish_reason")))
    if reason:
        generation.finish_reason = cast(Literal["stop", "length", "content_filter"], reason)
    generation.prompt_tokens = int(facts.get("prompt_tokens") or generation.prompt_tokens)
    generation.completion_tokens = int(
        facts.get("completion_tokens") or generation.completion_tokens
    )
