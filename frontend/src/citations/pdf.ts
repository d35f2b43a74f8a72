// pdf.js, loaded when the first page is looked at; it runs no script of a PDF and needs no eval.
import type { PDFDocumentLoadingTask, PDFPageProxy } from "pdfjs-dist";

import { paths } from "@/api/client";

import type { Access } from "./access";

type Library = typeof import("pdfjs-dist");

let library: Promise<Library> | null = null;

async function load(): Promise<Library> {
  const [pdfjs, worker] = await Promise.all([
    import("pdfjs-dist"),
    import("pdfjs-dist/build/pdf.worker.min.mjs?url"),
  ]);
  pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
  return pdfjs;
}

export function loadPdfJs(): Promise<Library> {
  library ??= load().catch((error: unknown) => {
    library = null; // the next page may have a connection
    throw error;
  });
  return library;
}

export interface OpenPage {
  page: PDFPageProxy;
  close: () => void;
}

/** One page of a report, as a PDF of its own. */
export async function openPage(docId: string, number: number, access: Access): Promise<OpenPage> {
  const resources = (name: string): string => access.address(`assets/pdfjs/${name}/`);
  const pdfjs = await loadPdfJs();
  const task: PDFDocumentLoadingTask = pdfjs.getDocument({
    url: access.address(paths.page(docId, number)),
    httpHeaders: await access.headers(),
    cMapUrl: resources("cmaps"),
    standardFontDataUrl: resources("standard_fonts"),
    wasmUrl: resources("wasm"),
    // The page's policy allows no compiling: the decoders run as plain scripts.
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
    disableAutoFetch: true,
  });
  const document_ = await task.promise;
  return { page: await document_.getPage(1), close: () => void task.destroy() };
}
