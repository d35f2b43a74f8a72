"""The chat model: LlamaIndex's `OpenAI`, with our own HTTP side under its asynchronous calls."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Final

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai.utils import (
    O1_MODELS,
    is_chatcomp_api_supported,
    is_function_calling_model,
    openai_modelname_to_contextsize,
    to_openai_message_dicts,
)

from citewire.errors import ConfigurationError, ModelUnavailable
from citewire.services.models.faults import failure_in_stream
from citewire.services.models.replies import count_of, meaning_of, reason_of, text_of
from citewire.services.models.stream import StreamEnd
from citewire.services.models.wire import Provider
from citewire.workflows.forms import Form, asking_for, filled
from citewire.workflows.run_context import current_run
from citewire.workflows.spans import unspanned
from citewire.workflows.synthesiser import CUTS

HELD_BY_PROVIDER = "held by the provider's session"
"""Stands where LlamaIndex wants an API key: the true one never gets into a model's fields."""


class WireOpenAI(OpenAI):
    """A chat model of an OpenAI-compatible provider, whatever its name.

    `achat` and `astream_chat` go through `Provider`, which retries by itself; tenacity and
    LlamaIndex's LLM callbacks and spans are left out, because they cost per token. The
    synchronous calls are inherited and not usable: they would look for a key of their own. Text
    only; tools are called through `afill`.

    Args:
        provider: the HTTP side.
        model: the name that the provider knows.
        context_window: in tokens; None for a model that OpenAI knows.
        max_tokens: longest answer in tokens.
        temperature: 0 to 2; None leaves it to the provider.
        thinking_tokens: added to `max_tokens` for a model that was seen to think.
        length_option: the name of `max_tokens` in a request; None: as the model's name says.

    Raises:
        ConfigurationError: the context window is not known, or OpenAI offers the model through
            another API only.
    """

    _provider: Provider = PrivateAttr()
    _metadata: LLMMetadata = PrivateAttr()
    _thinking_tokens: int = PrivateAttr()
    _length_option: str | None = PrivateAttr()
    _is_tempered: bool = PrivateAttr()

    def __init__(
        self,
        *,
        provider: Provider,
        model: str,
        context_window: int | None = None,
        max_tokens: int | None = None,
        temperature: float | None = 0.1,
        thinking_tokens: int = 0,
        length_option: str | None = None,
    ) -> None:
        if not is_chatcomp_api_supported(model):
            raise ConfigurationError(f"CITEWIRE_MODEL: {model} has no chat completions API")
        super().__init__(
            model=model,
            temperature=temperature or 0.0,
            max_tokens=max_tokens,
            api_key=HELD_BY_PROVIDER,
            api_base=provider.base_url,
            max_retries=0,
        )
        self._provider = provider
        self._thinking_tokens = thinking_tokens
        self._length_option = length_option
        self._is_tempered = temperature is not None
        self._metadata = LLMMetadata(
            context_window=context_window or known_context_window(model),
            num_output=max_tokens or -1,
            is_chat_model=True,
            is_function_calling_model=is_function_calling_model(self._get_model_name()),
            model_name=model,
            system_role=MessageRole.USER if model in O1_MODELS else MessageRole.SYSTEM,
        )

    @property
    def metadata(self) -> LLMMetadata:
        """Built once: LlamaIndex asks for it several times per request."""
        return self._metadata

    @property
    def _tokenizer(self) -> None:
        """None: nothing here counts tokens, and tiktoken would fetch its tables from the net."""
        return

    @unspanned
    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Complete without streaming; used for condensing.

        Raises:
            ModelError: of the class that fits the fault.
        """
        return await self._achat(messages, **kwargs)

    @unspanned
    async def astream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseAsyncGen:
        """Stream a completion; nothing is sent before the generator is first advanced.

        Each response's `delta` is all that arrived in one read; the provider's own cuts of it are
        the `CUTS` of its `additional_kwargs`. Its `message` stays empty, so that a token costs the
        same however long the answer is. The last response has an empty `delta` and in
        `additional_kwargs` finish_reason, prompt_tokens, completion_tokens.

        Raises:
            ModelError: while the generator is advanced, of the class that fits the fault.
        """
        return await self._astream_chat(messages, **kwargs)

    async def afill(self, messages: Sequence[ChatMessage], form: type[Form]) -> Form:
        """`form`, filled in by the model with one tool call.

        Raises:
            ModelError: of the class that fits the fault; ModelRejected also where the provider
                has no tools or the form comes back otherwise than asked for.
        """
        payload = {**self._payload(messages), **asking_for(form)}
        answer = await self._provider.post_json("chat/completions", payload)
        return filled(form, _choice_of(answer)["message"])

    async def _achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        answer = await self._provider.post_json(
            "chat/completions", self._payload(messages, **kwargs)
        )
        choice, usage = _choice_of(answer), answer.get("usage")
        counts = {name: count_of(usage, name) for name in ("prompt_tokens", "completion_tokens")}
        reason = reason_of(choice)
        meaning = meaning_of(reason)
        if reason and meaning is None:
            raise failure_in_stream({"code": reason}, self.model)
        is_complete = meaning != "length"
        text = self._provider.said(text_of(choice["message"]), self.model, is_complete=is_complete)
        return ChatResponse(
            message=ChatMessage(role=MessageRole.ASSISTANT, content=text),
            raw=answer,
            additional_kwargs=counts,
        )

    async def _astream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseAsyncGen:
        return self._responses(self._payload(messages, **kwargs))

    async def _responses(self, payload: dict[str, Any]) -> AsyncGenerator[ChatResponse, None]:
        stream = self._provider.stream_chat(payload)
        del payload  # kept no longer than it takes to send it
        async with aclosing(stream) as reads:
            async for read in reads:
                if isinstance(read, StreamEnd):
                    yield _response("", _counts(read))
                else:
                    yield _response("".join(read), {CUTS: read})

    def _payload(self, messages: Sequence[ChatMessage], **kwargs: Any) -> dict[str, Any]:
        wanted = to_openai_message_dicts(messages, model=self.model)
        options = dict(map(self._option, self._get_model_kwargs(**kwargs).items()))
        if not self._is_tempered:
            del options["temperature"]
        payload = {**options, "messages": wanted}
        current_run().note(payload)
        return payload

    def _option(self, option: tuple[str, Any]) -> tuple[str, Any]:
        """An option of the request, the longest answer under its name and with room to think."""
        name, value = option
        if name not in ("max_tokens", "max_completion_tokens"):
            return option
        room = self._thinking_tokens if self._provider.habits(self.model).thinks else 0
        return self._length_option or name, value + room


_EMPTY: Final = ChatMessage(role=MessageRole.ASSISTANT, content="")
"""The message of all pieces of all streams: who reads them takes their deltas."""


def _response(delta: str, facts: dict[str, Any]) -> ChatResponse:
    # Unvalidated: it is made for each read.
    return ChatResponse.model_construct(
        message=_EMPTY, raw=None, delta=delta, logprobs=None, additional_kwargs=facts
    )


def _counts(end: StreamEnd) -> dict[str, Any]:
    return {
        "finish_reason": end.finish_reason,
        "prompt_tokens": end.prompt_tokens,
        "completion_tokens": end.completion_tokens,
    }


def _choice_of(answer: dict[str, Any]) -> dict[str, Any]:
    choices = answer.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and isinstance(choice.get("message"), dict):
            return choice
    raise ModelUnavailable("the provider sent an answer without a message: ask again")


def known_context_window(model: str) -> int:
    """The window of a model that OpenAI knows.

    Raises:
        ConfigurationError: it does not.
    """
    try:
        return int(openai_modelname_to_contextsize(model))
    except ValueError:
        raise ConfigurationError(
            f"the context window of {model} is not known: set CITEWIRE_CONTEXT_WINDOW"
        ) from None
