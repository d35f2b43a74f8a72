// Citations of one answer: their order and their sources. Pure.
import type { AlsoIn, Citation, ContextPassage, FoundBeside, Source } from "@/api/types";
import type { Answer } from "@/stream/reduce";
import { kindNamed } from "@/strings/pages";

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
  return beside == null || beside.quote.text === "" ? null : beside;
}

/** The words of a quote to be read in a line. */
export function shownQuote(source: Pick<Source, "table"> | undefined, text: string): string {
  return source?.table == null ? text : cellsOf(text);
}

/** The cells of a table's rows, without the bars between them. */
export function cellsOf(text: string): string {
  const cells = text.split(/[|\n]/).map((cell) => cell.trim());
  // No line ends between a currency and its figure.
  return cells.filter((cell) => cell !== "").join(" · ").replace(/([$€£¥]) (?=[\d(])/g, "$1\u00a0");
}

/** The first words of a text, in a line of at most so many characters; no word is cut. */
export function beginning(text: string, most: number): string {
  const line = text.slice(0, 2 * most).replace(/\s+/g, " ").trim();
  if (line.length <= most) return line;
  const cut = line.lastIndexOf(" ", most);
  return `${line.slice(0, cut > most / 2 ? cut : most)} …`;
}

/** What a source is called in a line of others: whose report it is and of when, as far as that tells it from them. */
export function shortNames(sources: readonly Source[], kinds: Readonly<Record<string, string>> = {}): Map<string, string> {
  const reports = new Map(sources.map((source) => [source.doc_id, source]));
  const names = new Map<string, string>();
  // From short to long: a name that two reports have tells neither from the other.
  for (const name of [ofWhomAndWhen, (source: Source) => ofWhatKind(source, kinds), (source: Source) => source.title, (source: Source) => `${source.title} (${source.file_name})`]) {
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

function ofWhatKind(source: Partial<Source>, kinds: Readonly<Record<string, string>>): string {
  const name = ofWhomAndWhen(source);
  const { document_kind: kind = "" } = source;
  return name === "" || kind === "" ? "" : `${name}, ${kindNamed(kind, kinds)}`;
}
