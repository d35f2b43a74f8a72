// Made from the server's schema by `npm run types`; not edited by hand.

export interface CitewireProtocol {
  events: {
    start: Start;
    status: Status;
    query: Query;
    sources: Sources;
    delta: Delta;
    citation: Citation;
    verdict: Verdict;
    warning: Warned;
    done: Done;
    stopped: Stopped;
    error: Failed;
  };
  requests: {
    NewKey: NewKey;
    AskRequest: AskRequest;
    SearchRequest: SearchRequest;
    ChangeChat: ChangeChat;
    NewChat: NewChat;
    RateAnswer: RateAnswer;
    MemberRole: MemberRole;
    NamedCollection: NamedCollection;
    SharedDocuments: SharedDocuments;
  };
  resources: {
    ApiKeyList: ApiKeyList;
    MadeKey: MadeKey;
    Me: Me;
    ChatExport: ChatExport;
    ChatList: ChatList;
    ChatView: ChatView;
    DeletedChat: DeletedChat;
    DeletedChats: DeletedChats;
    SharedChatView: SharedChatView;
    CollectionList: CollectionList;
    CollectionView: CollectionView;
    CreatedJob: CreatedJob;
    DocumentList: DocumentList;
    DocumentPassages: DocumentPassages;
    HitsView: HitsView;
    OutlineView: OutlineView;
    DocumentView: DocumentView;
    DocumentCorrection: DocumentCorrection;
    FoundSources: FoundSources;
    HighlightsView: HighlightsView;
    PlacesView: PlacesView;
    JobList: JobList;
    JobView: JobView;
    PassageStates: PassageStates;
    PassageView: PassageView;
    ProblemView: ProblemView;
    Readiness: Readiness;
    SuggestionsView: SuggestionsView;
  };
}
/**
 * The run has begun. It is sent before any call to a model: a client can stop at once.
 */
export interface Start {
  protocol: number;
  run_id: string;
  chat_id: string;
  user_message_id: string;
  assistant_message_id: string;
  created_at: string;
  model: string;
}
/**
 * What is happening now.
 */
export interface Status {
  stage: "screen" | "condense" | "retrieve" | "look" | "generate" | "think";
  elapsed_ms: number;
}
/**
 * What is searched for; not sent when no report is asked.
 *
 * `document` alone is searched if it is not null, because the question points at it.
 */
export interface Query {
  original: string;
  standalone: string;
  rewritten: boolean;
  sub_questions: string[];
  document: DocumentName | null;
}
/**
 * A document by its id and its title.
 */
export interface DocumentName {
  doc_id: string;
  title: string;
}
/**
 * All passages that the answer is made from, before the first `delta`; may be empty.
 */
export interface Sources {
  sources: Source[];
  evidence: ("strong" | "weak" | "none") | null;
  took_ms: number;
}
/**
 * A numbered passage given to the model; offsets of `withheld` count UTF-16 in its text.
 *
 * `kind` is `text`, `table` or `figure`; `table` has the grid of a table, if it is known.
 * `organisation`, `periods` and `document_kind` are those of its document; `collection` is where
 * that lies, by its id (`private` or that of a shared one) and its name.
 * `found_by` names the ways in which it was found; `context` is what was shown with it, and
 * `also_in` where the same stands.
 * `section` is the heading above it. `outdated` tells which version of its file it is from, where
 * that changed and could not be read; null otherwise.
 */
export interface Source {
  n: number;
  passage_id: string;
  doc_id: string;
  title: string;
  file_name: string;
  folder: string;
  page_start: number;
  page_end: number;
  page_label: string;
  text: string;
  score: number;
  url: string;
  cited: boolean;
  withheld: Withheld[];
  kind: string;
  table: SourceTable | null;
  organisation: string;
  periods: string[];
  document_kind: string;
  found_by: string[];
  context: ContextPassage[];
  also_in: AlsoIn[];
  section: string;
  collection: string;
  collection_name: string;
  outdated: Outdated | null;
}
/**
 * A part of a source's text that the model is not given, from `start` up to and without `end`.
 *
 * `reason` is `invisible`, `hidden` or `instruction`, or `access` where whoever reads an old
 * answer may read the report no longer, and only what was quoted is left; more may come.
 */
