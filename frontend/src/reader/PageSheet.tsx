// A page of a report with what is marked on it. It knows nothing of the rest of the page around it.
import { useEffect, useRef, useState, type CSSProperties, type MouseEvent, type ReactNode } from "react";

import { draw } from "./drawing";
import { markAt, type PageMark } from "./marks";
import { openPage, type OpenPage, type PageSource } from "./pdf";

interface Props {
  source: PageSource;
  /** What the page is called for those who do not see it. */
  label: string;
  /** What is said until it is drawn. */
  waiting: string;
  marks: readonly PageMark[];
  onMark?: ((id: string) => void) | undefined;
  /** Its width and height in points, once they are known. */
  onSize?: ((width: number, height: number) => void) | undefined;
  onFailure: () => void;
  /** How large it is in pixels; else as wide as there is room. */
  size?: { width: number; height: number };
  style?: CSSProperties;
  /** How long it must be wanted before it is read: who scrolls past it reads it not. */
  wait?: number;
  hasText?: boolean;
}

const REDRAW_MS = 120;

export function PageSheet(props: Props): ReactNode {
  const { source, label, waiting, marks, onMark, onSize, onFailure, size, style, wait = 0, hasText = true } = props;
  const sheet = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const measured = useWidth(sheet, size === undefined);
  const width = size?.width ?? measured;
  const open = useOpenPage(source, wait, onFailure);
  const [ready, setReady] = useState(false);
  const [pictured, setPictured] = useState(false);
  useEffect(() => {
    if (open === null || width === 0) return undefined;
    const drawing = new AbortController();
    const drawn = (): void =>
      void draw(open, width, { canvas: canvas.current, text: hasText ? text.current : null, onPicture: () => setPictured(true) }, drawing.signal).then(
        () => !drawing.signal.aborted && setReady(true),
        () => !drawing.signal.aborted && onFailure(),
      );
    // While a width changes the picture is stretched, and drawn once it is settled.
    const timer = setTimeout(drawn, canvas.current?.dataset["drawn"] === undefined ? 0 : REDRAW_MS);
    if (canvas.current !== null) canvas.current.dataset["drawn"] = "";
    return () => {
      clearTimeout(timer);
      drawing.abort();
    };
  }, [open, width, hasText, onFailure]);
  const view = open?.page.getViewport({ scale: 1 });
  const [wide, high] = [view?.width ?? 0, view?.height ?? 0];
  useEffect(() => {
    if (wide > 0) onSize?.(wide, high);
  }, [wide, high, onSize]);
  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    const box = sheet.current?.getBoundingClientRect();
    if (box === undefined || getSelection()?.isCollapsed === false) return;
    const mark = markAt(marks, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    if (mark !== null && mark.kind !== "current") onMark?.(mark.id);
  };
  const shape = size === undefined ? { aspectRatio: view === undefined ? "210 / 297" : `${view.width} / ${view.height}` } : size;
  return (
    <div
      ref={sheet}
      className="sheet"
      aria-busy={!ready}
      role="group"
      aria-label={label}
      style={{ ...style, ...shape }}
      onClick={onMark === undefined ? undefined : onClick}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {hasText && <div ref={text} className="textLayer" />}
      <Marks marks={marks} />
      {onMark !== undefined && <Tabs marks={marks} onMark={onMark} />}
      {!pictured && <p className="centre soft">{waiting}</p>}
    </div>
  );
}

function Marks({ marks }: { marks: readonly PageMark[] }): ReactNode {
  return (
    <div className="marks" aria-hidden="true">
      {marks.flatMap((mark) =>
        mark.rectangles.map((at, index) => (
          <div
            key={`${mark.id} ${index}`}
            className={`mark ${mark.kind}`}
            style={{ left: percent(at.x0), top: percent(at.y0), width: percent(at.x1 - at.x0), height: percent(at.y1 - at.y0) }}
          />
        )),
      )}
    </div>
  );
}

/** A button beside each mark that leads somewhere: words under a mark stay to be selected. */
function Tabs({ marks, onMark }: { marks: readonly PageMark[]; onMark: (id: string) => void }): ReactNode {
  const placed: number[] = [];
  return marks.map(({ id, tab, name, kind, rectangles: [first] }) => {
    if (tab === undefined || first === undefined) return null;
    // Beside those that stand at the same height.
    const before = placed.filter((y) => Math.abs(y - first.y0) < SAME_HEIGHT).length;
    placed.push(first.y0);
    return (
      <button
        key={id}
        type="button"
        className={`mark-tab ${kind}`}
        aria-label={name}
        title={name}
        aria-current={kind === "current" ? "true" : undefined}
        style={{ left: `calc(var(--tab-at, 0.15rem) + ${String(1.7 * before)}rem)`, top: percent(first.y0) }}
        onClick={(event) => {
          event.stopPropagation();
          onMark(id);
        }}
      >
        {tab}
      </button>
    );
  });
}

const SAME_HEIGHT = 0.02;

const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;

function useWidth(element: React.RefObject<HTMLElement | null>, isWanted: boolean): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!isWanted || element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, isWanted]);
  return width;
}

function useOpenPage({ url, headers, address }: PageSource, wait: number, onFailure: () => void): OpenPage | null {
  const [open, setOpen] = useState<OpenPage | null>(null);
  useEffect(() => {
    const opening = new AbortController();
    const { signal } = opening;
    const read = (): void =>
      void openPage({ url, ...(headers && { headers }), ...(address && { address }) }, signal).then(
        (found) => !signal.aborted && setOpen(found),
        () => !signal.aborted && onFailure(),
      );
    const timer = setTimeout(read, wait);
    return () => {
      clearTimeout(timer);
      opening.abort();
      setOpen(null);
    };
  }, [url, headers, address, wait, onFailure]);
  return open;
}
