// A whole report: its pages, or its text where it has none to be seen, with what finds one's way in it.
import "@/styles/reader.css";

import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { readOutline } from "@/api/reading";
import type { OutlineEntry, OutlineView } from "@/api/types";
import { HAS_PAGES } from "@/citations/files";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { readChoice, writeChoice } from "@/base/choices";
import { formOf } from "@/strings/pages";
import { useRemote } from "@/ui/useRemote";

import { A4, shownZoom, stepped, type Room, type Size, type View, type Zoom } from "./layout";
import { byPage, type PageMark } from "./marks";
import { PageScroller, type ScrollerApi, type Target } from "./PageScroller";
import { SearchBar } from "./SearchBar";
import { useSelected, type Selected } from "./selection";
import { SideList } from "./SideList";
import { TextReader, type CitedText, type TextApi } from "./TextReader";
import { numbered, stopsOf } from "./texts";
import { Toolbar } from "./Toolbar";
import { marksOf, useHits } from "./useHits";

interface Props {
  docId: string;
  fileName: string;
  title: string;
  target: Target | null;
  /** What is marked on its pages. */
  marks: readonly PageMark[];
  /** What is cited of a report without pages. */
  cited?: CitedText | null;
  onMark?: (id: string) => void;
  /** The first and the last page in sight. */
  onSeen?: (first: number, last: number) => void;
  /** The page that is read now. */
  onRead?: (page: number) => void;
  onAsk?: ((selected: Selected) => void) | undefined;
  /** What is shown of a report that is not in the library any more and has no pages. */
  instead?: ReactNode;
  /** At the end of its bar. */
  children?: ReactNode;
}

const load = (docId: string) => (signal: AbortSignal) => readOutline(docId, signal).then((outline) => ({ outline }));

export function Reader(props: Props): ReactNode {
  const strings = useStrings();
  const { docId, fileName } = props;
  const { data, problem } = useRemote(useMemo(() => load(docId), [docId]));
  if (problem !== null) return <p className="note error reader-note">{strings.problem(problem.code, problem.message)}</p>;
  if (data === null) return <p className="soft centre reader-note">{strings.loading}</p>;
  const isPaged = HAS_PAGES.test(fileName);
  if (data.outline === null && !isPaged) return props.instead ?? null;
  return <Shell {...props} outline={data.outline} isPaged={isPaged} />;
}

