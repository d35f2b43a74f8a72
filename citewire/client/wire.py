"""What a server sends, as the client's types; made from the server's own by `make docs`.

What a newer server sends besides is kept, and words that this version does not know are let
through: a type says `str` where a word is one of several.
"""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class FromServer(BaseModel):
    """Something that a server sent."""

    model_config = ConfigDict(extra="allow", frozen=True)


class StreamEvent(FromServer):
    """An event of an answer; `name` is what it is called on the wire."""

    name: ClassVar[str]


class Start(StreamEvent):
    """The run has begun. It is sent before any call to a model: a client can stop at once."""

    name: ClassVar[str] = "start"
    protocol: int
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str
    created_at: str
    model: str


class Status(StreamEvent):
    """What is happening now."""

    name: ClassVar[str] = "status"
    stage: str
    elapsed_ms: float


class DocumentName(FromServer):
    """A document by its id and its title."""

    doc_id: str
    title: str


class Query(StreamEvent):
    """What is searched for; not sent when no report is asked.

    `document` alone is searched if it is not null, because the question points at it.
    """

    name: ClassVar[str] = "query"
    original: str
    standalone: str
    rewritten: bool
    sub_questions: list[str] = Field(default_factory=list)
    document: DocumentName | None = None


class Withheld(FromServer):
    """A part of a source's text that the model is not given, from `start` up to and without `end`.

    `reason` is `invisible`, `hidden` or `instruction`, or `access` where whoever reads an old
    answer may read the report no longer, and only what was quoted is left; more may come.
    """

    start: int
    end: int
    reason: str


class SourceTable(FromServer):
    """The grid of a source that is a table; offsets and lengths count UTF-16 in its text.

    Its rows stand in the text from `start` on, one a line, with ` | ` between places; `lengths`
    has the length of each place, row by row. `merged` has row, column, and how many rows and
    columns a merged cell covers. `caption` and `unit` are [start, end]. Of a workbook, `sheet` is
    named, and `row_numbers` and `column_numbers` are those in the sheet, from 0.
    """

    columns: int
    header_rows: int
    header_columns: int
    start: int
    lengths: list[int]
    merged: list[list[int]]
    caption: list[int] | None
    unit: list[int] | None
    sheet: str
    row_numbers: list[int]
    column_numbers: list[int]


class ContextPassage(FromServer):
    """A passage beside a source on its page, shown to the model with it, without a number.

    `before` says whether it stands before the source; the rest is as in a source.
    """

    passage_id: str
    page: int
    page_label: str
    before: bool
    text: str
    withheld: list[Withheld]
    kind: str = "text"
    table: SourceTable | None = None


class AlsoIn(FromServer):
    """A passage that says the same as a source, and is none of its own for that."""

    passage_id: str
    doc_id: str
    title: str
    file_name: str
    page: int
    page_label: str
    collection: str = "private"
    collection_name: str = ""


class Outdated(FromServer):
    """Which version of a file answers come from, because what it is now could not be read.

    `read_at` is when that version was read, `changed_at` when the file changed, in ISO 8601; that
    is empty where the file does not say.
    """

    read_at: str
    changed_at: str = ""


class Source(FromServer):
    """A numbered passage given to the model; offsets of `withheld` count UTF-16 in its text.

    `kind` is `text`, `table` or `figure`; `table` has the grid of a table, if it is known.
    `organisation`, `periods` and `document_kind` are those of its document; `collection` is where
    that lies, by its id (`private` or that of a shared one) and its name.
    `found_by` names the ways in which it was found; `context` is what was shown with it, and
    `also_in` where the same stands.
    `section` is the heading above it. `outdated` tells which version of its file it is from, where
    that changed and could not be read; null otherwise.
    """

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
    withheld: list[Withheld]
    kind: str = "text"
    table: SourceTable | None = None
    organisation: str = ""
    periods: list[str]
    document_kind: str = ""
    found_by: list[str]
    context: list[ContextPassage]
    also_in: list[AlsoIn]
    section: str = ""
    collection: str = "private"
    collection_name: str = ""
    outdated: Outdated | None = None


class Sources(StreamEvent):
    """All passages that the answer is made from, before the first `delta`; may be empty."""

    name: ClassVar[str] = "sources"
    sources: list[Source]
    evidence: str | None
    took_ms: float


class Delta(StreamEvent):
    """One piece of the cleaned answer; `offset` is where it starts, so that loss shows."""

    name: ClassVar[str] = "delta"
    text: str
    offset: int


class Span(FromServer):
    """A part of the answer, from `start` up to and without `end`."""

    start: int
    end: int


