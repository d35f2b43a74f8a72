"""All names in traces: spans, attributes and events, each with what it says.

Those that begin with `gen_ai.`, `db.`, `server.` and `error.` are OpenTelemetry's own (semantic
conventions for generative AI 0.1, databases and errors 1.45); what has no name there begins with
`citewire.`. The table in docs/traces.md is made of these.
"""

from collections.abc import Mapping
from typing import Final

SERVICE: Final = "citewire"

RUN: Final = "invoke_workflow citewire"
ADMIT: Final = "admit"
STEP: Final = "step "
CATALOGUE: Final = "catalogue"
CONDENSE: Final = "condense"
RETRIEVAL: Final = "retrieval"
RERANK: Final = "rerank"
LOOK: Final = "second look"
AROUND: Final = "read context"
VERIFY: Final = "verify"
STORE: Final = "store turn"
CHAT: Final = "chat "
EMBEDDINGS: Final = "embeddings "
FT_SEARCH: Final = "FT.SEARCH"
FT_AGGREGATE: Final = "FT.AGGREGATE"
HMGET: Final = "HMGET"
FOLLOW: Final = "follow run"
LOST: Final = "end lost run"
UPKEEP: Final = "look after chat"
SUGGEST: Final = "suggest questions"
INGEST: Final = "ingest"
DOCUMENT: Final = "ingest document"
READ: Final = "read"
EMBED: Final = "embed passages"
WRITE: Final = "write passages"

SPANS: Final[Mapping[str, tuple[str, str]]] = {
    RUN: ("a `traceparent`, or nothing", "a question, from its admission to the stored turn"),
    ADMIT: (RUN, "taking a place among the runs and reading the chat"),
    STEP: (RUN, "a step of the workflow: `screen`, `route`, `answer`, `reply`, `refuse`, `record`"),
    CATALOGUE: (STEP, "answering from the list of documents"),
    CONDENSE: (STEP, "rewriting the question so that it stands alone"),
    RETRIEVAL: (STEP, "finding passages, with all round trips"),
    RERANK: (RETRIEVAL, "the reranking model"),
    LOOK: (STEP, "looking again where the evidence was weak"),
    AROUND: (STEP, "reading what stands around the sources"),
    CHAT: ("whatever asks", "a language model, then its name: retries included, to the last token"),
    EMBEDDINGS: ("whatever asks", "an embedding model, then its name"),
    FT_SEARCH: (RETRIEVAL, "a round trip to Redis that searches"),
    FT_AGGREGATE: (AROUND, "a round trip to Redis that reads parts of pages"),
    HMGET: (RETRIEVAL, "a round trip to Redis that reads passages"),
    VERIFY: (
        RUN,
        "checking what is left when the text is complete; an event for each verdict",
    ),
    STORE: (RUN, "storing the turn"),
    FOLLOW: ("a `traceparent`, or nothing", "somebody hears a run again; linked with its trace"),
    LOST: (RUN, "ending a run whose worker died"),
    UPKEEP: ("nothing", "a chat is given a title or summary"),
    SUGGEST: ("nothing", "a model is asked what one may ask of the reports of a collection"),
    INGEST: ("nothing", "an ingestion of folders, with the requests that embed"),
    DOCUMENT: ("nothing", "a document, in a trace of its own, linked with its ingestion"),
    READ: (DOCUMENT, "reading its file"),
    EMBED: (DOCUMENT, "waiting for the vectors of some of its passages"),
    WRITE: (DOCUMENT, "writing some of its passages"),
}
"""Under which span each stands, and what it is of; what ends with a space goes on with a name."""

