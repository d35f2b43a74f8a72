// A recorded run, as bytes on the wire: an answer with text of several widths, citations, a verdict
// that comes later, a warning, a ping and an event of a newer server.
import type { Citation } from "@/api/types";

const RUN = "run1";
export const TEXT = "Das Hafenjahr 🚢: **1,2 Mio. t** [1].\n\n| Jahr | t |\n|---|--:|\n| 2024 | 1,2 [2] |\n\nEnde [1].";

const ids = { run_id: RUN, chat_id: "chat1", user_message_id: "u1", assistant_message_id: "a1" };

export const SOURCES = [1, 2, 3].map((n) => ({
  n: n + 3,
  passage_id: `p${n}`,
  doc_id: `d${n}`,
  title: `Report ${n}`,
  file_name: `report-${n}.pdf`,
  folder: "reports",
  page_start: n,
  page_end: n,
  page_label: `A-${n}`,
  text: `Passage ${n}.`,
  score: 0.5,
  url: `/documents/d${n}/file#page=${n}`,
  cited: n < 3,
  withheld: [],
  kind: "text",
  table: null,
  organisation: "",
  periods: [],
  document_kind: "",
  section: "",
  found_by: ["meaning", "words"],
  context: [],
  also_in: [],
  collection: "private",
  collection_name: "",
  outdated: null,
}));

function citation(id: string, label: number, start: number, status: Citation["verification"]["status"]): Citation {
  return {
    citation_id: id,
    n: label + 3,
    label,
    passage_id: `p${label}`,
    claim_span: { start: 0, end: start },
    marker_span: { start, end: start + 3 },
    quote: { text: `Quote of ${label}`, page: label, match: "exact", address: "" },
    verification: { status, score: null, method: "rules", reason: "", calculations: [], beside: null, code: "", facts: [] },
    origin: "marked",
  };
}

const at = (nth: string, from = 0): number => TEXT.indexOf(nth, from);
const FIRST = at("[1]");
const SECOND = at("[2]");
const THIRD = at("[1]", FIRST + 1);

export const FIRST_CITATION = citation("c1", 1, FIRST, "supported");
export const CITATIONS = [FIRST_CITATION, citation("c2", 2, SECOND, "partial"), citation("c3", 1, THIRD, "unchecked")];

function deltas(start: number, end: number): { name: "delta"; data: { text: string; offset: number } }[] {
  const found = [];
  for (let offset = start; offset < end; ) {
    // Pieces never cut a pair of surrogates: the server sends whole characters.
    let next = Math.min(offset + 5, end);
    if (/[\ud800-\udbff]/.test(TEXT.charAt(next - 1))) next += 1;
    found.push({ name: "delta" as const, data: { text: TEXT.slice(offset, next), offset } });
    offset = next;
  }
  return found;
}

export const DONE = {
  ...ids,
  finish_reason: "stop",
  answer: TEXT,
  citations: CITATIONS,
  sources: SOURCES,
  usage: { prompt_tokens: 1, completion_tokens: 2, tokens_after_stop: 0 },
  timings: { retrieve_ms: 1, first_token_ms: 2, total_ms: 3 },
};

const unchecked = { status: "unchecked", score: null, method: "none", reason: "", calculations: [], code: "", facts: [] } as const;

export const EVENTS: { name: string; data: unknown }[] = [
  { name: "start", data: { protocol: 1, ...ids, created_at: "2026-01-01T00:00:00Z", model: "gpt-4o-mini" } },
  { name: "status", data: { stage: "condense", elapsed_ms: 1 } },
  { name: "query", data: { original: "Und 2024?", standalone: "Wie viel 2024?", rewritten: true, sub_questions: ["Wie viel im Mai 2024?", "Und im Juni 2024?"] } },
  { name: "status", data: { stage: "retrieve", elapsed_ms: 2 } },
  { name: "sources", data: { sources: SOURCES, evidence: "strong", took_ms: 3 } },
  { name: "status", data: { stage: "generate", elapsed_ms: 4 } },
  ...deltas(0, FIRST),
  { name: "citation", data: { ...FIRST_CITATION, verification: unchecked } },
  ...deltas(FIRST, SECOND),
  { name: "verdict", data: { citation_id: "c1", verification: FIRST_CITATION.verification } },
  { name: "hologram", data: { of: "a newer server" } },
  { name: "citation", data: CITATIONS[1] },
  ...deltas(SECOND, THIRD),
  { name: "citation", data: CITATIONS[2] },
  ...deltas(THIRD, TEXT.length),
  { name: "warning", data: { code: "unsupported_number", message: "3 is in no source", span: { start: 4, end: 5 } } },
  { name: "done", data: DONE },
];

/** The run as the server writes it, with pings between. */
export function wire(events: readonly { name: string; data: unknown }[] = EVENTS, newline = "\n"): Uint8Array<ArrayBuffer> {
  const blocks = events.map(({ name, data }, index) => {
    const ping = index % 7 === 3 ? `: ping${newline}${newline}` : "";
    return `${ping}event: ${name}${newline}id: ${RUN}:${index + 1}${newline}data: ${JSON.stringify(data)}${newline}${newline}`;
  });
  return new TextEncoder().encode(blocks.join(""));
}
