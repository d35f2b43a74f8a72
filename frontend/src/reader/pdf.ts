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

export interface OpenPage {
  page: PDFPageProxy;
  close: () => void;
}

/** Where a page is had from: a PDF that has it alone, and what the server wants to know of who asks. */
export interface PageSource {
  url: string;
  headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** The whole address of a file of the client; of its own server unless told. */
  address?: (path: string) => string;
}

const own = (path: string): string => new URL(path, document.baseURI).href;

/** One page of a report, as a PDF of its own. */
export async function openPage(source: PageSource, signal: AbortSignal): Promise<OpenPage> {
  const { pdfjs, worker } = await loadPdfJs();
  const { url, headers, address = own } = source;
  const httpHeaders = (await headers?.()) ?? {};
  signal.throwIfAborted();
  const resources = (name: string): string => address(`assets/pdfjs/${name}/`);
  const task: PDFDocumentLoadingTask = pdfjs.getDocument({
    url: own(url),
    httpHeaders,
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
