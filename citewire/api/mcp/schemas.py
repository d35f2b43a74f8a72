"""What tools take and give, as their schemas tell models."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citewire.api.compat.cited import CitedClaim
from citewire.api.schemas import DocumentView, Filters, Identifier
from citewire.services.reading.title import name_for_models

MOST_CHARS = 8000
"""The longest question that any server takes; its own limit may be lower."""
MOST_FOUND, MOST_LISTED = 50, 200

Asked = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_CHARS, strip_whitespace=True)
]


class SearchArguments(Filters):
    """What to search for, and in which reports."""

    query: Asked = Field(description="words or a question, in any language")
    limit: int = Field(10, ge=1, le=MOST_FOUND, description="so many passages at most")


class FetchArguments(BaseModel):
    """Which passage."""

    model_config = ConfigDict(extra="forbid")

    id: Identifier = Field(description="of a passage, as `search` and `ask` give them")


class AskArguments(Filters):
    """A question that stands alone, and which reports may answer it."""

    question: Asked = Field(description="stands alone: nothing is known of what was said before")


class ListArguments(BaseModel):
    """Which part of the list."""

    model_config = ConfigDict(extra="forbid")

    offset: int = Field(0, ge=0, le=10_000_000, description="so many documents are passed over")
    limit: int = Field(50, ge=1, le=MOST_LISTED, description="so many documents at most")


class SearchHit(BaseModel):
    """A passage that was found; `text` is the beginning of it."""

    id: str
    title: str
    url: str
    text: str
    uri: str
    doc_id: str
    file_name: str
    page: int
    page_label: str
    section: str


class SearchResult(BaseModel):
    """Passages, the best first."""

    results: list[SearchHit]


class PassageFacts(BaseModel):
    """What is known of a passage; `state` is `current`, `superseded` or `gone`.

    `now` is the passage that took its place, if its report was replaced.
    """

    uri: str
    doc_id: str
    report: str
    file_name: str
    folder: str
    page: int
    page_label: str
    section: str
    kind: str
    organisation: str
    periods: list[str]
    state: str
    now: str | None
    note: str | None


class FetchResult(BaseModel):
    """A passage, with what stands around it on its page."""

    id: str
    title: str
    text: str
    url: str
    metadata: PassageFacts


class AnswerSource(BaseModel):
    """A passage that the answer was made from; `n` is its number."""

    n: int
    passage_id: str
    uri: str
    url: str
    doc_id: str
    title: str
    file_name: str
    page: int
    page_label: str
    section: str
    cited: bool


class AnswerWarning(BaseModel):
    """What one should know of the answer."""

    code: str
    message: str


class AskResult(BaseModel):
    """An answer of which every claim was checked against the passage that it cites.

    `evidence` is `strong`, `weak` or `none`; places count characters of the answer.
    """

    answer: str
    finish_reason: str
    evidence: Literal["strong", "weak", "none"] | None
    citations: list[CitedClaim]
    sources: list[AnswerSource]
    warnings: list[AnswerWarning]
    model: str
    run_id: str


class ListedDocument(BaseModel):
    """A document; `collection` is `private` or the id of a shared one, whose name follows."""

    doc_id: str
    title: str
    organisation: str
    periods: list[str]
    kind: str
    date: str | None
    language: str
    pages: int
    folders: list[str]
    collection: str
    collection_name: str

    @classmethod
    def of(cls, view: DocumentView) -> Self:
        """The document as it is told elsewhere, without what is of no use here."""
        folders = dict.fromkeys(name_for_models(one.folder) for one in view.locations)
        told = view.model_dump(include=set(cls.model_fields))
        return cls.model_validate({**told, "folders": list(filter(None, folders))})


class ListResult(BaseModel):
    """A part of the list; `next_offset` is where the next begins, null on the last."""

    documents: list[ListedDocument]
    total: int
    next_offset: int | None


class JsonRpcMessage(BaseModel):
    """A message of JSON-RPC 2.0: a result, an error, or a notification under way.

    The schemas of its parts are those of the Model Context Protocol.
    """

    model_config = ConfigDict(extra="allow")

    jsonrpc: Literal["2.0"]


class RefusalData(BaseModel):
    """What of a refusal JSON-RPC has no words for; an error of the protocol has other data."""

    model_config = ConfigDict(extra="allow")

    code: str
    retryable: bool
    request_id: str


class JsonRpcFault(BaseModel):
    """What is wrong."""

    model_config = ConfigDict(extra="allow")

    code: int
    message: str


class RefusalFault(JsonRpcFault):
    """What is wrong with a request before it is read."""

    data: RefusalData


class JsonRpcError(BaseModel):
    """An error of JSON-RPC; before a request is read, it is of none, and its `id` is null."""

    jsonrpc: Literal["2.0"]
    id: str | int | None
    error: RefusalFault | JsonRpcFault