export interface Withheld {
  start: number;
  end: number;
  reason: string;
}
/**
 * The grid of a source that is a table; offsets and lengths count UTF-16 in its text.
 *
 * Its rows stand in the text from `start` on, one a line, with ` | ` between places; `lengths`
 * has the length of each place, row by row. `merged` has row, column, and how many rows and
 * columns a merged cell covers. `caption` and `unit` are [start, end]. Of a workbook, `sheet` is
 * named, and `row_numbers` and `column_numbers` are those in the sheet, from 0.
 */
export interface SourceTable {
  columns: number;
  header_rows: number;
  header_columns: number;
  start: number;
  lengths: number[];
  merged: number[][];
  caption: number[] | null;
  unit: number[] | null;
  sheet: string;
  row_numbers: number[];
  column_numbers: number[];
}
/**
 * A passage beside a source on its page, shown to the model with it, without a number.
 *
 * `before` says whether it stands before the source; the rest is as in a source.
 */
export interface ContextPassage {
  passage_id: string;
  page: number;
  page_label: string;
  before: boolean;
  text: string;
  withheld: Withheld[];
  kind: string;
  table: SourceTable | null;
}
/**
 * A passage that says the same as a source, and is none of its own for that.
 */
export interface AlsoIn {
  passage_id: string;
  doc_id: string;
  title: string;
  file_name: string;
  page: number;
  page_label: string;
  collection: string;
  collection_name: string;
}
/**
 * Which version of a file answers come from, because what it is now could not be read.
 *
 * `read_at` is when that version was read, `changed_at` when the file changed, in ISO 8601; that
 * is empty where the file does not say.
 */
export interface Outdated {
  read_at: string;
  changed_at: string;
}
/**
 * One piece of the cleaned answer; `offset` is where it starts, so that loss shows.
 */
export interface Delta {
  text: string;
  offset: number;
}
/**
 * One reference of the answer to a source, sent just before the `delta` with its marker.
 *
 * `label` numbers the sources by first use and is what the marker shows. An inferred citation
 * has no marker: its `marker_span` is empty and lies at the end of the claim.
 */
export interface Citation {
  citation_id: string;
  n: number;
  label: number;
  passage_id: string;
  claim_span: Span;
  marker_span: Span;
  quote: Quote;
  verification: Verification;
  origin: "marked" | "inferred";
}
/**
 * A part of the answer, from `start` up to and without `end`.
 */
export interface Span {
  start: number;
  end: number;
}
/**
 * The words of the source that carry a claim; empty where `match` is `none`.
 *
 * `address` names the cells of a sheet that they stand in (`Sheet!B7`, `Sheet!A7:C7`).
 */
export interface Quote {
  text: string;
  page: number;
  match: "exact" | "normalised" | "fuzzy" | "none";
  address: string;
}
/**
 * What checking a claim against its source gave; `score` from 0 to 1.
 *
 * `reason` says for a person what decided, where that is more than the status; `calculations`
 * are of the figures that the sources do not state, but give. With `beside` it is said of the
 * source and of that passage beside it, for the source does not carry the claim alone.
 */
export interface Verification {
  status: "supported" | "partial" | "unsupported" | "unchecked";
  score: number | null;
  method: string;
  reason: string;
  calculations: WorkedFigure[];
  beside: FoundBeside | null;
}
/**
 * How a figure that no source states comes out of cells: `(66,608 − 62,286) / 62,286`.
 */
