// A passage as it is now, and where a quote stands on its page.
import { json, paths, Problem } from "@/api/client";
import type { HighlightsView, PassageView } from "@/api/types";

/** The longest quote that is asked for. */
const LONGEST = 4000;

/** Null if the server does not have it any more. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

export function readPassage(passageId: string, signal: AbortSignal): Promise<PassageView | null> {
  return unlessGone(json<PassageView>(paths.passage(passageId), { signal }));
}

export async function readHighlights(passageId: string, quote: string, signal: AbortSignal): Promise<HighlightsView | null> {
  if (quote === "") return null;
  const query = new URLSearchParams({ quote: quote.slice(0, LONGEST) });
  return unlessGone(json<HighlightsView>(`${paths.passage(passageId)}/highlights?${query}`, { signal }));
}
