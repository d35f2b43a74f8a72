// Drawing a page of pdf.js: its picture, and its words over it.
import { pause } from "@/base/pause";

import { loadPdfJs, type OpenPage } from "./pdf";

/** More pixels are not drawn: browsers refuse canvases that are much larger. */
const MOST_PIXELS = 16_000_000;
const SHARPEST = 2;
/** The words come after the picture, so that who scrolls on waits for neither. */
const WORDS_AFTER_MS = 60;

/** How many pixels are drawn for one of the page's. */
export function sharpness(width: number, height: number, ratio: number): number {
  return Math.min(ratio, SHARPEST, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
}

/** Where a page is drawn. */
interface Onto {
  canvas: HTMLCanvasElement | null;
  /** For its words; none are wanted where it is null. */
  text: HTMLDivElement | null;
  onPicture: () => void;
}

/** Draws the page as wide as told; does nothing more once it is aborted. */
export async function draw(
  { page }: OpenPage,
  width: number,
  { canvas, text, onPicture }: Onto,
  signal: AbortSignal,
): Promise<void> {
  if (canvas === null) return;
  const scale = width / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  const sharp = sharpness(viewport.width, viewport.height, window.devicePixelRatio);
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
  // The memory of what is not shown is given back at once, and not when the browser comes to it.
  drawn.width = 0;
  onPicture();
  if (text === null) return;
  await pause(WORDS_AFTER_MS);
  await drawText(page, viewport, text, signal);
}

/** The page's words over its picture, to be selected and read aloud. */
async function drawText(
  page: OpenPage["page"],
  viewport: ReturnType<OpenPage["page"]["getViewport"]>,
  container: HTMLDivElement,
  signal: AbortSignal,
): Promise<void> {
  const { pdfjs } = await loadPdfJs();
  if (signal.aborted) return;
  container.replaceChildren();
  container.style.setProperty("--total-scale-factor", String(viewport.scale));
  container.style.setProperty("--scale-factor", String(viewport.scale));
  const layer = new pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
  signal.addEventListener("abort", () => layer.cancel());
  await layer.render();
}