ERROR_TYPE: Final = "error.type"
OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
SYSTEM: Final = "gen_ai.system"
AGENT: Final = "gen_ai.agent.name"
CONVERSATION: Final = "gen_ai.conversation.id"
REQUEST_MODEL: Final = "gen_ai.request.model"
MAX_TOKENS: Final = "gen_ai.request.max_tokens"
TEMPERATURE: Final = "gen_ai.request.temperature"
IS_STREAM: Final = "gen_ai.request.stream"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
INPUT: Final = "gen_ai.input.messages"
OUTPUT: Final = "gen_ai.output.messages"
TOP_K: Final = "gen_ai.retrieval.top_k"
VERDICT: Final = "gen_ai.evaluation.result"
VERDICT_NAME: Final = "gen_ai.evaluation.name"
VERDICT_LABEL: Final = "gen_ai.evaluation.score.label"
SERVER: Final = "server.address"
PORT: Final = "server.port"
DB_SYSTEM: Final = "db.system.name"
DB_OPERATION: Final = "db.operation.name"
DB_BATCH: Final = "db.operation.batch.size"
RETRY: Final = "citewire.retry"
RUN_ID: Final = "citewire.run.id"
END: Final = "citewire.run.end"
STOPPED_BY: Final = "citewire.run.stopped_by"
ROUTE: Final = "citewire.run.route"
EVIDENCE: Final = "citewire.run.evidence"
SOURCES: Final = "citewire.sources"
CITATIONS: Final = "citewire.citations"
VERDICTS: Final = "citewire.verdicts."
METHOD: Final = "citewire.verdict.method"
PURPOSE: Final = "citewire.model.purpose"
TEXTS: Final = "citewire.texts"
PARTS: Final = "citewire.parts"
PASSAGES: Final = "citewire.passages"
PAGES: Final = "citewire.pages"
DOCUMENTS: Final = "citewire.documents"
FAILED: Final = "citewire.documents.failed"
DOC_ID: Final = "citewire.document.id"
CANCELLED: Final = "citewire.cancelled"

ATTRIBUTES: Final[Mapping[str, str]] = {
    ERROR_TYPE: "the `code` of the error ([protocol](protocol.md)), or its kind",
    OPERATION: "`invoke_workflow`, `retrieval`, `chat`, `embeddings` or `rerank`",
    PROVIDER: "of the model, by its address; `citewire` for a model of this machine",
    SYSTEM: "the same under its older name",
    AGENT: "`citewire`",
    CONVERSATION: "the chat",
    REQUEST_MODEL: "the model that is asked",
    MAX_TOKENS: "longest answer",
    TEMPERATURE: "of the request",
    IS_STREAM: "whether the answer is streamed",
    RESPONSE_MODEL: "the model that the provider names",
    FINISH_REASONS: "why the model ended",
    FIRST_CHUNK: "seconds to the first text",
    INPUT_TOKENS: "tokens of the prompt, or of the texts embedded",
    OUTPUT_TOKENS: "tokens of the answer",
    INPUT: "what was asked; only if content is to be captured",
    OUTPUT: "what was answered; only if content is to be captured",
    TOP_K: "passages wanted",
    SERVER: "where the model is",
    PORT: "its port",
    DB_SYSTEM: "`redis`",
    DB_OPERATION: "the command",
    DB_BATCH: "commands in one round trip, if several",
    RUN_ID: "the run",
    END: "`done`, `stopped`, `error`; `refused`, or `joined` to the same one asked before",
    STOPPED_BY: "who stopped it",
    ROUTE: "`answer`, `catalogue`, `reply` or `refuse`",
    EVIDENCE: "`strong`, `weak` or `none`",
    SOURCES: "sources given",
    CITATIONS: "citations made",
    VERDICTS: "then a status: so many citations have it",
    PURPOSE: "what the model is asked for",
    TEXTS: "texts embedded or ranked",
    PARTS: "questions in the question",
    PASSAGES: "passages found, read, embedded or written",
    PAGES: "pages of the document",
    DOCUMENTS: "files of the folders",
    FAILED: "of them failed",
    DOC_ID: "the document",
    CANCELLED: "ended because nobody waits for it any more",
}
"""What each attribute says; what ends with a dot goes on with a name."""

EVENTS: Final[Mapping[str, str]] = {
    VERDICT: f"a verdict: `{VERDICT_NAME}` (`citation`), `{VERDICT_LABEL}`, `{METHOD}`",
    RETRY: f"a model is asked again, for `{ERROR_TYPE}`",
}
"""What each event in a span says."""
