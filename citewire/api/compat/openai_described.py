"""What OpenAI's clients are told, for the description alone: it is sent as it is made.

What OpenAI fixes is in its own documents; here is what we send of it, with our extra fields.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from citewire.workflows.evidence import Evidence


class _Sent(BaseModel):
    model_config = ConfigDict(extra="allow")


class OpenAiFault(BaseModel):
    """What is wrong; `code` is one of ours."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAiError(BaseModel):
    """A refusal in OpenAI's form."""

    error: OpenAiFault


class UrlCitation(_Sent):
    """A citation; places count characters."""

    start_index: int
    end_index: int
    title: str
    url: str
    claim_start_index: int
    claim_end_index: int
    label: int
    passage_id: str
    doc_id: str
    file_name: str
    page: int
    page_label: str
    quote: str
    address: str
    verdict: str
    verdict_method: str
    verdict_reason: str


class UrlAnnotation(BaseModel):
    """A citation as Chat Completions has it."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class CompletionMessage(_Sent):
    """The answer."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[UrlAnnotation]


class CompletionChoice(_Sent):
    """The one answer."""

    index: Literal[0]
    message: CompletionMessage
    logprobs: None
    finish_reason: Literal["stop", "length", "content_filter"]


class CompletionUsage(_Sent):
    """Tokens as OpenAI counts them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionExtras(_Sent):
    """What of an answer OpenAI has no words for."""

    run_id: str
    finish_reason: str
    evidence: Evidence | None
    warnings: list[dict[str, Any]]
    sources: list[dict[str, Any]]


class ChatCompletion(BaseModel):
    """An answer in one piece."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: CompletionUsage
    citewire: CompletionExtras


class ChunkDelta(_Sent):
    """What a chunk adds: text, or at the end `annotations`."""


class ChunkChoice(_Sent):
    """What a chunk adds to the one answer."""

    index: Literal[0]
    delta: ChunkDelta
    logprobs: None
    finish_reason: Literal["stop", "length", "content_filter"] | None


class ChatCompletionChunk(_Sent):
    """A piece of a stream, whose last line is `[DONE]` and no JSON; the last may be an error."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
