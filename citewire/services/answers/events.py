"""What a run tells its client: the events of the wire contract, as plain dataclasses.

Field names and order are the contract's (docs/protocol.md). `name` is the SSE event name. Offsets
count UTF-16 code units of the cleaned answer. None has slots: orjson takes four times as long to
write those.
"""

from dataclasses import asdict, dataclass, field
from typing import ClassVar, Literal, Self

from llama_index.core.schema import NodeWithScore

from citewire.content.withheld import Spans, spans_of
from citewire.errors import CitewireError
from citewire.services.citations.claims import utf16_length
from citewire.services.citations.locating import Match
from citewire.workflows.events import Stage
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import FinishReason

StoppedBy = Literal["user", "disconnect", "shutdown", "timeout"]
TurnStatus = Literal["complete", "stopped", "error"]
WarningCode = Literal[
    "dropped_marker", "unsupported_number", "no_citation", "truncated", "condense_fallback"
]
VerificationStatus = Literal["supported", "partial", "unsupported", "unchecked"]
Origin = Literal["marked", "inferred"]


@dataclass(frozen=True)
class Withheld:
    """A part of a source's text that the model is not given, from `start` up to and without `end`.

    `reason` is `invisible`, `hidden` or `instruction`; more may come.
    """

    start: int
    end: int
    reason: str


@dataclass
class Source:
    """A numbered passage given to the model; offsets of `withheld` count UTF-16 in its text."""

    n: int
    passage_id: str
    doc_id: str
    title: str
    file_name: str
    folder: str
    page_start: int
    page_end: int
    page_label: str
    text: str
    score: float
    url: str
    cited: bool = False
    withheld: list[Withheld] = field(default_factory=list)

    @classmethod
    def from_node(cls, n: int, found: NodeWithScore) -> "Source":
        """Source `n` of an answer, from the node that carries the passage."""
        node = found.node
        facts = node.metadata
        page = int(facts["page"])
        doc_id = node.ref_doc_id or ""
        return cls(
            n=n,
            passage_id=node.node_id,
            doc_id=doc_id,
            title=facts["title"],
            file_name=facts["file_name"],
            folder=facts["folder"],
            page_start=page,
            page_end=page,
            page_label=facts["page_label"],
            text=node.get_content(),
            score=round(found.score or 0.0, 4),
            url=f"/documents/{doc_id}/file#page={page}",
            withheld=_withheld(node.get_content(), spans_of(facts)),
        )

    @property
    def readable(self) -> str:
        """Its text with blanks for what is withheld, every place unchanged: what may support."""
        if not self.withheld:
            return self.text
        units = bytearray(self.text.encode("utf-16-le"))
        for one in self.withheld:
            units[2 * one.start : 2 * one.end] = " ".encode("utf-16-le") * (one.end - one.start)
        return units.decode("utf-16-le")


def _withheld(text: str, spans: Spans) -> list[Withheld]:
    return [
        Withheld(utf16_length(text[:start]), utf16_length(text[:end]), reason)
        for start, end, reason in spans
    ]


@dataclass(frozen=True)
class Span:
    """A part of the answer, from `start` up to and without `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Quote:
    """The words of the source that carry a claim; empty where `match` is `none`."""

    text: str
    page: int
    match: Match


@dataclass(frozen=True)
class Verification:
    """What checking a claim against its source gave; `score` from 0 to 1."""

    status: VerificationStatus
    score: float | None
    method: str


@dataclass(frozen=True)
class Citation:
    """One reference of the answer to a source.

    `label` numbers the sources by first use and is what the marker shows. An inferred citation
    has no marker: its `marker_span` is empty and lies at the end of the claim.
    """

    name: ClassVar = "citation"
    citation_id: str
    n: int
    label: int
    passage_id: str
    claim_span: Span
    marker_span: Span
    quote: Quote
    verification: Verification
    origin: Origin = "marked"


@dataclass(frozen=True)
class Verdict:
    """What verification says of a citation that was sent before."""

    name: ClassVar = "verdict"
    citation_id: str
    verification: Verification


@dataclass
class Usage:
    """Tokens of the model; `tokens_after_stop` is what the provider sent after the stop."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    tokens_after_stop: int = 0


@dataclass
class Timings:
    """Milliseconds since the run began; None for what it did not reach."""

    retrieve_ms: float | None = None
    first_token_ms: float | None = None
    total_ms: float | None = None


@dataclass(frozen=True)
class Ids:
    """The names of a run and of the two messages that it makes."""

    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str


@dataclass(frozen=True)
class Start:
    """The run has begun; nothing was asked of a model yet."""

    name: ClassVar = "start"
    protocol: int
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str
    created_at: str
    model: str


@dataclass(frozen=True)
class Status:
    """What is happening now."""

    name: ClassVar = "status"
    stage: Stage
    elapsed_ms: float


@dataclass(frozen=True)
class Query:
    """What is searched for."""

    name: ClassVar = "query"
    original: str
    standalone: str
    rewritten: bool
    sub_questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sources:
    """All passages that the model is given."""

    name: ClassVar = "sources"
    sources: list[Source]
    evidence: Evidence
    took_ms: float


@dataclass  # not frozen: that would double the cost of making one per token
class Delta:
    """One piece of the cleaned answer."""

    name: ClassVar = "delta"
    text: str
    offset: int


@dataclass(frozen=True)
class Warned:
    """Something the client should know that does not end the run; `span` is where, if known."""

    name: ClassVar = "warning"
    code: WarningCode
    message: str
    span: Span | None = None


@dataclass(frozen=True)
class Done:
    """The answer is complete and stored; enough by itself to show it."""

    name: ClassVar = "done"
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str
    finish_reason: FinishReason
    answer: str
    citations: list[Citation]
    sources: list[Source]
    usage: Usage
    timings: Timings


@dataclass(frozen=True)
class Stopped:
    """The run was stopped; what it says is what was stored."""

    name: ClassVar = "stopped"
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str
    by: StoppedBy
    answer: str
    citations: list[Citation]
    usage: Usage


@dataclass(frozen=True)
class Failed:
    """The run failed, in words that are safe to show."""

    name: ClassVar = "error"
    code: str
    message: str
    retryable: bool
    request_id: str
    partial_saved: bool
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str

    @classmethod
    def by(cls, error: CitewireError, *, ids: Ids, partial_saved: bool) -> Self:
        """The end of the run `ids` by `error`."""
        return cls(
            code=error.code,
            message=error.public,
            retryable=error.retryable,
            request_id=ids.run_id,
            partial_saved=partial_saved,
            **asdict(ids),
        )


RunEvent = (
    Start | Status | Query | Sources | Delta | Citation | Verdict | Warned | Done | Stopped | Failed
)
