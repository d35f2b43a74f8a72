// A citation as the server knows it now: its passage, where its words stand, what is calculated with.
import { useCallback, useMemo } from "react";

import type { Citation, HighlightsView, Operand, PassageView, PlacesView, Rectangle, Source } from "@/api/types";
import { besideOf } from "@/citations/model";
import { readHighlights, readOperands, readPassage } from "@/api/passages";
import { operandsOf } from "@/citations/verdict";
import { labelOf, placed } from "@/strings/pages";
import { useRemote, type Remote } from "@/ui/useRemote";

import type { PageMark } from "./marks";

export interface FoundCitation {
  passage: PassageView | null;
  highlights: HighlightsView | null;
  beside: HighlightsView | null;
  /** Where what is calculated with stands, other than in cells of the passage. */
  places: PlacesView[];
}

export function useCitation(citation: Citation): Remote<FoundCitation> {
  const { passage_id: id, quote, verification } = citation;
  const beside = besideOf(verification);
  const [besideId, besideText] = [beside?.passage_id ?? "", beside?.quote.text ?? ""];
  const load = useCallback(
    async (signal: AbortSignal): Promise<FoundCitation> => {
      const [passage, highlights, around, places] = await Promise.all([
        readPassage(id, signal),
        readHighlights(id, quote.text, signal),
        readHighlights(besideId, besideText, signal),
        readOperands(operandsOf(verification).filter((one) => one.passage_id !== id || one.row === null), signal),
      ]);
      return { passage, highlights, beside: around, places };
    },
    [id, quote.text, besideId, besideText, verification],
  );
  return useRemote(load);
}

/** The page on which a citation is looked at. */
export function pageOf(citation: Citation, source: Source): number {
  return citation.quote.page > 0 ? citation.quote.page : source.page_start;
}

/** What figures of the claim are calculated of in the passage itself. */
export function useOwnOperands(citation: Citation, source: Source | undefined): Operand[] {
  const id = source?.passage_id;
  return useMemo(() => operandsOf(citation.verification).filter((one) => one.passage_id === id), [citation.verification, id]);
}

/** What a citation marks on the pages of its report: quotes, and the figures that others are calculated of. */
export function marksOfCitation(citation: Citation, source: Source, found: FoundCitation | null, operands: readonly Operand[]): PageMark[] {
  if (found === null) return [];
  const pages = new Map<number, Rectangle[]>();
  const add = (page: number, rectangles: readonly Rectangle[]): void => {
    if (rectangles.length > 0) pages.set(page, [...(pages.get(page) ?? []), ...rectangles]);
  };
  const { highlights, beside, passage, places } = found;
  for (const one of [highlights, beside]) if (one !== null) add(one.page, one.rectangles);
  const cells = (passage?.table?.cells ?? []).filter((cell) => operands.some((one) => one.row === cell.row && one.column === cell.column));
  add(passage?.page ?? 0, cells.flatMap(({ rectangle }) => (rectangle === null ? [] : [rectangle])));
  for (const one of places) {
    if (one.passage_id.startsWith(`${source.doc_id}-`)) add(one.page, one.places.flatMap(({ rectangles }) => rectangles));
  }
  const name = `${String(citation.label)}: ${placed(source.title, labelOf(source))}`;
  return [...pages].map(([page, rectangles]) => ({ id: citation.citation_id, page, kind: "current", rectangles, tab: String(citation.label), name }));
}