class Quote(FromServer):
    """The words of the source that carry a claim; empty where `match` is `none`.

    `address` names the cells of a sheet that they stand in (`Sheet!B7`, `Sheet!A7:C7`).
    """

    text: str
    page: int
    match: str
    address: str = ""


class Operand(FromServer):
    """A figure that one of a claim is calculated of: what it says, and where it stands.

    `label` is what its heads say. `row` and `column` of its cell count from 0, heads and all; they
    are null where it stands in a text. `start` and `end` count UTF-16 in the source's text.
    """

    passage_id: str
    label: str
    text: str
    row: int | None
    column: int | None
    start: int = 0
    end: int = 0


class WorkedFigure(FromServer):
    """How a figure that no source states comes out of cells: `(66,608 − 62,286) / 62,286`."""

    formula: str
    operands: list[Operand]


class FoundBeside(FromServer):
    """A passage of a source's context that has what the source lacks, and its words that tell."""

    passage_id: str
    quote: Quote


class Verification(FromServer):
    """What checking a claim against its source gave; `score` from 0 to 1.

    `reason` says for a person what decided, where that is more than the status; `calculations`
    are of the figures that the sources do not state, but give. With `beside` it is said of the
    source and of that passage beside it, for the source does not carry the claim alone.
    """

    status: str
    score: float | None
    method: str
    reason: str = ""
    calculations: list[WorkedFigure]
    beside: FoundBeside | None = None


class Citation(StreamEvent):
    """One reference of the answer to a source, sent just before the `delta` with its marker.

    `label` numbers the sources by first use and is what the marker shows. An inferred citation
    has no marker: its `marker_span` is empty and lies at the end of the claim.
    """

    name: ClassVar[str] = "citation"
    citation_id: str
    n: int
    label: int
    passage_id: str
    claim_span: Span
    marker_span: Span
    quote: Quote
    verification: Verification
    origin: str = "marked"


class Verdict(StreamEvent):
    """What checking says of a citation sent before; what is not judged in time is `unchecked`."""

    name: ClassVar[str] = "verdict"
    citation_id: str
    verification: Verification


class Warned(StreamEvent):
    """Something the client should know that does not end the run; `span` is where, if known.

    `documents` are those of which the question may mean one (`ambiguous_document`), or those that
    are cited as they were (`outdated_document`).
    """

    name: ClassVar[str] = "warning"
    code: str
    message: str
    span: Span | None = None
    documents: list[DocumentName]


class Usage(FromServer):
    """Tokens of the model; `tokens_after_stop` is what the provider sent after the stop."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    tokens_after_stop: int = 0


class Timings(FromServer):
    """Milliseconds since the run began; None for what it did not reach."""

    retrieve_ms: float | None = None
    first_token_ms: float | None = None
    total_ms: float | None = None


class Done(StreamEvent):
    """The answer is complete and stored; a client that lost all else can show it from this."""

    name: ClassVar[str] = "done"
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str
    finish_reason: str
    answer: str
    citations: list[Citation]
    sources: list[Source]
    usage: Usage
    timings: Timings
    evidence: str | None = None
    warnings: list[Warned]
    model: str = ""


class Stopped(StreamEvent):
    """The run was stopped; what it says is what was stored."""

    name: ClassVar[str] = "stopped"
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str
    by: str
    answer: str
    citations: list[Citation]
    usage: Usage


class Failed(StreamEvent):
    """The run failed; `message` is safe to show: never exception text, never a secret."""

    name: ClassVar[str] = "error"
    code: str
    message: str
    retryable: bool
    request_id: str
    partial_saved: bool
    run_id: str
    chat_id: str
    user_message_id: str
    assistant_message_id: str


class ChatShare(FromServer):
    """What others may read of a chat: up to the message `leaf_id`; `share_id` opens it."""

    share_id: str
    shared_at: str
    leaf_id: str | None


class Snippet(FromServer):
    """A part of a message, or of the title if `message_id` is None; `matches` are what was found.

    Spans count UTF-16 code units of `text`.
    """

    message_id: str | None
    text: str
    matches: list[Span]


class FoundChat(FromServer):
    """A chat of a list; `snippet` is what a search found in it."""

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    leaf_id: str | None
    message_count: int
    share: ChatShare | None
    snippet: Snippet | None


class ChatList(FromServer):
    """A page of chats; `next_cursor` is null on the last."""

    chats: list[FoundChat]
    next_cursor: str | None


class Feedback(FromServer):
    """What a person thinks of an answer."""

    rating: str | None
    comment: str


class Turn(FromServer):
    """One message of a chat, as stored; what comes after `siblings` belongs to answers only.

    `siblings` are all versions of a message, oldest first and with itself, if there are several.
    """

    message_id: str
    role: str
    text: str
    status: str
    created_at: str
    parent_id: str | None = None
    siblings: list[str]
    feedback: Feedback | None = None
    sources: list[Source]
    evidence: str | None = None
    citations: list[Citation]
    warnings: list[Warned]
    run_id: str | None = None
    model: str | None = None
    standalone: str | None = None
    sub_questions: list[str]
    document: DocumentName | None = None
    finish_reason: str | None = None
    stopped_by: str | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    error: str | None = None


class ChatView(FromServer):
    """A chat with the messages of its active path, oldest first, and the run that answers it."""

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    leaf_id: str | None
    message_count: int
    share: ChatShare | None
    turns: list[Turn]
    running: str | None


class CollectionSummary(FromServer):
    """A collection, and one's own role in it; the private one is `private` and has no name."""

    collection_id: str
    name: str
    role: str


