// A passage as it is now, and where a quote stands on its page.
import { json, paths, Problem } from "@/api/client";
import type { HighlightsView } from "@/api/types";

/** The longest quote that is asked for. */
const LONGEST = 4000;

/** Where the quote stands; null where the server cannot say, as for formats without a layout. */
export async function readHighlights(passageId: string, quote: string, signal: AbortSignal): Promise<HighlightsView | null> {
  if (quote === "") return null;
  const query = new URLSearchParams({ quote: quote.slice(0, LONGEST) });
  try {
    return await json<HighlightsView>(`${paths.passage(passageId)}/highlights?${query}`, { signal });
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}
export interface Standing {
  passage_id: string;
  state: "current" | "superseded" | "gone";
  now: { doc_id: string; title: string; page: number } | null;
}

/** Null where the server does not say. */
export async function readStanding(passageId: string, signal: AbortSignal): Promise<Standing | null> {
  try {
    const { passages } = await json<{ passages: Standing[] }>(`passages?ids=${encodeURIComponent(passageId)}`, { signal });
    return passages[0] ?? null;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}