export interface WorkedFigure {
  formula: string;
  operands: Operand[];
}
/**
 * A figure that one of a claim is calculated of: what it says, and where it stands.
 *
 * `label` is what its heads say. `row` and `column` of its cell count from 0, heads and all; they
 * are null where it stands in a text. `start` and `end` count UTF-16 in the source's text.
 */
export interface Operand {
  passage_id: string;
  label: string;
  text: string;
  row: number | null;
  column: number | null;
  start: number;
  end: number;
}
/**
 * A passage of a source's context that has what the source lacks, and its words that tell.
 */
export interface FoundBeside {
  passage_id: string;
  quote: Quote;
}
/**
 * What checking says of a citation sent before; what is not judged in time is `unchecked`.
 */
export interface Verdict {
  citation_id: string;
  verification: Verification;
}
/**
 * Something the client should know that does not end the run; `span` is where, if known.
 *
 * `documents` are those of which the question may mean one (`ambiguous_document`), or those that
 * are cited as they were (`outdated_document`).
 */
export interface Warned {
  code:
    | "dropped_marker"
    | "unsupported_number"
    | "no_citation"
    | "truncated"
    | "condense_fallback"
    | "model_fallback"
    | "ambiguous_document"
    | "not_reranked"
    | "outdated_document";
  message: string;
  span: Span | null;
  documents: DocumentName[];
}
/**
 * The answer is complete and stored; a client that lost all else can show it from this.
 */
export interface Done {
  run_id: string;
  chat_id: string;
  user_message_id: string;
  assistant_message_id: string;
  finish_reason: "stop" | "length" | "content_filter" | "no_evidence" | "blocked";
  answer: string;
  citations: Citation[];
  sources: Source[];
  usage: Usage;
  timings: Timings;
  evidence: ("strong" | "weak" | "none") | null;
  warnings: Warned[];
  model: string;
}
/**
 * Tokens of the model; `tokens_after_stop` is what the provider sent after the stop.
 */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  tokens_after_stop: number;
}
/**
 * Milliseconds since the run began; None for what it did not reach.
 */
export interface Timings {
  retrieve_ms: number | null;
  first_token_ms: number | null;
  total_ms: number | null;
}
/**
 * The run was stopped; what it says is what was stored.
 */
export interface Stopped {
  run_id: string;
  chat_id: string;
  user_message_id: string;
  assistant_message_id: string;
  by: "user" | "disconnect" | "shutdown" | "timeout" | "access";
  answer: string;
  citations: Citation[];
  usage: Usage;
}
/**
 * The run failed; `message` is safe to show: never exception text, never a secret.
 */
export interface Failed {
  code: string;
  message: string;
  retryable: boolean;
  request_id: string;
  partial_saved: boolean;
  run_id: string;
  chat_id: string;
  user_message_id: string;
  assistant_message_id: string;
}
/**
 * A key to be made: for oneself, or, with the scope admin, for another.
 */
export interface NewKey {
  owner?: string | null;
  /**
   * @minItems 1
   * @maxItems 8
   */
  scopes?:
    | ["ask" | "read" | "write" | "admin"]
    | ["ask" | "read" | "write" | "admin", "ask" | "read" | "write" | "admin"]
    | ["ask" | "read" | "write" | "admin", "ask" | "read" | "write" | "admin", "ask" | "read" | "write" | "admin"]
    | [
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin"
      ]
    | [
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin"
      ]
    | [
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin"
      ]
    | [
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin"
      ]
    | [
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin",
        "ask" | "read" | "write" | "admin"
      ];
  /**
   * whose collections it opens, too; needs `admin`
   *
   * @maxItems 100
   */
  groups?: string[];
  days?: number | null;
}
/**
 * A question, in a chat or starting one.
 */
export interface AskRequest {
  message: string;
  chat_id?: string | null;
  filters?: Filters | null;
  /**
   * a question of the chat: this one is asked in its place, as a branch
   */
  replaces?: string | null;
}
/**
 * Answer from these documents only; an empty list means any, and every list must fit.
 *
 * Organisations are compared without their legal form; a period is `2022`, `2022-H1` or
 * `2022-Q3`, and a year means what lies in it, too; `annual report` means 10-K filings, too.
 */
