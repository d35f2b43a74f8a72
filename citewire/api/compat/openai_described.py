"""What OpenAI's clients are told, for the description alone: it is sent as it is made.

What OpenAI fixes is in its own documents; here is what we send of it, with our extra fields.
"""

from typing import Any, Final, Literal

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


RESPONSE_EVENTS: Final = tuple(
    f"response.{name}"
    for name in (
        *("created", "in_progress", "completed", "incomplete", "failed"),
        *("output_item.added", "output_item.done"),
        *("content_part.added", "content_part.done"),
        *("output_text.delta", "output_text.done", "output_text.annotation.added"),
        *("file_search_call.in_progress", "file_search_call.searching"),
        "file_search_call.completed",
    )
)
"""All events of a response; a test holds those that are sent against them."""


class FileSearchCall(_Sent):
    """What was searched for, and with `include` what was found."""

    id: str
    type: Literal["file_search_call"]
    status: str
    queries: list[str]
    results: list[dict[str, Any]] | None


class FileCitation(UrlCitation):
    """A citation with the file that it is of."""

    type: Literal["url_citation", "file_citation"]


class OutputText(_Sent):
    """The text of an answer."""

    type: Literal["output_text"]
    text: str
    annotations: list[FileCitation]
    logprobs: list[Any]


class ResponseMessage(_Sent):
    """The answer."""

    id: str
    type: Literal["message"]
    status: str
    role: Literal["assistant"]
    content: list[OutputText]


class ResponseUsage(_Sent):
    """Tokens as Responses counts them."""

    input_tokens: int
    output_tokens: int
    total_tokens: int


class OpenAiResponse(_Sent):
    """A response; once it is over, `citewire` has what OpenAI has no words for."""

    id: str
    object: Literal["response"]
    created_at: int
    completed_at: int | None
    status: Literal["in_progress", "completed", "incomplete", "failed"]
    error: dict[str, Any] | None
    incomplete_details: dict[str, Any] | None
    model: str
    output: list[FileSearchCall | ResponseMessage]
    usage: ResponseUsage | None


class ResponseEvent(_Sent):
    """An event of a response, after whose last comes `[DONE]`; `type` is its name."""

    type: str
    sequence_number: int
