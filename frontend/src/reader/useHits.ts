// Words that are searched for in a report: where they stand, and which place is shown.
import { useCallback, useEffect, useState } from "react";

import { toProblem, type Problem } from "@/api/client";
import { readHits } from "@/api/reading";
import type { HitView } from "@/api/types";

import type { PageMark } from "./marks";

const TYPED_MS = 300;

export interface Search {
  query: string;
  hits: readonly HitView[];
  more: boolean;
  /** Which one is shown, from 0; -1 if there is none. */
  at: number;
  isBusy: boolean;
  problem: Problem | null;
}

const NOTHING: Search = { query: "", hits: [], more: false, at: -1, isBusy: false, problem: null };

export interface Searching {
  search: Search;
  ask: (query: string) => void;
  step: (by: 1 | -1) => void;
}

/** `from` is the page that is read: the first place on it or after it is shown first. */
export function useHits(docId: string, from: () => number): Searching {
  const [query, setQuery] = useState("");
  const [search, setSearch] = useState<Search>(NOTHING);
  useEffect(() => {
    const words = query.trim();
    const reading = new AbortController();
    const { signal } = reading;
    const read = async (): Promise<void> => {
      if (words === "") {
        setSearch(NOTHING);
        return;
      }
      setSearch((old) => ({ ...old, query: words, isBusy: true }));
      try {
        const { hits, more } = await readHits(docId, words, signal);
        if (!signal.aborted) setSearch({ query: words, hits, more, at: firstFrom(hits, from()), isBusy: false, problem: null });
      } catch (error) {
        if (!signal.aborted) setSearch({ ...NOTHING, query: words, problem: toProblem(error) });
      }
    };
    const timer = setTimeout(() => void read(), words === "" ? 0 : TYPED_MS);
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [docId, query, from]);
  const step = useCallback((by: 1 | -1) => setSearch((old) => ({ ...old, at: stepped(old.at, by, old.hits.length) })), []);
  return { search, ask: setQuery, step };
}

/** The next place after one, or before it; after the last comes the first. */
export function stepped(at: number, by: 1 | -1, count: number): number {
  return count === 0 ? -1 : (at + by + count) % count;
}

/** The first place on a page or after it; else the first of all. */
export function firstFrom(hits: readonly Pick<HitView, "page">[], page: number): number {
  if (hits.length === 0) return -1;
  return Math.max(0, hits.findIndex((one) => one.page >= page));
}

export function marksOf({ hits, at }: Search): PageMark[] {
  return hits.map(({ page, rectangles }, index) => ({ id: `hit ${String(index)}`, page, kind: index === at ? "hit-current" : "hit", rectangles }));
}
