"""What a run tells its client: the events of the wire contract, as plain dataclasses.

Field names and order are the contract's (docs/protocol.md). `name` is the SSE event name. Offsets
count UTF-16 code units of the cleaned answer. None has slots: orjson takes four times as long to
write those.
"""

from dataclasses import asdict, dataclass, field
from typing import ClassVar, Final, Literal, Self, get_args

from citewire.errors import CitewireError
from citewire.services.citations.model import Citation, Source, Verdict, Warned
from citewire.workflows.catalogue.model import DocumentName
from citewire.workflows.events import Stage
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import FinishReason

StoppedBy = Literal["user", "disconnect", "shutdown", "timeout", "access"]
TurnStatus = Literal["complete", "stopped", "error"]


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
    """The run has begun. It is sent before any call to a model: a client can stop at once."""

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
    """What is searched for; not sent when no report is asked.

    `document` alone is searched if it is not null, because the question points at it.
    """

    name: ClassVar = "query"
    original: str
    standalone: str
    rewritten: bool
    sub_questions: tuple[str, ...] = ()
    document: DocumentName | None = None


@dataclass(frozen=True)
class Sources:
    """All passages that the answer is made from, before the first `delta`; may be empty."""

    name: ClassVar = "sources"
    sources: list[Source]
    evidence: Evidence | None
    took_ms: float


@dataclass  # not frozen: that would double the cost of making one per token
class Delta:
    """One piece of the cleaned answer; `offset` is where it starts, so that loss shows."""

    name: ClassVar = "delta"
    text: str
    offset: int


@dataclass(frozen=True)
class Done:
    """The answer is complete and stored; a client that lost all else can show it from this."""

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
    evidence: Evidence | None = None
    warnings: list[Warned] = field(default_factory=list)
    model: str = ""


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
    """The run failed; `message` is safe to show: never exception text, never a secret."""

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


EndEvent = Done | Stopped | Failed
"""The last event of a run: there is exactly one."""
RunEvent = Start | Status | Query | Sources | Delta | Citation | Verdict | Warned | EndEvent
"""The one list of events; the schema, the docs and the web client's names are made from it."""

EVENTS: Final[dict[str, type[RunEvent]]] = {event.name: event for event in get_args(RunEvent)}
"""The type of the data of each event, by the event's name."""
ENDS: Final[tuple[str, ...]] = tuple(event.name for event in get_args(EndEvent))