export interface Filters {
  /**
   * @maxItems 1000
   */
  doc_ids?: string[];
  /**
   * @maxItems 100
   */
  folders?: string[];
  /**
   * @maxItems 100
   */
  organisations?: string[];
  /**
   * @maxItems 100
   */
  periods?: string[];
  /**
   * @maxItems 100
   */
  kinds?: string[];
  /**
   * ids of shared collections; `private` is one's own
   *
   * @maxItems 1000
   */
  collections?: string[];
}
/**
 * What to search for, and in which documents.
 */
export interface SearchRequest {
  /**
   * words or a question
   */
  query: string;
  /**
   * so many passages at most
   */
  limit?: number;
  filters?: Filters | null;
}
/**
 * A new title, or a message through which the active path is to go.
 */
export interface ChangeChat {
  title?: string | null;
  leaf_id?: string | null;
}
/**
 * A chat to be made.
 */
export interface NewChat {
  title?: string | null;
}
/**
 * What a person thinks of an answer; without rating and comment it is taken back.
 */
export interface RateAnswer {
  rating?: ("up" | "down") | null;
  comment?: string;
}
/**
 * What somebody is in a collection: each role may do what those before it may.
 */
export interface MemberRole {
  /**
   * `reader`, `editor` (documents) or `manager` (members)
   */
  role: "reader" | "editor" | "manager";
}
/**
 * What a collection is called.
 */
export interface NamedCollection {
  name: string;
}
/**
 * Which private documents are copied into a folder of a collection.
 */
export interface SharedDocuments {
  /**
   * name of the folder there
   */
  folder: string;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  doc_ids: [string, ...string[]];
}
/**
 * API keys, the newest first.
 */
export interface ApiKeyList {
  keys: ApiKeyView[];
}
/**
 * An API key without the key itself; `ends` and `used` are null if it never does or was.
 */
export interface ApiKeyView {
  key_id: string;
  owner: string;
  scopes: ("ask" | "read" | "write" | "admin")[];
  groups: string[];
  made: string;
  ends: string | null;
  used: string | null;
}
/**
 * A key that was just made; `key` is told only this once.
 */
export interface MadeKey {
  key_id: string;
  owner: string;
  scopes: ("ask" | "read" | "write" | "admin")[];
  groups: string[];
  made: string;
  ends: string | null;
  used: string | null;
  key: string;
}
/**
 * Who asks; `owner` is null, and `by` with it, for who has not signed in and has no key.
 *
 * `sign_in` is whether one can at `/auth/login`, `closed` whether the server wants to know.
 */
export interface Me {
  owner: string | null;
  name: string | null;
  groups: string[];
  scopes: ("ask" | "read" | "write" | "admin")[];
  by: ("nothing" | "key" | "session" | "token" | "proxy") | null;
  sign_in: boolean;
  closed: boolean;
}
/**
 * A chat as a file: the messages of all branches, oldest first.
 */
export interface ChatExport {
  chat_id: string;
  title: string;
  created_at: string;
  updated_at: string;
  leaf_id: string | null;
  messages: Turn[];
}
/**
 * One message of a chat, as stored; what comes after `siblings` belongs to answers only.
 *
 * `siblings` are all versions of a message, oldest first and with itself, if there are several.
 */
export interface Turn {
  message_id: string;
  role: "user" | "assistant";
  text: string;
  status: "complete" | "stopped" | "error";
  created_at: string;
  parent_id: string | null;
  siblings: string[];
  feedback: Feedback | null;
  sources: Source[];
  evidence: ("strong" | "weak" | "none") | null;
  citations: Citation[];
  warnings: Warned[];
  run_id: string | null;
  model: string | null;
  standalone: string | null;
  sub_questions: string[];
  document: DocumentName | null;
  finish_reason: ("stop" | "length" | "content_filter" | "no_evidence" | "blocked") | null;
  stopped_by: ("user" | "disconnect" | "shutdown" | "timeout" | "access") | null;
  usage: Usage | null;
  timings: Timings | null;
  error: string | null;
  [k: string]: unknown;
}
/**
 * What a person thinks of an answer.
 */
