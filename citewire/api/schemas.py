"""What crosses the wire as JSON, besides the stream's events."""

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from citewire.api.patterns import COLLECTION, DATE
from citewire.content.outdated import Outdated
from citewire.services.access.reach import Reach
from citewire.services.answers.events import StoppedBy, Timings, TurnStatus, Usage
from citewire.services.assembly.readiness import CheckResult
from citewire.services.citations.locating import Match
from citewire.services.citations.model import Citation, Source, Warned
from citewire.services.citations.rectangles import Rectangle
from citewire.services.passages.change import PassageNow
from citewire.services.passages.succession import Standing
from citewire.services.reading.cleaning import clean_line
from citewire.services.uploads.receiving import UploadedFile
from citewire.storage.keys import IDENTIFIER
from citewire.storage.library.documents import DocumentRecord
from citewire.storage.library.lineage import State
from citewire.text.report_periods import PERIOD
from citewire.workflows.catalogue.model import DocumentName
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import FinishReason

Identifier = Annotated[str, StringConstraints(pattern=rf"^{IDENTIFIER}$")]
FolderName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
OrganisationName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ReportKind = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Period = Annotated[str, StringConstraints(pattern=rf"^{PERIOD}$")]


CollectionId = Annotated[str, StringConstraints(pattern=COLLECTION)]


class Filters(BaseModel):
    """Answer from these documents only; an empty list means any, and every list must fit.

    Organisations are compared without their legal form; a period is `2022`, `2022-H1` or
    `2022-Q3`, and a year means what lies in it, too; `annual report` means 10-K filings, too.
    """

    model_config = ConfigDict(extra="forbid")

    doc_ids: list[Identifier] = Field(default_factory=list, max_length=1000)
    folders: list[FolderName] = Field(default_factory=list, max_length=100)
    organisations: list[OrganisationName] = Field(default_factory=list, max_length=100)
    periods: list[Period] = Field(default_factory=list, max_length=100)
    kinds: list[ReportKind] = Field(default_factory=list, max_length=100)
    collections: list[CollectionId] = Field(
        default_factory=list,
        max_length=1000,
        description="ids of shared collections; `private` is one's own",
    )


class AskRequest(BaseModel):
    """A question, in a chat or starting one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    message: str = Field(min_length=1, max_length=8000)
    chat_id: Identifier | None = None
    filters: Filters | None = None
    replaces: Identifier | None = Field(
        None, description="a question of the chat: this one is asked in its place, as a branch"
    )

    @model_validator(mode="after")
    def _replaces_in_a_chat(self) -> Self:
        if self.replaces is not None and self.chat_id is None:
            raise ValueError("replaces needs a chat_id")
        return self


class SearchRequest(BaseModel):
    """What to search for, and in which documents."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    query: str = Field(min_length=1, max_length=8000, description="words or a question")
    limit: int = Field(10, ge=1, le=50, description="so many passages at most")
    filters: Filters | None = None


class FoundSources(BaseModel):
    """Passages, the best first, as the sources of an answer are told."""

    sources: list[Source]


class Feedback(BaseModel):
    """What a person thinks of an answer."""

    rating: Literal["up", "down"] | None
    comment: str


class Turn(BaseModel):
    """One message of a chat, as stored; what comes after `siblings` belongs to answers only.

    `siblings` are all versions of a message, oldest first and with itself, if there are several.
    """

    model_config = ConfigDict(extra="allow")

    message_id: str
    role: Literal["user", "assistant"]
    text: str
    status: TurnStatus
    created_at: str
    parent_id: str | None = None
    siblings: list[str] = Field(default_factory=list)
    feedback: Feedback | None = None
    sources: list[Source] = Field(default_factory=list)
    evidence: Evidence | None = None
    citations: list[Citation] = Field(default_factory=list)
    warnings: list[Warned] = Field(default_factory=list)
    run_id: str | None = None
    model: str | None = None
    standalone: str | None = None
    sub_questions: list[str] = Field(default_factory=list)
    document: DocumentName | None = None
    finish_reason: FinishReason | None = None
    stopped_by: StoppedBy | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    error: str | None = None


class LocationView(BaseModel):
    """Where a document lies.

    `unread` says why what lies there now could not be read, `changed_at` when that changed; both
    are empty where the document lies there still.
    """

    model_config = ConfigDict(from_attributes=True)

    folder: str
    path: str
    unread: str
    changed_at: str


class DocumentView(BaseModel):
    """One ingested document; `corrected` names the fields that somebody set by hand.

    `organisation` and `kind` are empty where nothing tells them. `collection` is `private` or the
    id of a shared one, whose name follows. `outdated` tells which version of its file it is, where
    that changed and could not be read (`locations` say why); null otherwise.
    """

    model_config = ConfigDict(from_attributes=True)

    doc_id: str
    title: str
    language: str
    pages: int
    passages: int
    ingested_at: str
    date: str | None
    organisation: str
    periods: list[str]
    kind: str
    notes: list[str]
    locations: list[LocationView]
    corrected: list[str]
    collection: str
    collection_name: str
    outdated: Outdated | None

    @classmethod
    def of(cls, record: DocumentRecord, reach: Reach) -> Self:
        """As whoever may read it is told of it."""
        collection, name = reach.named(record.owner)
        told = {field: getattr(record, field, None) for field in cls.model_fields}
        return cls.model_validate({**told, "collection": collection, "collection_name": name})


