// pdf.js, loaded when the first page is looked at; it runs no script of a PDF and needs no eval.
import type { PDFDocumentLoadingTask, PDFPageProxy, PDFWorker } from "pdfjs-dist";

type Library = typeof import("pdfjs-dist");

interface Loaded {
  pdfjs: Library;
  /** One for all pages: each of its own would take longer to start than to draw a page. */
  worker: PDFWorker;
}

let loaded: Promise<Loaded> | null = null;

async function load(): Promise<Loaded> {
  const [pdfjs, worker] = await Promise.all([
    import("pdfjs-dist"),
    import("pdfjs-dist/build/pdf.worker.min.mjs?url"),
  ]);
  pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
  return { pdfjs, worker: new pdfjs.PDFWorker() };
}

export function loadPdfJs(): Promise<Loaded> {
  loaded ??= load().catch((error: unknown) => {
    loaded = null; // the next page may have a connection
    throw error;
  });
  return loaded;
}

const resources = (name: string): string => new URL(`assets/pdfjs/${name}/`, document.baseURI).href;

export interface OpenPage {
  page: PDFPageProxy;
  close: () => void;
}

/** Where a page is had from: a PDF that has it alone, and what the server wants to know of who asks. */
export interface PageSource {
  url: string;
  headers?: () => Record<string, string>;
}

/** One page of a report, as a PDF of its own. */
export async function openPage(source: PageSource, signal: AbortSignal): Promise<OpenPage> {
  const { pdfjs, worker } = await loadPdfJs();
  signal.throwIfAborted();
  const task: PDFDocumentLoadingTask = pdfjs.getDocument({
    url: new URL(source.url, document.baseURI).href,
    httpHeaders: source.headers?.() ?? {},
    worker,
    cMapUrl: resources("cmaps"),
    standardFontDataUrl: resources("standard_fonts"),
    wasmUrl: resources("wasm"),
    // The page's policy allows no compiling: the decoders run as plain scripts.
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
    disableAutoFetch: true,
  });
  const close = (): void => void task.destroy();
  signal.addEventListener("abort", close);
  const document_ = await task.promise;
  return { page: await document_.getPage(1), close };
}
