// A passage as it is now, and where a quote stands on its page.
import { json, paths, Problem } from "./client";
import type { HighlightsView, Operand, PassageView, PlacesView } from "./types";

/** The longest quote that is asked for. */
const LONGEST = 4000;

/** Null if the server does not have it any more. */
export async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
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

/** As many as the server tells at once. */
const MOST_PLACES = 50;

/** Where the figures stand that others are calculated of, passage by passage; operands of old chats tell no places. */
export async function readOperands(operands: readonly Operand[], signal: AbortSignal): Promise<PlacesView[]> {
  const spans = new Map<string, string[]>();
  for (const { passage_id: id, start, end } of operands) {
    if (end > start) spans.set(id, [...(spans.get(id) ?? []), `${start}-${end}`]);
  }
  const read = async ([id, own]: [string, string[]]): Promise<PlacesView | null> => {
    const query = new URLSearchParams({ at: own.slice(0, MOST_PLACES).join(",") });
    return unlessGone(json<PlacesView>(`${paths.passage(id)}/places?${query}`, { signal }));
  };
  return (await Promise.all([...spans].map(read))).filter((one) => one !== null);
}