export interface Feedback {
  rating: ("up" | "down") | null;
  comment: string;
}
/**
 * A page of chats; `next_cursor` is null on the last.
 */
export interface ChatList {
  chats: FoundChat[];
  next_cursor: string | null;
}
/**
 * A chat of a list; `snippet` is what a search found in it.
 */
export interface FoundChat {
  chat_id: string;
  title: string;
  created_at: string;
  updated_at: string;
  leaf_id: string | null;
  message_count: number;
  share: ChatShare | null;
  snippet: Snippet | null;
}
/**
 * What others may read of a chat: up to the message `leaf_id`; `share_id` opens it.
 */
export interface ChatShare {
  share_id: string;
  shared_at: string;
  leaf_id: string | null;
}
/**
 * A part of a message, or of the title if `message_id` is None; `matches` are what was found.
 *
 * Spans count UTF-16 code units of `text`.
 */
export interface Snippet {
  message_id: string | null;
  text: string;
  matches: Span[];
}
/**
 * A chat with the messages of its active path, oldest first, and the run that answers it.
 */
export interface ChatView {
  chat_id: string;
  title: string;
  created_at: string;
  updated_at: string;
  leaf_id: string | null;
  message_count: number;
  share: ChatShare | null;
  turns: Turn[];
  running: string | null;
}
/**
 * A deleted chat, and until when it can be restored.
 */
export interface DeletedChat {
  chat_id: string;
  restorable_until: string;
}
/**
 * All chats that were deleted, and until when each can be restored.
 */
export interface DeletedChats {
  chat_ids: string[];
  restorable_until: string;
}
/**
 * A chat that its owner shared, as one of its readers sees it.
 *
 * `collections` are those that it cites, in all of which its readers are members. Its sources are
 * those that one may read oneself, so that numbers may be missing among them.
 */
export interface SharedChatView {
  title: string;
  shared_by: string;
  shared_at: string;
  collections: CitedCollection[];
  turns: Turn[];
}
/**
 * A shared collection that a chat cites.
 */
export interface CitedCollection {
  collection_id: string;
  name: string;
}
/**
 * The collections that one is in.
 */
export interface CollectionList {
  collections: CollectionSummary[];
}
/**
 * A collection, and one's own role in it; the private one is `private` and has no name.
 */
export interface CollectionSummary {
  collection_id: string;
  name: string;
  role: "reader" | "editor" | "manager";
}
/**
 * A shared collection with its members.
 */
export interface CollectionView {
  collection_id: string;
  name: string;
  role: "reader" | "editor" | "manager";
  created_at: string;
  changed_at: string;
  members: MemberView[];
}
/**
 * A member of a collection: an owner, or a group as `group:NAME`.
 */
export interface MemberView {
  member: string;
  role: "reader" | "editor" | "manager";
}
/**
 * The job that ingests an upload.
 */
export interface CreatedJob {
  job_id: string;
  folder: string;
  files: UploadedFile[];
}
/**
 * A file that arrived: its name in the folder, and the id of the document that it holds.
 */
export interface UploadedFile {
  path: string;
  doc_id: string;
}
/**
 * All ingested documents.
 */
export interface DocumentList {
  documents: DocumentView[];
}
/**
 * One ingested document; `corrected` names the fields that somebody set by hand.
 *
 * `organisation` and `kind` are empty where nothing tells them. `collection` is `private` or the
 * id of a shared one, whose name follows. `outdated` tells which version of its file it is, where
 * that changed and could not be read (`locations` say why); null otherwise.
 */
