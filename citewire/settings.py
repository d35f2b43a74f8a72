"""The settings: one frozen class, read from the environment and `.env`, checked at start."""

import os
from pathlib import Path
from typing import Literal, Self

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from citewire.errors import ConfigurationError

PREFIX = "CITEWIRE_"
ENV_FILE = ".env"


class Settings(BaseSettings):
    """All that can be set, with its default.

    Every name is read from `CITEWIRE_<NAME>`; the provider's key and address from the usual
    `OPENAI_API_KEY` and `OPENAI_BASE_URL`. Build it with `load_settings`, which also refuses
    unknown names.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    # Storage
    redis_url: SecretStr | None = Field(
        None, description="Redis with search and JSON; unset: an embedded server in data_dir"
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("citewire"),
        description="where the embedded Redis, the local model and uploads keep their files",
    )
    namespace: str = Field(
        "citewire", pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="prefix of all keys in Redis"
    )
    index_algorithm: Literal["hnsw", "flat"] = Field("hnsw", description="vector index type")

    # Models
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key")
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"),
        description="any OpenAI-compatible server",
    )
    answers: Literal["auto", "openai", "extractive"] = Field(
        "auto", description="who answers; auto: openai with a key or base URL, else extractive"
    )
    embeddings: Literal["auto", "openai", "local"] = Field(
        "auto", description="who embeds; auto: openai with a key or base URL, else local"
    )
    model: str = Field("gpt-4o-mini", min_length=1, description="language model")
    context_window: int | None = Field(
        None, ge=1024, description="its window in tokens; needed for names unknown to OpenAI"
    )
    max_answer_tokens: int = Field(1024, ge=16, description="longest answer in tokens")
    temperature: float = Field(0.1, ge=0, le=2)
    embed_model: str = Field("text-embedding-3-small", min_length=1)
    embed_dim: int | None = Field(
        None, ge=8, le=8192, description="vector size; needed for names unknown to OpenAI"
    )
    embed_batch: int = Field(64, ge=1, le=2048, description="passages per embedding request")
    model_retries: int = Field(
        2, ge=0, le=10, description="tries after the first, and only before the first token"
    )

    # Retrieval and passages
    similarity_top_k: int = Field(6, ge=1, le=50, description="passages given to the model")
    abstain: bool = Field(
        True, description="end with no_evidence, and ask no model, when nothing that fits is found"
    )
    passage_tokens: int = Field(220, ge=32, le=2048, description="longest passage in tokens")
    passage_overlap: int = Field(30, ge=0, le=512, description="tokens shared by neighbours")

    withhold: Literal["on", "off"] = Field(
        "on", description="keep invisible and instruction-like text of reports out of prompts"
    )

    # Ingestion
    parse_workers: int | None = Field(
        None, ge=1, le=256, description="processes that read files; unset: one for each CPU"
    )
    parse_timeout_s: float = Field(
        300, gt=0, description="longest time to read one file; begins anew after a page of OCR"
    )
    parse_memory_mb: int = Field(
        2048, ge=512, description="most memory to read one file, in megabytes"
    )
    embed_concurrency: int = Field(4, ge=1, le=64, description="embedding requests at a time")

    # Citations
    verify: Literal["off", "rules", "model"] = Field(
        "rules", description="who judges whether a source supports its claim; model: rules, then it"
    )

    # The steps before the answer
    screen: Literal["rules", "model", "off"] = Field(
        "rules", description="who tells which questions are refused; model: rules, then the model"
    )
    screen_failure: Literal["answer", "refuse"] = Field(
        "answer", description="what becomes of a question that the model did not screen in time"
    )
    route: Literal["auto", "rules", "model"] = Field(
        "auto", description="who routes; auto: rules, and a model where they do not decide"
    )

    # Cited pages
    page_copies_mb: int = Field(
        512, ge=0, description="copies of cited pages in data_dir, in megabytes; 0: none"
    )

    # History for condensing
    history_turns: int = Field(6, ge=0, le=100)
    history_tokens: int = Field(1500, ge=0)

    # Chats
    chat_ttl_days: int | None = Field(
        None, ge=1, le=36_500, description="a chat untouched for so long is deleted; unset: never"
    )
    max_chats: int = Field(10_000, ge=1, description="chats of one owner; over it: 409")
    chat_titles: bool = Field(
        True, description="let the model name a chat after its first answer, if there is a model"
    )
    chat_summaries: bool = Field(
        True, description="let the model sum up what no longer fits into the history"
    )

    # Timeouts of a run, in seconds
    screen_timeout_s: float = Field(5, gt=0, description="for the model's verdict on a question")
    route_timeout_s: float = Field(10, gt=0, description="for routing and condensing by a model")
    retrieve_timeout_s: float = Field(30, gt=0, description="for finding the passages")
    first_token_timeout_s: float = Field(60, gt=0)
    idle_timeout_s: float = Field(30, gt=0, description="longest silence in mid-stream")
    run_timeout_s: float = Field(300, gt=0)

    # Runs over all workers
    run_lease_s: float = Field(
        10, ge=1, description="a worker that gives no sign of life for so long is dead"
    )
    disconnect_grace_s: float = Field(
        0, ge=0, description="how long a run goes on when its client left; 0: it is stopped at once"
    )
    run_log: Literal["on", "off"] = Field(
        "on", description="keep what a run tells, so that it can be followed and replayed"
    )
    run_log_max_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, description="of one run; of a longer one only the end is kept"
    )
    run_log_ttl_s: int = Field(3600, ge=1, description="how long a finished run can be replayed")
    run_records: Literal["off", "ids", "text"] = Field(
        "text", description="what `citewire replay` needs; ids: without what prompts are made from"
    )
    run_records_ttl_days: int = Field(
        30, ge=1, le=36_500, description="how long a record is kept, if its chat is not deleted"
    )

    # Who may ask
    api_keys: SecretStr | None = Field(
        None, description="owner:key, with commas between; unset: no keys, all is one owner's"
    )
    api_keys_file: Path | None = Field(
        None, description="lines owner:hash as `citewire key NAME` prints them"
    )
    max_runs_per_owner: int | None = Field(
        None, ge=1, description="concurrent runs of one owner, over all workers; over it: 429"
    )
    api_key: SecretStr | None = Field(
        None, description="what `citewire chat` sends to a server that has keys"
    )

    # The server
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    workers: int = Field(1, ge=1, le=64, description="processes that share the port")
    max_runs: int = Field(256, ge=1, description="concurrent runs of a worker; over it: 429")
    max_body_bytes: int = Field(128 * 1024, ge=1024)
    max_upload_bytes: int = Field(
        100 * 1024 * 1024, ge=1024, description="longest body of an upload, all files together"
    )
    max_upload_space_bytes: int = Field(
        10 * 1024**3, ge=1024, description="space that all uploaded files together may take"
    )
    max_upload_files: int = Field(20, ge=1, le=1000, description="files in one upload")
    max_message_chars: int = Field(8000, ge=1, le=8000)
    sse_ping_s: float = Field(15, gt=0)
    send_timeout_s: float = Field(
        30, gt=0, description="a client that reads nothing for so long is cut off"
    )
    shutdown_grace_s: float = Field(10, ge=2, description="time to store the running answers")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def has_provider(self) -> bool:
        """Whether an OpenAI-compatible provider is configured."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def has_api_keys(self) -> bool:
        """Whether requests need an API key."""
        return self.api_keys is not None or self.api_keys_file is not None

    @property
    def answers_from(self) -> Literal["openai", "extractive"]:
        """Who answers, with `auto` resolved."""
        if self.answers != "auto":
            return self.answers
        return "openai" if self.has_provider else "extractive"

    @property
    def embeddings_from(self) -> Literal["openai", "local"]:
        """Who embeds, with `auto` resolved."""
        if self.embeddings != "auto":
            return self.embeddings
        return "openai" if self.has_provider else "local"

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        if not self.has_provider and "openai" in (self.answers, self.embeddings):
            which = "CITEWIRE_ANSWERS" if self.answers == "openai" else "CITEWIRE_EMBEDDINGS"
            raise ValueError(f"{which}=openai needs OPENAI_API_KEY or OPENAI_BASE_URL")
        if self.passage_overlap >= self.passage_tokens:
            raise ValueError(
                "CITEWIRE_PASSAGE_OVERLAP must be smaller than CITEWIRE_PASSAGE_TOKENS"
            )
        if self.verify == "model" and self.answers_from == "extractive":
            raise ValueError("CITEWIRE_VERIFY=model needs a language model (CITEWIRE_ANSWERS)")
        if self.answers_from == "extractive" and "model" in (self.screen, self.route):
            which = "CITEWIRE_SCREEN" if self.screen == "model" else "CITEWIRE_ROUTE"
            raise ValueError(f"{which}=model needs a language model (CITEWIRE_ANSWERS)")
        if self.first_token_timeout_s > self.run_timeout_s:
            raise ValueError(
                "CITEWIRE_FIRST_TOKEN_TIMEOUT_S must not be longer than CITEWIRE_RUN_TIMEOUT_S"
            )
        if self.disconnect_grace_s and self.run_log == "off":
            raise ValueError("CITEWIRE_DISCONNECT_GRACE_S needs CITEWIRE_RUN_LOG=on")
        if self.embeddings_from == "local" and self.embed_dim not in (None, 384):
            raise ValueError("CITEWIRE_EMBED_DIM: the local embedding model has 384 dimensions")
        return self


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment and `.env`, with `overrides` on top.

    Raises:
        ConfigurationError: a name is unknown, a value is not valid or two contradict each other.
    """
    _refuse_unknown_names()
    _refuse_empty_keys()
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigurationError(_describe(error)) from None


def env_name(field: str) -> str:
    """The environment variable that sets `field`."""
    return field.upper() if field.startswith("openai_") else f"{PREFIX}{field.upper()}"


def _refuse_unknown_names() -> None:
    known = {env_name(field) for field in Settings.model_fields}
    given = {*os.environ, *(dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else ())}
    unknown = sorted(n for n in given if n.upper().startswith(PREFIX) and n.upper() not in known)
    if unknown:
        raise ConfigurationError(
            f"unknown setting {', '.join(unknown)}; the known ones are listed in .env.example"
        )


def _refuse_empty_keys() -> None:
    """Elsewhere empty counts as unset, but keys that got lost on the way must not open a server."""
    given = {**(dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else {}), **os.environ}
    for name in (env_name("api_keys"), env_name("api_keys_file")):
        if not (given.get(name, "unset") or "").strip():
            raise ConfigurationError(
                f"{name} is empty: unset it if everybody may ask, or see `citewire key --help`"
            )


def _describe(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        said = problem["msg"].removeprefix("Value error, ")
        field = str(problem["loc"][0]) if problem["loc"] else ""
        name = env_name(field) if field in Settings.model_fields else field
        lines.append(f"{name}: {said}" if name else said)
    return "; ".join(lines)
