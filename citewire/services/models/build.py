"""Building the models of a process: OpenAI, anything compatible with it, or local ones.

Each kind is imported when it is asked for: the OpenAI SDK alone takes a second, and ONNX Runtime
need not be loaded by whoever does not use it.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM, MockLLM
from llama_index.core.response_synthesizers import BaseSynthesizer

from citewire.errors import ConfigurationError
from citewire.services.models.names import LOCAL_DIMS, LOCAL_EMBEDDING
from citewire.services.models.wire import Provider, open_provider
from citewire.settings import Settings
from citewire.settings.groups import ModelSettings
from citewire.workflows.forms import FormFilling
from citewire.workflows.synthesiser import ModelSynthesiser

OPENAI_BASE_URL = "https://api.openai.com/v1"
NO_KEY = "no-key-needed"
PROMPT_MARGIN = 1000
"""Tokens kept free in the window for the instructions and the question."""


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The embedding model, the size of its vectors and the name it is known by in the index."""

    model: BaseEmbedding
    dims: int
    name: str


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers; `name` is what clients are shown.

    `forms` is the same model, to be asked for decisions; None where there is no model.
    """

    synthesiser: BaseSynthesizer
    llm: LLM
    forms: FormFilling | None
    name: str


@dataclass(frozen=True, slots=True)
class Models:
    """All models of a process."""

    embeddings: Embeddings
    answering: Answering
    check: Callable[[], Awaitable[None]]


@asynccontextmanager
async def open_models(settings: Settings) -> AsyncGenerator[Models, None]:
    """Build the models that the settings ask for and close their connections at the end.

    Raises:
        ConfigurationError: a model's sizes are unknown, or its files are missing.
    """
    async with AsyncExitStack() as stack:
        provider = None
        if "openai" in (settings.models.answers_from, settings.models.embeddings_from):
            provider = await stack.enter_async_context(_open_provider(settings.models))
        embeddings = _build_embeddings(settings, provider, stack)
        answering = _build_answering(settings, provider, embeddings.model)
        yield Models(embeddings, answering, provider.check if provider else _nothing_to_check)


def _open_provider(models: ModelSettings) -> AbstractAsyncContextManager[Provider]:
    key = models.openai_api_key
    return open_provider(
        base_url=models.openai_base_url or OPENAI_BASE_URL,
        api_key=key.get_secret_value() if key else NO_KEY,
        retries=models.model_retries,
        first_token_timeout_s=models.first_token_timeout_s,
        idle_timeout_s=models.idle_timeout_s,
    )


def _build_embeddings(
    settings: Settings, provider: Provider | None, stack: AsyncExitStack
) -> Embeddings:
    if provider is None or settings.models.embeddings_from == "local":
        from citewire.services.models.minilm.embedding import build_minilm

        model = stack.enter_context(build_minilm(settings.storage.data_dir / "models"))
        return Embeddings(model, LOCAL_DIMS, LOCAL_EMBEDDING)
    from citewire.services.models.openai_embedding import WireOpenAIEmbedding

    remote = WireOpenAIEmbedding(
        provider=provider,
        model_name=settings.models.embed_model,
        dims=settings.models.embed_dim,
        embed_batch_size=settings.models.embed_batch,
    )
    return Embeddings(remote, remote.dims, settings.models.embed_model)


def _build_answering(
    settings: Settings, provider: Provider | None, embed_model: BaseEmbedding
) -> Answering:
    if provider is None or settings.models.answers_from == "extractive":
        from citewire.services.models.extractive.synthesiser import ExtractiveSynthesiser

        extractive = ExtractiveSynthesiser(embed_model)
        return Answering(extractive, MockLLM(), None, "extractive")
    from citewire.services.models.openai_chat import WireOpenAI

    llm = WireOpenAI(
        provider=provider,
        model=settings.models.model,
        context_window=settings.models.context_window,
        max_tokens=settings.models.max_answer_tokens,
        temperature=settings.models.temperature,
    )
    _check_window(settings, llm.metadata.context_window)
    return Answering(ModelSynthesiser(llm), llm, llm, settings.models.model)


def _check_window(settings: Settings, window: int) -> None:
    passages = settings.retrieval.similarity_top_k * settings.ingestion.passage_tokens
    needed = passages + settings.models.max_answer_tokens + PROMPT_MARGIN
    if needed > window:
        raise ConfigurationError(
            f"the prompt may need {needed} tokens and {settings.models.model} has {window}: lower "
            "CITEWIRE_SIMILARITY_TOP_K, CITEWIRE_PASSAGE_TOKENS or CITEWIRE_MAX_ANSWER_TOKENS"
        )


async def _nothing_to_check() -> None:
    """Local models cannot be out of reach."""