function Shell(props: Props & { outline: OutlineView | null; isPaged: boolean }): ReactNode {
  const strings = useStrings();
  const { docId, fileName, title, target, marks, cited = null, onMark, onSeen, onRead, onAsk, outline, isPaged, children } = props;
  const root = useRef<HTMLDivElement>(null);
  const pagesApi = useRef<ScrollerApi>(null);
  const textApi = useRef<TextApi>(null);
  const [side, setSide] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const pages = useMemo(() => pagesOf(outline, isPaged, target?.page ?? 1), [outline, isPaged, target?.page]);
  const form = formOf(fileName);
  const stops = useMemo(() => (form === "pages" ? [] : stopsOf(outline, form)), [outline, form]);
  const { sizes, onSize } = useSizes(pages, outline);
  const [seen, setSeen] = useState<{ view: View; room: Room }>({ view: { first: 0, last: 0, read: 0 }, room: { width: 0, height: 0 } });
  const [textPage, setTextPage] = useState(1);
  const page = isPaged ? (pages[seen.view.read] ?? 1) : textPage;
  const { zoom, setZoom, step, shown } = useZoom(sizes[seen.view.read] ?? A4, seen.room);
  const isLaidOut = seen.room.height > 0;
  useEffect(() => {
    if (isLaidOut) onRead?.(page);
  }, [isLaidOut, page, onRead]);
  const read = useRef(page);
  useEffect(() => {
    read.current = page;
  }, [page]);
  const searching = useHits(docId, useCallback(() => read.current, []));
  const { search } = searching;
  const hit = search.hits[search.at] ?? null;
  useEffect(() => {
    if (hit !== null) pagesApi.current?.go(hit.page, hit.rectangles[0] ?? null);
  }, [hit]);
  const onView = useCallback(
    (view: View, room: Room) => {
      setSeen({ view, room });
      onSeen?.(pages[view.first] ?? 1, pages[view.last] ?? 1);
    },
    [onSeen, pages],
  );
  const toStop = useCallback(
    (wanted: number): void => {
      const stop = stops.find((one) => one.page === wanted);
      if (stop !== undefined) textApi.current?.go(stop.from);
    },
    [stops],
  );
  const wantedStop = isPaged || cited !== null ? null : (target?.page ?? null);
  useEffect(() => {
    if (wantedStop !== null) toStop(wantedStop);
  }, [wantedStop, toStop]);
  const onPage = (wanted: number): void => (isPaged ? pagesApi.current?.go(wanted) : toStop(wanted));
  const onEntry = (entry: OutlineEntry): void => {
    if (isPaged) pagesApi.current?.go(entry.page);
    else if (entry.passage !== null) textApi.current?.go(entry.passage);
    // Over a narrow reader the list covers what was chosen.
    if ((root.current?.clientWidth ?? 0) < 560) setSide(false);
  };
  const endSearch = (): void => {
    setSearching(false);
    searching.ask("");
    pagesApi.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const isWriting = event.target instanceof HTMLInputElement;
    const act = keysOf({ step, setZoom, search: () => setSearching(true) })[keyOf(event)];
    if (act === undefined || (isWriting && !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const all = useMemo(() => byPage([...marks, ...marksOf(search)]), [marks, search]);
  const labels = outline?.page_labels ?? [];
  const sheets = form === "sheets" ? numbered(stops, page) : null;
  const labelOf = (number: number): string => strings.pageImage(labels[number - 1] || String(number), title);
  return (
    <div ref={root} className="reader" onKeyDown={onKeyDown}>
      <Toolbar
        pages={isPaged ? pages : sheets === null ? stops.map((stop) => stop.page) : sheets.numbers}
        form={form}
        labels={sheets === null ? labels : []}
        page={sheets === null ? page : sheets.current}
        onPage={(wanted) => onPage(sheets === null ? wanted : (stops[wanted - 1]?.page ?? wanted))}
        zoom={zoom}
        shown={shown}
        onZoom={setZoom}
        onStep={step}
        side={side}
        onSide={() => setSide(!side)}
        searching={isSearching}
        onSearch={() => (isSearching ? endSearch() : setSearching(true))}
      >
        {children}
      </Toolbar>
      {isSearching && <SearchBar searching={searching} onClose={endSearch} />}
      <div className="reader-main">
        {side && (
          <SideList form={form} outline={outline} docId={docId} pages={isPaged ? pages : []} sizes={sizes} page={page} onEntry={onEntry} onPage={onPage} />
        )}
        <div className="reader-view">
          {isPaged ? (
            <PageScroller
              ref={pagesApi}
              docId={docId}
              pages={pages}
              sizes={sizes}
              zoom={zoom}
              labelOf={labelOf}
              marks={all}
              target={target}
              onView={onView}
              onWheel={step}
              onMark={onMark}
              onSize={onSize}
            />
          ) : (
            <TextReader key={docId} ref={textApi} docId={docId} form={form === "pages" ? "text" : form} outline={outline} cited={cited} hit={hit} onPage={setTextPage} />
          )}
        </div>
      </div>
      {onAsk !== undefined && <AskSelected within={root} onAsk={onAsk} />}
    </div>
  );
}

function AskSelected({ within, onAsk }: { within: React.RefObject<HTMLElement | null>; onAsk: (selected: Selected) => void }): ReactNode {
  const strings = useStrings();
  const selected = useSelected(within);
  if (selected === null) return null;
  return (
    // A press must not end the selection before it is taken.
    <Button kind="primary" className="ask-selection" onPointerDown={(event) => event.preventDefault()} onClick={() => onAsk(selected)}>
      {strings.askSelection}
    </Button>
  );
}

/** All pages; of a report that is gone the one that is cited. */
function pagesOf(outline: OutlineView | null, isPaged: boolean, page: number): number[] {
  if (!isPaged) return [];
  return outline === null ? [page] : Array.from({ length: Math.max(1, outline.page_labels.length, outline.page_sizes.length) }, (_, at) => at + 1);
}

/** The sizes of the pages, as the file tells them, and else as they are found when they are drawn. */
function useSizes(pages: readonly number[], outline: OutlineView | null): { sizes: readonly Size[]; onSize: (page: number, width: number, height: number) => void } {
  const told = outline?.page_sizes;
  const [found, setFound] = useState<ReadonlyMap<number, Size>>(new Map());
  const sizes = useMemo(() => pages.map((page): Size => found.get(page) ?? told?.[page - 1] ?? A4), [pages, found, told]);
  const onSize = useCallback(
    (page: number, width: number, height: number) => {
      const known = told?.[page - 1] ?? A4;
      // Half a point more or less moves nothing.
      if (Math.abs(known[0] - width) < 1 && Math.abs(known[1] - height) < 1) return;
      setFound((old) => (old.get(page)?.[0] === width && old.get(page)?.[1] === height ? old : new Map(old).set(page, [width, height])));
    },
    [told],
  );
  return { sizes, onSize };
}

interface Zooming {
  zoom: Zoom;
  setZoom: (zoom: Zoom) => void;
  step: (by: 1 | -1) => void;
  /** 1 is as large as on paper. */
  shown: number;
}

function useZoom(size: Size, room: Room): Zooming {
  const [zoom, set] = useState<Zoom>(() => (readChoice("zoom") === "page" ? "page" : "width"));
  const shown = room.width === 0 ? 1 : shownZoom(size, zoom, room);
  const setZoom = useCallback((wanted: Zoom) => {
    set(wanted);
    if (typeof wanted === "string") writeChoice("zoom", wanted);
  }, []);
  const step = useCallback((by: 1 | -1) => set(stepped(shown, by)), [shown]);
  return { zoom, setZoom, step, shown };
}

interface Doing {
  step: (by: 1 | -1) => void;
  setZoom: (zoom: Zoom) => void;
  search: () => void;
}

function keysOf({ step, setZoom, search }: Doing): Partial<Record<string, () => void>> {
  const [nearer, farther] = [() => step(1), () => step(-1)];
  const fit = (): void => setZoom("width");
  return { "+": nearer, "=": nearer, "-": farther, "0": fit, "Mod++": nearer, "Mod+=": nearer, "Mod+-": farther, "Mod+0": fit, "Mod+f": search };
}

const keyOf = (event: KeyboardEvent): string => `${event.ctrlKey || event.metaKey ? "Mod+" : ""}${event.key.toLowerCase()}`;