export interface DocumentView {
  doc_id: string;
  title: string;
  language: string;
  pages: number;
  passages: number;
  ingested_at: string;
  date: string | null;
  organisation: string;
  periods: string[];
  kind: string;
  notes: string[];
  locations: LocationView[];
  corrected: string[];
  collection: string;
  collection_name: string;
  outdated: Outdated | null;
}
/**
 * Where a document lies.
 *
 * `unread` says why what lies there now could not be read, `changed_at` when that changed; both
 * are empty where the document lies there still.
 */
export interface LocationView {
  folder: string;
  path: string;
  unread: string;
  changed_at: string;
}
/**
 * Passages of a document in its order, as the sources of an answer are told.
 *
 * `n` is the place of each among them all, from 1; `total` says how many there are.
 */
export interface DocumentPassages {
  passages: Source[];
  total: number;
}
/**
 * The places where words stand in a document, in its order; `more` if these are not all.
 */
export interface HitsView {
  hits: HitView[];
  more: boolean;
}
/**
 * A place where searched words stand, with what stands around it.
 *
 * `passage` is the place of its passage among those of the document, from 0; `start` and `end`
 * count UTF-16 code units in that passage's text.
 */
export interface HitView {
  passage: number;
  passage_id: string;
  page: number;
  page_label: string;
  start: number;
  end: number;
  before: string;
  text: string;
  after: string;
  rectangles: Rectangle[];
}
/**
 * Edges as shares (0..1) of the displayed page, origin at the top left.
 */
export interface Rectangle {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}
/**
 * The outline of a document, from its `file` or from the `headings` as they were read.
 *
 * `page_sizes` are [width, height] in points as displayed, page by page; empty for all but PDFs
 * that are there. `page_labels` are what the pages are called, empty where nothing was read;
 * `kinds` how many passages are text, tables and figures.
 */
export interface OutlineView {
  doc_id: string;
  origin: "file" | "headings";
  entries: OutlineEntry[];
  page_sizes: [number, number][];
  page_labels: string[];
  kinds: {
    [k: string]: number;
  };
}
/**
 * A line of an outline; `level` is 0 at the top.
 *
 * `passage` is the place of the first passage under it among those of the document, from 0; null
 * for what the file itself says.
 */
export interface OutlineEntry {
  title: string;
  level: number;
  page: number;
  passage: number | null;
}
/**
 * What is to be corrected of a document; null goes back to what its reader found.
 *
 * `organisation`, `periods` and `kind` may be empty: then it has none.
 */
export interface DocumentCorrection {
  title: string | null;
  /**
   * ISO: a day, a month or a year
   */
  date: string | null;
  organisation: string | null;
  /**
   * `2022`, `2022-H1` or `2022-Q3`
   */
  periods: string[] | null;
  kind: string | null;
}
/**
 * Passages, the best first, as the sources of an answer are told.
 */
export interface FoundSources {
  sources: Source[];
}
/**
 * Where a quote stands in a passage and on its page; offsets count UTF-16 code units.
 */
export interface HighlightsView {
  passage_id: string;
  page: number;
  page_size: [number, number] | null;
  match: "exact" | "normalised" | "fuzzy" | "none";
  quote: string;
  start: number;
  end: number;
  rectangles: Rectangle[];
  cells: CellView[];
}
/**
 * A cell, from 0; `start` and `end` count UTF-16 in the passage, merged cells stand once.
 */
export interface CellView {
  row: number;
  column: number;
  rows: number;
  columns: number;
  text: string;
  start: number;
  end: number;
  rectangle: Rectangle | null;
  address: string;
}
/**
 * Where parts of a passage stand on its page.
 */
export interface PlacesView {
  passage_id: string;
  page: number;
  places: PlaceView[];
}
/**
 * A part of a passage, from `start` up to and without `end` in UTF-16 code units.
 */