class CollectionList(FromServer):
    """The collections that one is in."""

    collections: list[CollectionSummary]


class UploadedFile(FromServer):
    """A file that arrived: its name in the folder, and the id of the document that it holds."""

    path: str
    doc_id: str


class CreatedJob(FromServer):
    """The job that ingests an upload."""

    job_id: str
    folder: str
    files: list[UploadedFile]


class DeletedChat(FromServer):
    """A deleted chat, and until when it can be restored."""

    chat_id: str
    restorable_until: str


class LocationView(FromServer):
    """Where a document lies.

    `unread` says why what lies there now could not be read, `changed_at` when that changed; both
    are empty where the document lies there still.
    """

    folder: str
    path: str
    unread: str
    changed_at: str


class DocumentView(FromServer):
    """One ingested document; `corrected` names the fields that somebody set by hand.

    `organisation` and `kind` are empty where nothing tells them. `collection` is `private` or the
    id of a shared one, whose name follows. `outdated` tells which version of its file it is, where
    that changed and could not be read (`locations` say why); null otherwise.
    """

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


class DocumentList(FromServer):
    """All ingested documents."""

    documents: list[DocumentView]


class FoundSources(FromServer):
    """Passages, the best first, as the sources of an answer are told."""

    sources: list[Source]


class Rectangle(FromServer):
    """Edges as shares (0..1) of the displayed page, origin at the top left."""

    x0: float
    y0: float
    x1: float
    y1: float


class CellView(FromServer):
    """A cell, from 0; `start` and `end` count UTF-16 in the passage, merged cells stand once."""

    row: int
    column: int
    rows: int
    columns: int
    text: str
    start: int
    end: int
    rectangle: Rectangle | None
    address: str


class HighlightsView(FromServer):
    """Where a quote stands in a passage and on its page; offsets count UTF-16 code units."""

    passage_id: str
    page: int
    page_size: tuple[float, float] | None
    match: str
    quote: str
    start: int
    end: int
    rectangles: list[Rectangle]
    cells: list[CellView]


class FileView(FromServer):
    """What became of one file; its path is relative to the folder."""

    path: str
    doc_id: str | None
    status: str
    reason: str | None
    pages: int
    passages: int
    notes: list[str]


class JobView(FromServer):
    """A background ingestion."""

    job_id: str
    folder: str
    collection: str = "private"
    status: str
    created_at: str
    finished_at: str | None
    progress: dict[str, int]
    seconds: dict[str, float]
    counts: dict[str, int]
    files: list[FileView]
    error: dict[str, Any] | None


class JobList(FromServer):
    """Jobs, the newest first."""

    jobs: list[JobView]


class PassageNow(FromServer):
    """Where a passage is in the version that replaced its own."""

    passage_id: str
    doc_id: str
    title: str
    page: int
    page_label: str
    url: str
    change: str


class PassageState(FromServer):
    """What became of a passage; `now` is where it is in the version that replaced its own."""

    passage_id: str
    state: str
    now: PassageNow | None
    note: str | None


class PassageStates(FromServer):
    """What became of several passages."""

    passages: list[PassageState]


class TableView(FromServer):
    """The grid of a table; `caption`, `unit` and `sheet` are empty if there is none."""

    caption: str
    unit: str
    sheet: str
    header_rows: int
    header_columns: int
    rows: int
    columns: int
    cells: list[CellView]


class PassageView(FromServer):
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
    state: str
    now: PassageNow | None
    note: str | None


class ProblemView(FromServer):
    """A refusal as problem JSON (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    request_id: str


EVENTS: dict[str, type[StreamEvent]] = {
    event.name: event
    for event in (
        Start,
        Status,
        Query,
        Sources,
        Delta,
        Citation,
        Verdict,
        Warned,
        Done,
        Stopped,
        Failed,
    )
}
"""The type of each event, by its name."""
