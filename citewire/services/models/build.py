"""Building the models of a process: OpenAI, anything compatible with it, or local ones.

Each kind is imported when it is asked for: the OpenAI SDK alone takes a second, and ONNX Runtime
need not be loaded by whoever does not use it.
"""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM, MockLLM
from llama_index.core.response_synthesizers import BaseSynthesizer

from citewire.errors import ConfigurationError
from citewire.services.models.health import Health
from citewire.services.models.local.embedding import LocalEmbedding
from citewire.services.models.names import embedding_name
from citewire.services.models.reranking import open_reranking
from citewire.services.models.wire import Provider, open_provider
from citewire.services.telemetry.metrics import Metrics
from citewire.services.telemetry.watches import ProviderWatch
from citewire.settings import Settings
from citewire.settings.groups import ModelSettings
from citewire.workflows.fallback import FallbackSynthesiser
from citewire.workflows.forms import FormFilling
from citewire.workflows.reranking import Reranking
from citewire.workflows.second_look import most_added
from citewire.workflows.synthesiser import ModelSynthesiser
from citewire.workflows.vocabulary.widening import load_vocabulary

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
    `context_tokens` is how much of the pages around its sources it can be shown.
    """

    synthesiser: BaseSynthesizer
    llm: LLM
    forms: FormFilling | None
    name: str
    context_tokens: int


@dataclass(frozen=True, slots=True)
class Models:
    """All models of a process, and the provider of those that are not in it."""

    embeddings: Embeddings
    answering: Answering
    provider: Provider | None
    reranking: Reranking | None = None

    @property
    def health(self) -> Health | None:
        """How the provider did lately; None without one."""
        return self.provider.health if self.provider else None


@asynccontextmanager
async def open_models(
    settings: Settings, metrics: Metrics | None = None
) -> AsyncGenerator[Models, None]:
    """Build the models that the settings ask for and close their connections at the end.

    Calls to the provider are counted in `metrics`, or nowhere.

    Raises:
        ConfigurationError: a model's sizes are unknown, or its files are missing.
    """
    watch = ProviderWatch(metrics)
    async with AsyncExitStack() as stack:
        provider = None
        if "openai" in (settings.models.answers_from, settings.models.embeddings_from):
            provider = await stack.enter_async_context(_open_provider(settings.models, watch))
        embeddings = _build_embeddings(settings, provider, stack)
        answering = _build_answering(settings, provider, embeddings.model)
        reranking = await stack.enter_async_context(open_reranking(settings.retrieval, watch))
        yield Models(embeddings, answering, provider, reranking)


def _open_provider(
    models: ModelSettings, watch: ProviderWatch
) -> AbstractAsyncContextManager[Provider]:
    key = models.openai_api_key
    return open_provider(
        base_url=models.openai_base_url or OPENAI_BASE_URL,
        api_key=key.get_secret_value() if key else NO_KEY,
        retries=models.model_retries,
        first_token_timeout_s=models.first_token_timeout_s,
        idle_timeout_s=models.idle_timeout_s,
        thinking_timeout_s=models.thinking_timeout_s,
        thinking=models.thinking,
        watch=watch,
    )


def _build_embeddings(
    settings: Settings, provider: Provider | None, stack: AsyncExitStack
) -> Embeddings:
    if provider is None or settings.models.embeddings_from == "local":
        model = stack.enter_context(_build_local(settings.models))
        return Embeddings(model, model.dims, embedding_name(settings.models))
    from citewire.services.models.openai_embedding import WireOpenAIEmbedding

    remote = WireOpenAIEmbedding(
        provider=provider,
        model_name=settings.models.embed_model,
        dims=settings.models.embed_dim,
        embed_batch_size=settings.models.embed_batch,
    )
    return Embeddings(remote, remote.dims, settings.models.embed_model)


def _build_local(models: ModelSettings) -> LocalEmbedding:
    if models.local_model == "multilingual":
        from citewire.services.models.local.e5 import build_e5

        return build_e5()
    from citewire.services.models.local.minilm import build_minilm

    return build_minilm()


def _build_answering(
    settings: Settings, provider: Provider | None, embed_model: BaseEmbedding
) -> Answering:
    if provider is None or settings.models.answers_from == "extractive":
        from citewire.services.models.extractive.synthesiser import ExtractiveSynthesiser

        vocabulary = load_vocabulary(settings.retrieval.vocabulary)
        extractive = ExtractiveSynthesiser(embed_model, vocabulary)
        wanted = settings.retrieval.context_tokens
        return Answering(extractive, MockLLM(), None, "extractive", wanted)
    from citewire.services.models.openai_chat import WireOpenAI, known_context_window

    models = settings.models
    window = models.context_window or known_context_window(models.model)
    room = _room_left(settings, window)
    # What is left is for both: a model that thinks needs room for it to answer at all.
    context_tokens = min(settings.retrieval.context_tokens, room // 2)
    llm = WireOpenAI(
        provider=provider,
        model=models.model,
        context_window=window,
        max_tokens=models.max_answer_tokens,
        temperature=models.temperature,
        thinking_tokens=min(models.thinking_tokens, room - context_tokens),
        length_option=None if models.length_option == "auto" else models.length_option,
    )
    synthesiser = _build_synthesiser(settings, llm, embed_model)
    return Answering(synthesiser, llm, llm, models.model, context_tokens)


def _build_synthesiser(settings: Settings, llm: LLM, embed_model: BaseEmbedding) -> BaseSynthesizer:
    if settings.models.fallback == "off":
        return ModelSynthesiser(llm)
    from citewire.services.models.extractive.synthesiser import ExtractiveSynthesiser

    vocabulary = load_vocabulary(settings.retrieval.vocabulary)
    return FallbackSynthesiser(llm, ExtractiveSynthesiser(embed_model, vocabulary))


def _room_left(settings: Settings, window: int) -> int:
    """Tokens of the window that the sources and the longest answer leave.

    Raises:
        ConfigurationError: they do not fit into it.
    """
    count = settings.retrieval.similarity_top_k + most_added(settings.steps.second_look)
    passages = count * settings.ingestion.passage_tokens
    needed = passages + settings.models.max_answer_tokens + PROMPT_MARGIN
    if needed > window:
        raise ConfigurationError(
            f"the prompt may need {needed} tokens and {settings.models.model} has {window}: lower "
            "CITEWIRE_SIMILARITY_TOP_K, CITEWIRE_PASSAGE_TOKENS or CITEWIRE_MAX_ANSWER_TOKENS"
        )
    return window - needed