export interface PlaceView {
  start: number;
  end: number;
  rectangles: Rectangle[];
}
/**
 * Jobs, the newest first.
 */
export interface JobList {
  jobs: JobView[];
}
/**
 * A background ingestion.
 */
export interface JobView {
  job_id: string;
  folder: string;
  collection: string;
  status: "queued" | "running" | "done" | "failed" | "stopped" | "interrupted";
  created_at: string;
  finished_at: string | null;
  progress: {
    [k: string]: number;
  };
  /**
   * How long was read, embedded and written in this turn, which go on together.
   */
  seconds: {
    [k: string]: number;
  };
  counts: {
    [k: string]: number;
  };
  files: FileView[];
  error: {
    [k: string]: unknown;
  } | null;
}
/**
 * What became of one file; its path is relative to the folder.
 */
export interface FileView {
  path: string;
  doc_id: string | null;
  status: "new" | "changed" | "moved" | "copied" | "unchanged" | "removed" | "failed";
  reason: string | null;
  pages: number;
  passages: number;
  notes: string[];
}
/**
 * What became of several passages.
 */
export interface PassageStates {
  passages: PassageState[];
}
/**
 * What became of a passage; `now` is where it is in the version that replaced its own.
 */
export interface PassageState {
  passage_id: string;
  state: "current" | "superseded" | "gone";
  now: PassageNow | null;
  note: string | null;
}
/**
 * Where a passage is in the version that replaced its own.
 */
export interface PassageNow {
  passage_id: string;
  doc_id: string;
  title: string;
  page: number;
  page_label: string;
  url: string;
  change: "same" | "moved" | "changed";
}
/**
 * A passage; `lines` are empty and `page_size` (points) null for formats without a layout.
 */
export interface PassageView {
  passage_id: string;
  doc_id: string;
  title: string;
  file_name: string;
  folder: string;
  page_start: number;
  page_end: number;
  page_label: string;
  section: string;
  kind: string;
  text: string;
  page: number;
  page_size: [number, number] | null;
  lines: Rectangle[];
  table: TableView | null;
  figure: Rectangle | null;
  url: string;
  state: "current" | "superseded" | "gone";
  now: PassageNow | null;
  note: string | null;
}
/**
 * The grid of a table; `caption`, `unit` and `sheet` are empty if there is none.
 */
export interface TableView {
  caption: string;
  unit: string;
  sheet: string;
  header_rows: number;
  header_columns: number;
  rows: number;
  columns: number;
  cells: CellView[];
}
/**
 * A refusal as problem JSON (RFC 9457).
 */
export interface ProblemView {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  retryable: boolean;
  request_id: string;
  [k: string]: unknown;
}
/**
 * Whether the service can answer, and what stands in the way; `degraded` is ready as well.
 */
export interface Readiness {
  ready: boolean;
  status: "ready" | "degraded" | "unavailable";
  checks: CheckResult[];
}
/**
 * One check; `detail` says what is wrong and what to do, or what was found.
 */
export interface CheckResult {
  name: string;
  ok: boolean;
  detail: string;
}
/**
 * What one may ask of the reports at hand, and one question that is answered.
 */
export interface SuggestionsView {
  questions: SuggestedQuestion[];
  example: ExampleView | null;
}
/**
 * A question that reports at hand answer; `doc_ids` are those that it is about.
 */
export interface SuggestedQuestion {
  text: string;
  doc_ids: string[];
}
/**
 * A question with words of a report that answer it, as they stand there.
 *
 * `quote` is what is marked in the passage; `unit` is what stands over a table of its figures,
 * empty if nothing does. `title`, `organisation` and `periods` are those of the report.
 */
export interface ExampleView {
  question: string;
  answer: string;
  quote: string;
  unit: string;
  passage_id: string;
  doc_id: string;
  title: string;
  organisation: string;
  periods: string[];
  page: number;
  page_label: string;
}
