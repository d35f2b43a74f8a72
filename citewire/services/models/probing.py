"""Asking the models for real, for whoever wants to know before people do."""

from contextlib import aclosing
from typing import Any, cast

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from citewire.errors import ModelError, ModelRejected, ThoughtAloud
from citewire.services.models.build import Models
from citewire.services.models.wire import Provider

QUESTION = "Which is the third month of the year? Answer in one word."
MOST_NAMES = 8


async def probe_answers(models: Models) -> str:
    """Let the language model answer, streamed as answers are, and say how it did.

    Raises:
        ModelError: it does not; the message says what to do.
    """
    name, provider = models.answering.name, models.provider
    if provider is None or models.answering.forms is None:
        return f"{name}: nothing to ask"
    try:
        said = await _answer(models)
    except ThoughtAloud:
        return f"{name} answers; it thinks without an opening tag: set CITEWIRE_THINKING=open"
    except ModelError as error:
        raise await _explained(error, provider, name) from error
    thinks = ", after thinking" if provider.habits(name).thinks else ""
    return f"{name} answers{thinks} ({said.strip()[:40]!r})"


async def _answer(models: Models) -> str:
    question = ChatMessage(role=MessageRole.USER, content=QUESTION)
    reads = await models.answering.llm.astream_chat([question])
    async with aclosing(cast(Any, reads)):
        return "".join([read.delta or "" async for read in reads])


async def explained(error: ModelError, models: Models, name: str) -> ModelError:
    """The error, with what the provider has instead of what was asked for."""
    return error if models.provider is None else await _explained(error, models.provider, name)


async def _explained(error: ModelError, provider: Provider, name: str) -> ModelError:
    if not isinstance(error, ModelRejected):
        return error
    names = await provider.models()
    if not names and await provider.models(below="/v1"):
        return ModelRejected(f"{error}; right is OPENAI_BASE_URL={provider.base_url}/v1")
    if not names or name in names:
        return error
    listed = ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")
    return ModelRejected(f"{error}; the provider has no {name}, but {listed}")
