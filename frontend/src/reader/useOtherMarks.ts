// What else of an answer stands on the pages in sight: its other citations, and passages that were only found.
import { useEffect, useState } from "react";

import type { Citation, Source } from "@/api/types";
import { inOrder, sourceOf } from "@/citations/model";
import { readHighlights, readPassage } from "@/api/passages";
import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";
import type { Answer } from "@/stream/reduce";

import { around, type PageMark } from "./marks";
import { pageOf } from "./useCitation";

/** What may be marked, before it is known where. */
type Wanted = { key: string; page: number } & ({ citation: Citation } | { source: Source });

/** The id of the mark of a source that is not cited. */
export const sourceMark = (n: number): string => `source ${String(n)}`;

export function wantedOn(answer: Answer, docId: string, current: string | null, first: number, last: number): Wanted[] {
  const wordsOf = (one: Citation): string => `${one.passage_id} ${one.quote.text}`;
  // The same words, cited twice, are marked once.
  const marked = new Set(answer.citations.filter((one) => one.citation_id === current).map(wordsOf));
  const cited = inOrder(answer.citations).flatMap((citation): Wanted[] => {
    const source = sourceOf(answer, citation);
    if (source?.doc_id !== docId || citation.quote.text === "" || marked.has(wordsOf(citation))) return [];
    marked.add(wordsOf(citation));
    return [{ key: citation.citation_id, page: pageOf(citation, source), citation }];
  });
  const numbers = new Set(answer.citations.map((one) => one.n));
  const found = answer.sources
    .filter((source) => source.doc_id === docId && !numbers.has(source.n) && sourceMark(source.n) !== current)
    .map((source): Wanted => ({ key: sourceMark(source.n), page: source.page_start, source }));
  return [...cited, ...found].filter(({ page }) => first <= page && page <= last);
}

export function useOtherMarks(answer: Answer, docId: string, current: string | null, first: number, last: number, isShut: boolean): PageMark[] {
  const strings = useStrings();
  const [known, setKnown] = useState<ReadonlyMap<string, PageMark | null>>(new Map());
  useEffect(() => {
    if (isShut) return undefined;
    const missing = wantedOn(answer, docId, current, first, last).filter(({ key }) => !known.has(key));
    if (missing.length === 0) return undefined;
    const reading = new AbortController();
    const { signal } = reading;
    // What cannot be read is not marked, and not asked for again.
    void Promise.all(missing.map((one) => markOf(one, strings, signal).catch(() => null))).then((marks) => {
      if (!signal.aborted) setKnown((old) => new Map([...old, ...missing.map(({ key }, at) => [key, marks[at] ?? null] as const)]));
    });
    return () => reading.abort();
  }, [answer, docId, current, first, last, isShut, known, strings]);
  return wantedOn(answer, docId, current, 1, Infinity).flatMap(({ key }) => known.get(key) ?? []);
}

async function markOf(wanted: Wanted, strings: Strings, signal: AbortSignal): Promise<PageMark | null> {
  const { key: id } = wanted;
  if ("citation" in wanted) {
    const { citation } = wanted;
    const found = await readHighlights(citation.passage_id, citation.quote.text, signal);
    if (found === null || found.rectangles.length === 0) return null;
    return { id, page: found.page, kind: "other", rectangles: found.rectangles, tab: String(citation.label), name: strings.openCitation(citation.label) };
  }
  const passage = await readPassage(wanted.source.passage_id, signal);
  const frame = passage?.figure ?? around(passage?.lines ?? []);
  if (passage === null || frame === null) return null;
  return { id, page: passage.page, kind: "found", rectangles: [frame], tab: "·", name: strings.foundHere };
}