class DocumentCorrection(BaseModel):
    """What is to be corrected of a document; null goes back to what its reader found.

    `organisation`, `periods` and `kind` may be empty: then it has none.
    """

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    date: Annotated[str, Field(pattern=DATE)] | None = Field(
        None, description="ISO: a day, a month or a year"
    )
    organisation: Annotated[str, Field(max_length=200)] | None = None
    periods: Annotated[list[Period], Field(max_length=40)] | None = Field(
        None, description="`2022`, `2022-H1` or `2022-Q3`"
    )
    kind: Annotated[str, Field(max_length=60)] | None = None

    @field_validator("title")
    @classmethod
    def _one_line(cls, title: str | None) -> str | None:
        cleaned = None if title is None else clean_line(title)
        if cleaned == "":
            raise ValueError("the title is blank")
        return cleaned

    @field_validator("organisation", "kind")
    @classmethod
    def _plain_line(cls, said: str | None) -> str | None:
        return None if said is None else clean_line(said)

    @field_validator("periods")
    @classmethod
    def _each_once(cls, periods: list[str] | None) -> list[str] | None:
        return None if periods is None else list(dict.fromkeys(periods))

    @field_validator("date")
    @classmethod
    def _is_there(cls, date: str | None) -> str | None:
        if date is not None:
            datetime.date.fromisoformat(f"{date}-01-01"[:10])  # of a month or year its first day
        return date


class DocumentList(BaseModel):
    """All ingested documents."""

    documents: list[DocumentView]


class PassageState(BaseModel):
    """What became of a passage; `now` is where it is in the version that replaced its own."""

    passage_id: str
    state: State
    now: PassageNow | None
    note: str | None

    @classmethod
    def of(cls, passage_id: str, standing: Standing) -> Self:
        """As it is told."""
        return cls(
            passage_id=passage_id, state=standing.state, now=standing.now, note=standing.note
        )


class PassageStates(BaseModel):
    """What became of several passages."""

    passages: list[PassageState]


class CellView(BaseModel):
    """A cell, from 0; `start` and `end` count UTF-16 in the passage, merged cells stand once."""

    model_config = ConfigDict(from_attributes=True)

    row: int
    column: int
    rows: int
    columns: int
    text: str
    start: int
    end: int
    rectangle: Rectangle | None
    address: str


class TableView(BaseModel):
    """The grid of a table; `caption`, `unit` and `sheet` are empty if there is none."""

    caption: str
    unit: str
    sheet: str
    header_rows: int
    header_columns: int
    rows: int
    columns: int
    cells: list[CellView]


class PassageView(BaseModel):
    """A passage; `lines` are empty and `page_size` (points) null for formats without a layout."""

    passage_id: str
    doc_id: str
    title: str
    file_name: str
    folder: str
    page_start: int
    page_end: int
    page_label: str
    section: str
    kind: str
    text: str
    page: int
    page_size: tuple[float, float] | None
    lines: list[Rectangle]
    table: TableView | None
    figure: Rectangle | None
    url: str
    state: State
    now: PassageNow | None
    note: str | None


class HighlightsView(BaseModel):
    """Where a quote stands in a passage and on its page; offsets count UTF-16 code units."""

    passage_id: str
    page: int
    page_size: tuple[float, float] | None
    match: Match
    quote: str
    start: int
    end: int
    rectangles: list[Rectangle]
    cells: list[CellView]


class PlaceView(BaseModel):
    """A part of a passage, from `start` up to and without `end` in UTF-16 code units."""

    model_config = ConfigDict(from_attributes=True)

    start: int
    end: int
    rectangles: list[Rectangle]


class PlacesView(BaseModel):
    """Where parts of a passage stand on its page."""

    passage_id: str
    page: int
    places: list[PlaceView]


class CreatedJob(BaseModel):
    """The job that ingests an upload."""

    job_id: str
    folder: str
    files: list[UploadedFile]


class FileView(BaseModel):
    """What became of one file; its path is relative to the folder."""

    path: str
    doc_id: str | None
    status: Literal["new", "changed", "moved", "copied", "unchanged", "removed", "failed"]
    reason: str | None
    pages: int
    passages: int
    notes: list[str]


class JobView(BaseModel):
    """A background ingestion."""

    job_id: str
    folder: str
    collection: str = "private"
    status: Literal["queued", "running", "done", "failed", "stopped", "interrupted"]
    created_at: str
    finished_at: str | None
    progress: dict[str, int]
    seconds: dict[str, float] = Field(
        default_factory=dict,
        description="How long was read, embedded and written in this turn, which go on together.",
    )
    counts: dict[str, int]
    files: list[FileView]
    error: dict[str, Any] | None


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobView]


class ProblemView(BaseModel):
    """A refusal as problem JSON (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    request_id: str


class Alive(BaseModel):
    """The process is there."""

    status: Literal["alive"]


class Readiness(BaseModel):
    """Whether the service can answer, and what stands in the way; `degraded` is ready as well."""

    ready: bool
    status: Literal["ready", "degraded", "unavailable"]
    checks: list[CheckResult]
