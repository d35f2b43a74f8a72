// A report without pages to be seen, as it was read: text under its headings, slide by slide, sheet by sheet.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type ReactNode, type Ref } from "react";

import { toProblem, type Problem } from "@/api/client";
import { CHUNK, placeOfPassage, readPassages } from "@/api/reading";
import type { HitView, Operand, OutlineView, Source } from "@/api/types";
import type { Place } from "@/citations/grid";
import { PassageText } from "@/citations/PassageText";
import { useStrings } from "@/strings";
import { labelOf } from "@/strings/pages";

import { headOf, repeated, sheetAt, sheetsOf, type TextForm } from "./texts";

/** What is cited in a text. */
export interface CitedText {
  passageId: string;
  quote: Place | null;
  operands?: readonly Operand[];
}

export interface TextApi {
  /** To the passage at a place among those of the report, from 0. */
  go: (place: number) => void;
}

const MEASURED_MS = 150;

interface Props {
  ref: Ref<TextApi>;
  docId: string;
  form: TextForm;
  outline: OutlineView | null;
  cited: CitedText | null;
  hit: HitView | null;
  /** The page, slide or sheet that is read. */
  onPage: (page: number) => void;
}

export function TextReader({ ref, docId, form, outline, cited, hit, onPage }: Props): ReactNode {
  const strings = useStrings();
  const frame = useRef<HTMLDivElement>(null);
  const { at, total, problem, want } = usePassages(docId);
  const sheets = useMemo(() => (form === "sheets" ? sheetsOf(outline, total) : []), [form, outline, total]);
  const [wanted, setWanted] = useState<{ place: number } | null>(null);
  const [sheet, setSheet] = useState(0);
  const range = sheets[sheet] ?? { from: 0, to: total, label: "" };
  const virtual = useVirtualizer({ count: Math.max(0, range.to - range.from), getScrollElement: () => frame.current, estimateSize: () => 180, overscan: 2 });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => want(range.from + first, range.from + last), [want, range.from, first, last]);
  const go = useCallback(
    (place: number) => {
      if (sheets.length > 0) setSheet(sheetAt(sheets, place));
      setWanted({ place });
    },
    [sheets],
  );
  useImperativeHandle(ref, () => ({ go }), [go]);
  useCitedPlace(docId, cited?.passageId ?? null, total > 0, go);
  const [hitPassage, hitStart] = [hit?.passage ?? -1, hit?.start ?? 0];
  useEffect(() => {
    if (hitPassage >= 0) go(hitPassage);
  }, [hitPassage, hitStart, go]);
  useEffect(() => {
    if (wanted === null || wanted.place < range.from || wanted.place >= range.to) return undefined;
    const index = wanted.place - range.from;
    virtual.scrollToIndex(index, { align: "start" });
    // Of a long passage what is cited may lie below; its place is known when the passages are measured.
    const timer = setTimeout(() => {
      const cited = frame.current?.querySelector(`[data-index="${String(index)}"] .current :is(.cited, mark)`);
      cited?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }, MEASURED_MS);
    return () => clearTimeout(timer);
  }, [wanted, virtual, range.from, range.to]);
  // At the end what was gone to may be too short to be scrolled up; `first` is before what is in sight.
  const inSight = virtual.range?.startIndex ?? 0;
  const isEnd = (virtual.scrollOffset ?? 0) + (virtual.scrollRect?.height ?? 0) >= virtual.getTotalSize() - 1;
  const gone = wanted === null ? -1 : wanted.place - range.from;
  const page = at(range.from + (isEnd && gone > inSight ? gone : inSight))?.page_start ?? 1;
  useEffect(() => onPage(page), [page, onPage]);
  return (
    <>
      <div ref={frame} className={`texts ${form}`} tabIndex={0} role="region" aria-label={strings.textOfReport}>
        {problem !== null && (
          <p role="alert" className="note error">
            {strings.problem(problem.code, problem.message)}
          </p>
        )}
        {total === 0 && problem === null && <p className="soft centre">{strings.loading}</p>}
        <div className="texts-inside" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const place = range.from + item.index;
            const passage = at(place);
            return (
              <div key={place} data-index={item.index} data-page={passage?.page_start ?? 0} ref={virtual.measureElement} className="text-slot" style={{ top: item.start }}>
                {passage === undefined ? (
                  <p className="soft text-waiting">{strings.loading}</p>
                ) : (
                  <OnePassage passage={passage} before={at(place - 1)} form={form} cited={cited?.passageId === passage.passage_id ? cited : null} hit={hitPassage === place ? hit : null} />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {sheets.length > 1 && (
        <div className="sheet-tabs" role="group" aria-label={strings.sheets}>
          {sheets.map(({ label, from }, index) => (
            <button key={from} type="button" dir="auto" aria-pressed={index === sheet} onClick={() => go(from)}>
              {label}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

interface OneProps {
  passage: Source;
  before: Source | undefined;
  form: TextForm;
  cited: CitedText | null;
  hit: HitView | null;
}

function OnePassage({ passage, before, form, cited, hit }: OneProps): ReactNode {
  const strings = useStrings();
  const head = headOf(passage, before, form);
  const hits = useMemo(() => (hit === null ? [] : [hit]), [hit]);
  return (
    <article className={cited === null ? "text-passage" : "text-passage current"}>
      {head.page && <h3>{form === "slides" ? strings.slide(passage.page_start) : labelOf(passage)}</h3>}
      {head.section && <h4 dir="auto">{passage.section}</h4>}
      <PassageText
        source={passage}
        quote={cited?.quote ?? null}
        operands={cited?.operands ?? NONE}
        hits={hits}
        from={cited === null && hit === null ? repeated(before, passage) : 0}
        scrolls={cited !== null || hit !== null}
      />
    </article>
  );
}

/** Goes to what is cited, once its place is known. */
function useCitedPlace(docId: string, passageId: string | null, isReady: boolean, go: (place: number) => void): void {
  const latest = useRef(go);
  useEffect(() => {
    latest.current = go;
  });
  useEffect(() => {
    if (passageId === null || !isReady) return undefined;
    const reading = new AbortController();
    placeOfPassage(docId, passageId, reading.signal).then(
      (place) => place !== null && !reading.signal.aborted && latest.current(place),
      () => undefined, // the report is shown from its beginning
    );
    return () => reading.abort();
  }, [docId, passageId, isReady]);
}

const NONE: readonly Operand[] = [];

interface Passages {
  at: (place: number) => Source | undefined;
  total: number;
  problem: Problem | null;
  want: (first: number, last: number) => void;
}

/** The passages of a report, read some at a time where they are wanted. */
function usePassages(docId: string): Passages {
  const [state, setState] = useState<{ known: ReadonlyMap<number, Source>; total: number; problem: Problem | null }>({ known: new Map(), total: 0, problem: null });
  const asked = useRef({ docId, chunks: new Set<number>() });
  const want = useCallback(
    (first: number, last: number) => {
      if (asked.current.docId !== docId) asked.current = { docId, chunks: new Set() };
      const { chunks } = asked.current;
      for (let chunk = Math.floor(first / CHUNK); chunk <= Math.floor(last / CHUNK); chunk += 1) {
        if (chunks.has(chunk)) continue;
        chunks.add(chunk);
        readPassages(docId, chunk * CHUNK, CHUNK, new AbortController().signal).then(
          ({ passages, total }) => setState((old) => ({ known: new Map([...old.known, ...passages.map((one) => [one.n - 1, one] as const)]), total, problem: null })),
          (error: unknown) => {
            chunks.delete(chunk);
            setState((old) => ({ ...old, problem: toProblem(error) }));
          },
        );
      }
    },
    [docId],
  );
  useEffect(() => want(0, 0), [want]);
  return { at: (place) => state.known.get(place), total: state.total, problem: state.problem, want };
}
