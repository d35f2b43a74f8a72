// What a reader asks the server for: the outline of a report, its passages in order, words in it.
import { json, paths } from "./client";
import { keyHeader } from "./key";
import { unlessGone } from "./passages";
import type { DocumentPassages, HitsView, OutlineView } from "./types";

/** As many passages as are read at once. */
export const CHUNK = 50;

/** Where a page of a report is had from. */
export const pageSource = (docId: string, page: number) => ({ url: paths.page(docId, page), headers: keyHeader });

/** Null for what is not in the library any more. */
export function readOutline(docId: string, signal: AbortSignal): Promise<OutlineView | null> {
  return unlessGone(json<OutlineView>(`${paths.document(docId)}/outline`, { signal }));
}

export function readPassages(docId: string, offset: number, limit: number, signal: AbortSignal): Promise<DocumentPassages> {
  return json<DocumentPassages>(`${paths.document(docId)}/passages?${new URLSearchParams({ offset: String(offset), limit: String(limit) })}`, { signal });
}

/** The place of a passage among those of its report, from 0; null if it is not there any more. */
export async function placeOfPassage(docId: string, passageId: string, signal: AbortSignal): Promise<number | null> {
  const query = new URLSearchParams({ start: passageId, limit: "1" });
  const found = await unlessGone(json<DocumentPassages>(`${paths.document(docId)}/passages?${query}`, { signal }));
  const n = found?.passages[0]?.n;
  return n === undefined ? null : n - 1;
}

export function readHits(docId: string, query: string, signal: AbortSignal): Promise<HitsView> {
  return json<HitsView>(`${paths.document(docId)}/hits?${new URLSearchParams({ query })}`, { signal });
}
