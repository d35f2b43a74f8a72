// Which reports a question is asked of: what is chosen, what fits it, and how it goes over the wire. Pure.
import type { DocumentView, Filters } from "@/api/types";

/** What reports are told apart by, beside where they lie; each is a list of `Filters`. */
export const FACETS = ["organisations", "periods", "kinds"] as const;
export type Facet = (typeof FACETS)[number];

export type Chosen = Record<Facet | "folders" | "documents" | "collections", ReadonlySet<string>>;

export function chosenOf(filters: Filters | null): Chosen {
  const { organisations, periods, kinds, folders, doc_ids, collections } = filters ?? {};
  return { organisations: new Set(organisations), periods: new Set(periods), kinds: new Set(kinds), folders: new Set(folders), documents: new Set(doc_ids), collections: new Set(collections) };
}

/** Null for all reports. */
export function asFilters(chosen: Chosen, documents: readonly DocumentView[]): Filters | null {
  const filters: Filters = {};
  for (const facet of FACETS) if (chosen[facet].size > 0) filters[facet] = [...chosen[facet]];
  // The server takes folders and documents as "both": a choice of either is one of documents.
  if (chosen.documents.size > 0) filters.doc_ids = [...new Set([...chosen.documents, ...inFolders(documents, chosen.folders)])];
  else if (chosen.folders.size > 0) filters.folders = [...chosen.folders];
  if (chosen.collections.size > 0) filters.collections = [...chosen.collections];
  return Object.keys(filters).length === 0 ? null : filters;
}

function inFolders(documents: readonly DocumentView[], folders: ReadonlySet<string>): string[] {
  return documents.filter((one) => one.locations.some((place) => folders.has(place.folder))).map((one) => one.doc_id);
}

/** Whether a report is among those that are asked: one of each list that is not empty. */
export function fits(document: DocumentView, chosen: Chosen): boolean {
  if (chosen.collections.size > 0 && !chosen.collections.has(document.collection)) return false;
  const isPlaced = chosen.documents.has(document.doc_id) || document.locations.some((place) => chosen.folders.has(place.folder));
  if (chosen.documents.size + chosen.folders.size > 0 && !isPlaced) return false;
  return FACETS.every((facet) => chosen[facet].size === 0 || factsOf(facet, document).some((fact) => chosen[facet].has(fact)));
}

/** What a report is, as filters find it: a quarter lies in its year, a 10-K is an annual report. */
function factsOf(facet: Facet, document: DocumentView): string[] {
  if (facet === "organisations") return [document.organisation].filter(Boolean);
  if (facet === "periods") return [...new Set(document.periods.flatMap((period) => [period, period.slice(0, 4)]))];
  const kinds: string[] = [];
  for (let kind = document.kind; kind !== ""; kind = BROADER[kind] ?? "") kinds.push(kind);
  return kinds;
}

/** What a kind is one of, as the server has it. */
const BROADER: Partial<Record<string, string>> = {
  "10-K": "annual report",
  "20-F": "annual report",
  "40-F": "annual report",
  "10-Q": "quarterly report",
  "quarterly report": "interim report",
  "earnings release": "press release",
};

export interface FacetValue {
  value: string;
  /** So many reports are it. */
  count: number;
}

/** What may be chosen, periods from the newest on, all else by the alphabet; what is chosen is there in any case. */
export function valuesOf(facet: Facet, documents: readonly DocumentView[], chosen: ReadonlySet<string>): FacetValue[] {
  const counts = new Map([...chosen].map((value) => [value, 0]));
  for (const document of documents) {
    for (const fact of factsOf(facet, document)) counts.set(fact, (counts.get(fact) ?? 0) + 1);
  }
  const order = facet === "periods" ? -1 : 1;
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => order * a.value.localeCompare(b.value));
}

export function toggled(set: ReadonlySet<string>, value: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}
