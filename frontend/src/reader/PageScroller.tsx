// The pages of a report one below the other; only those near to what is seen are in the page.
import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type Ref, type RefObject } from "react";

import { pageSource } from "@/api/reading";
import type { Rectangle } from "@/api/types";
import { useStrings } from "@/strings";

import { anchorAt, GAP, layoutOf, topOf, viewOf, type Anchor, type Layout, type Room, type Size, type View, type Zoom } from "./layout";
import type { PageMark } from "./marks";
import { PageSheet } from "./PageSheet";

/** Where to go in a report; another `key` goes there again. */
export interface Target {
  key: string;
  page: number;
  /** What is to be seen of the page; else its beginning. */
  at: Rectangle | null;
}

export interface ScrollerApi {
  go: (page: number, at?: Rectangle | null) => void;
  focus: () => void;
}

interface Props {
  ref: Ref<ScrollerApi>;
  docId: string;
  pages: readonly number[];
  sizes: readonly Size[];
  zoom: Zoom;
  labelOf: (page: number) => string;
  marks: ReadonlyMap<number, readonly PageMark[]>;
  target: Target | null;
  onView: (view: View, room: Room) => void;
  /** Ctrl and the wheel: nearer or farther. */
  onWheel: (by: 1 | -1) => void;
  onMark: ((id: string) => void) | undefined;
  onSize: (page: number, width: number, height: number) => void;
}

/** Pages before and after those in sight that are drawn, too. */
const AROUND = 1;
const WAIT_MS = 90;
const GUTTER = 18;
const NONE: readonly PageMark[] = [];

export function PageScroller(props: Props): ReactNode {
  const { ref, docId, pages, sizes, zoom, labelOf, marks, target, onView, onWheel, onMark, onSize } = props;
  const strings = useStrings();
  const frame = useRef<HTMLDivElement>(null);
  // Beside the pages there is room for the numbers of the citations: on a page they would cover its words.
  const gutter = onMark === undefined ? 0 : GUTTER;
  const room = useRoom(frame, gutter);
  const layout = useMemo(() => layoutOf(sizes, zoom, room), [sizes, zoom, room]);
  const [view, setView] = useState<View>({ first: 0, last: 0, read: 0 });
  const anchor = useRef<Anchor>({ at: 0, share: 0, offset: 0 });
  const look = useCallback(() => {
    const element = frame.current;
    if (element === null) return;
    anchor.current = anchorAt(layout, element.scrollTop);
    const seen = viewOf(layout, element.scrollTop, element.clientHeight);
    setView((old) => (old.first === seen.first && old.last === seen.last && old.read === seen.read ? old : seen));
  }, [layout]);
  useEffect(() => onView(view, room), [view, room, onView]);
  // What is seen stays in sight when the pages grow or shrink.
  useLayoutEffect(() => {
    if (frame.current === null) return;
    frame.current.scrollTop = topOf(layout, anchor.current);
    look();
  }, [layout, look]);
  useZoomingWheel(frame, layout, anchor, onWheel);
  const go = useCallback(
    (page: number, at: Rectangle | null = null): void => {
      const index = pages.indexOf(page);
      if (frame.current !== null && index >= 0) bring(frame.current, layout, index, at);
    },
    [pages, layout],
  );
  useImperativeHandle(ref, () => ({ go, focus: () => frame.current?.focus() }), [go]);
  const gone = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (target === null || room.height === 0 || gone.current === target.key) return;
    gone.current = target.key;
    go(target.page, target.at);
  }, [target, room.height, go]);
  const shown = pages.slice(Math.max(0, view.first - AROUND), view.last + AROUND + 1);
  return (
    <div ref={frame} className="pages" tabIndex={0} role="group" aria-label={strings.pagesOfReport} onScroll={look}>
      <div className="pages-inside" style={{ height: layout.total, width: gutter + Math.max(layout.widest + 2 * GAP, room.width) }}>
        {room.height > 0 &&
          shown.map((page) => {
            const at = pages.indexOf(page);
            const [width, height] = [layout.widths[at] ?? 0, layout.heights[at] ?? 0];
            return (
              <OnePage
                key={page}
                docId={docId}
                page={page}
                label={labelOf(page)}
                marks={marks.get(page) ?? NONE}
                top={layout.starts[at] ?? 0}
                left={gutter + Math.max(GAP, (room.width - width) / 2)}
                width={width}
                height={height}
                onMark={onMark}
                onSize={onSize}
              />
            );
          })}
      </div>
    </div>
  );
}

interface OnePageProps extends Pick<Props, "docId" | "onMark" | "onSize"> {
  page: number;
  label: string;
  marks: readonly PageMark[];
  top: number;
  left: number;
  width: number;
  height: number;
}

function OnePage({ docId, page, label, marks, top, left, width, height, onMark, onSize }: OnePageProps): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const sized = useCallback((wide: number, high: number) => onSize(page, wide, high), [page, onSize]);
  const place = { position: "absolute", top, left } as const;
  return (
    <div data-page={page}>
      {failed ? (
        <div className="sheet failed" role="group" aria-label={label} style={{ ...place, width, height }}>
          <p className="centre note">{strings.pageFailed}</p>
        </div>
      ) : (
        <PageSheet
          source={pageSource(docId, page)}
          label={label}
          waiting={strings.loading}
          marks={marks}
          size={{ width, height }}
          style={place}
          wait={WAIT_MS}
          onMark={onMark}
          onSize={sized}
          onFailure={onFailure}
        />
      )}
    </div>
  );
}

/** Scrolls to a page, or so that a part of it is well in sight, if it is not. */
function bring(frame: HTMLElement, layout: Layout, index: number, at: Rectangle | null): void {
  const start = layout.starts[index] ?? 0;
  if (at === null) {
    frame.scrollTop = start - GAP;
    return;
  }
  const [width, height] = [layout.widths[index] ?? 0, layout.heights[index] ?? 0];
  const [top, bottom] = [start + at.y0 * height, start + at.y1 * height];
  const [above, below] = [frame.scrollTop + 0.05 * frame.clientHeight, frame.scrollTop + 0.8 * frame.clientHeight];
  if (top < above || bottom > below) frame.scrollTop = top - 0.25 * frame.clientHeight;
  if (width > frame.clientWidth) frame.scrollLeft = at.x0 * width - 0.2 * frame.clientWidth;
}

/** What pages have of the frame; the gutter beside them is none of it. */
function useRoom(frame: RefObject<HTMLElement | null>, gutter: number): Room {
  const [room, setRoom] = useState<Room>({ width: 0, height: 0 });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      const [width, height] = [element.clientWidth - gutter, element.clientHeight];
      setRoom((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, gutter]);
  return room;
}

/** With Ctrl the wheel zooms, and what is under the pointer stays there. */
function useZoomingWheel(frame: RefObject<HTMLElement | null>, layout: Layout, anchor: RefObject<Anchor>, onWheel: (by: 1 | -1) => void): void {
  const latest = useRef({ layout, onWheel });
  useEffect(() => {
    latest.current = { layout, onWheel };
  });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let moved = 0;
    const zoom = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault(); // the page itself is not to be zoomed
      moved += event.deltaY;
      if (Math.abs(moved) < 40) return;
      anchor.current = anchorAt(latest.current.layout, element.scrollTop, event.clientY - element.getBoundingClientRect().top);
      latest.current.onWheel(moved < 0 ? 1 : -1);
      moved = 0;
    };
    element.addEventListener("wheel", zoom, { passive: false });
    return () => element.removeEventListener("wheel", zoom);
  }, [frame, anchor]);
}
