// A page of a report, as wide as there is room, with the words of the quote marked.
import { useContext, useEffect, useRef, useState, type ReactNode } from "react";

import type { Rectangle } from "@/api/types";
import { useStrings } from "@/strings";

import { AccessContext } from "./access";
import { loadPdfJs, openPage, type OpenPage } from "./pdf";

interface Props {
  docId: string;
  page: number;
  label: string;
  rectangles: readonly Rectangle[];
  onFailure: () => void;
}

export function PdfPage({ docId, page, label, rectangles, onFailure }: Props): ReactNode {
  const strings = useStrings();
  const sheet = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const width = useWidth(sheet);
  const open = useOpenPage(docId, page, onFailure);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (open === null || width === 0) return undefined;
    const drawing = new AbortController();
    draw(open, width, canvas.current, text.current, drawing.signal).then(
      () => !drawing.signal.aborted && setReady(true),
      () => !drawing.signal.aborted && onFailure(),
    );
    return () => drawing.abort();
  }, [open, width, onFailure]);
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ready) first.current?.scrollIntoView({ block: "nearest" });
  }, [ready, rectangles]);
  const view = open?.page.getViewport({ scale: 1 });
  return (
    <div
      ref={sheet}
      className="sheet"
      aria-busy={!ready}
      role="group"
      aria-label={label}
      style={{ aspectRatio: view === undefined ? "210 / 297" : `${view.width} / ${view.height}` }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <div ref={text} className="textLayer" />
      <div className="marks" aria-hidden="true">
        {rectangles.map((at, index) => (
          <div
            key={index}
            ref={index === 0 ? first : undefined}
            className="mark"
            style={{
              left: percent(at.x0),
              top: percent(at.y0),
              width: percent(at.x1 - at.x0),
              height: percent(at.y1 - at.y0),
            }}
          />
        ))}
      </div>
      {!ready && <p className="centre soft">{strings.loading}</p>}
    </div>
  );
}

const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

function useOpenPage(docId: string, page: number, onFailure: () => void): OpenPage | null {
  const [open, setOpen] = useState<OpenPage | null>(null);
  const access = useContext(AccessContext);
  useEffect(() => {
    let left = false;
    const opening = openPage(docId, page, access);
    opening.then(
      (found) => !left && setOpen(found),
      () => !left && onFailure(),
    );
    return () => {
      left = true;
      setOpen(null);
      // What failed to open has nothing to close.
      opening.then((found) => found.close(), () => undefined);
    };
  }, [docId, page, access, onFailure]);
  return open;
}

async function draw(
  { page }: OpenPage,
  width: number,
  canvas: HTMLCanvasElement | null,
  text: HTMLDivElement | null,
  signal: AbortSignal,
): Promise<void> {
  if (canvas === null || text === null) return;
  const scale = width / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  const sharp = Math.min(window.devicePixelRatio, 2);
  // Drawn apart, so that resizing does not show an empty page meanwhile.
  const drawn = document.createElement("canvas");
  drawn.width = Math.round(viewport.width * sharp);
  drawn.height = Math.round(viewport.height * sharp);
  const task = page.render({ canvas: drawn, viewport, transform: [sharp, 0, 0, sharp, 0, 0] });
  signal.addEventListener("abort", () => task.cancel());
  await task.promise;
  if (signal.aborted) return;
  canvas.width = drawn.width;
  canvas.height = drawn.height;
  canvas.getContext("2d")?.drawImage(drawn, 0, 0);
  await drawText(page, viewport, text, signal);
}

/** The page's words over its picture, to be selected and read aloud. */
async function drawText(
  page: OpenPage["page"],
  viewport: ReturnType<OpenPage["page"]["getViewport"]>,
  container: HTMLDivElement,
  signal: AbortSignal,
): Promise<void> {
  const { TextLayer } = await loadPdfJs();
  container.replaceChildren();
  container.style.setProperty("--total-scale-factor", String(viewport.scale));
  container.style.setProperty("--scale-factor", String(viewport.scale));
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
  signal.addEventListener("abort", () => layer.cancel());
  await layer.render();
}
