// Citations of one answer: their order, their sources, and the answer as text with footnotes. Pure.
import type { AlsoIn, Citation, ContextPassage, FoundBeside, Source, Verification } from "@/api/types";
import type { Answer } from "@/stream/reduce";

/** In the order in which they stand in the text. */
export function inOrder(citations: readonly Citation[]): Citation[] {
  return [...citations].sort((a, b) => a.marker_span.start - b.marker_span.start || a.label - b.label);
}

export function sourceOf(answer: Answer, citation: Citation): Source | undefined {
  return answer.sources.find((source) => source.n === citation.n);
}

export interface CitedSource {
  label: number;
  source: Source;
  citations: Citation[];
}

/** The sources that are cited, by their label, and those that were only found. */
export function sortedSources(answer: Answer): { cited: CitedSource[]; rest: Source[] } {
  const cited = new Map<number, CitedSource>();
  for (const citation of inOrder(answer.citations)) {
    const source = sourceOf(answer, citation);
    if (source === undefined) continue;
    const known = cited.get(citation.n) ?? { label: citation.label, source, citations: [] };
    known.citations.push(citation);
    cited.set(citation.n, known);
  }
  return {
    cited: [...cited.values()].sort((a, b) => a.label - b.label),
    rest: answer.sources.filter((source) => !cited.has(source.n)),
  };
}

/** What the model was shown with a source; chats of before do not tell. */
export function contextOf(source: Partial<Source>): readonly ContextPassage[] {
  return source.context ?? [];
}

/** The passages that say the same as a source. */
export function alsoIn(source: Partial<Source>): readonly AlsoIn[] {
  return source.also_in ?? [];
}

/** The passage beside the source that has what the source lacks of the claim. */
export function besideOf({ beside }: Partial<Citation["verification"]>): FoundBeside | null {
  return beside ?? null;
}

export function pageLabel(source: Source): string {
  return source.page_label === "" ? String(source.page_start) : source.page_label;
}

/** What a source is called in a line of others: whose report it is and of when, as far as that tells it from them. */
export function shortNames(sources: readonly Source[]): Map<string, string> {
  const reports = new Map(sources.map((source) => [source.doc_id, source]));
  const names = new Map<string, string>();
  // From short to long: a name that two reports have tells neither from the other.
  for (const name of [ofWhomAndWhen, ofWhatKind, (source: Source) => source.title, (source: Source) => `${source.title} (${source.file_name})`]) {
    const left = [...reports.values()].filter(({ doc_id: id }) => !names.has(id));
    for (const source of left) {
      const own = name(source);
      if (own !== "" && !left.some((other) => other !== source && name(other) === own)) names.set(source.doc_id, own);
    }
  }
  for (const source of reports.values()) if (!names.has(source.doc_id)) names.set(source.doc_id, source.title === "" ? source.file_name : source.title);
  return names;
}

/** Chats of before do not tell whose a report is. */
function ofWhomAndWhen({ organisation = "", periods = [] }: Partial<Source>): string {
  return organisation === "" || periods.length === 0 ? "" : `${organisation} ${periods.length > 2 ? `${periods.at(0) ?? ""}–${periods.at(-1) ?? ""}` : periods.join(", ")}`;
}

function ofWhatKind(source: Partial<Source>): string {
  const name = ofWhomAndWhen(source);
  const { document_kind: kind = "" } = source;
  return name === "" || kind === "" ? "" : `${name}, ${kind}`;
}

/** The answer as Markdown with its citations as footnotes. */
export function withFootnotes(answer: Answer): string {
  const order = inOrder(answer.citations);
  let text = "";
  let seen = 0;
  order.forEach(({ marker_span: { start, end } }, at) => {
    if (start < seen) return;
    text += `${answer.text.slice(seen, start)}[^${at + 1}]${SIGNS[order[at]?.verification.status ?? "unchecked"]}`;
    seen = end;
  });
  text += answer.text.slice(seen);
  const notes = order.map((citation, at) => `[^${at + 1}]: ${footnote(answer, citation)}${checked(citation.verification)}`);
  const warnings = answer.warnings.map(({ message }) => `- ⚠ ${oneLine(message)}`).join("\n");
  const facts = [answer.model ?? "", answer.evidence === null ? "" : `evidence: ${answer.evidence}`].filter((one) => one !== "").join("; ");
  return [text, warnings, facts === "" ? "" : `*${facts}*`, notes.join("\n")].filter((one) => one !== "").join("\n\n");
}

/** Behind the marker of a citation that its check did not bear out, as in the export of a chat. */
const SIGNS: Record<Verification["status"], string> = { supported: "", partial: " (?)", unsupported: " ✗", unchecked: "" };
const DOUBTS: Partial<Record<Verification["status"], string>> = {
  partial: "**only partly supported by this source**",
  unsupported: "**not supported by this source**",
};

/** What the check of a citation found, if it is more than that the source says it. */
function checked({ status, reason = "", calculations = [] }: Partial<Verification>): string {
  const doubt = status === undefined ? undefined : DOUBTS[status];
  const said = doubt === undefined ? "" : `; ${doubt}${reason === "" ? "" : `: ${oneLine(reason)}`}`;
  return calculations.length === 0 ? said : `${said}; calculated: ${calculations.map(({ formula }) => `\`${formula}\``).join(", ")}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function footnote(answer: Answer, citation: Citation): string {
  const source = sourceOf(answer, citation);
  const place = source === undefined ? citation.passage_id : `${source.title}, p. ${pageLabel(source)} (${source.file_name})`;
  const address = citation.quote.address === "" ? "" : `, ${citation.quote.address}`;
  const quote = oneLine(citation.quote.text);
  return quote === "" ? place : `${place}${address}: “${quote}”`;
}
