// `<citewire-page>`: the page of a report on which a passage stands, with the quoted words marked.
import { useCallback, useState, type ReactNode } from "react";

import type { HighlightsView, PassageView } from "@/api/types";
import { HAS_PAGES } from "@/citations/files";
import { PdfPage } from "@/citations/PdfPage";
import { findQuote, PassageText } from "@/citations/PassageText";
import { useStrings } from "@/strings";

import { CitewireElement } from "./element";
import type { Server } from "./server";

const NONE: readonly never[] = [];

/** Attributes: `url` of the server, `passage-id`, `quote` of its words, `language`. */
export class CitewirePage extends CitewireElement {
  static readonly observedAttributes = ["url", "passage-id", "quote", "language"];

  protected override async run(server: Server, signal: AbortSignal): Promise<void> {
    const id = this.getAttribute("passage-id") ?? "";
    const quote = this.getAttribute("quote") ?? "";
    if (id === "") {
      this.show(server, null);
      return;
    }
    const [passage, highlights] = await Promise.all([
      server.passage(id, signal),
      quote === "" ? null : server.highlights(id, quote, signal),
    ]);
    if (!signal.aborted) this.show(server, <ShownPage key={`${id} ${quote}`} passage={passage} highlights={highlights} quote={quote} />);
  }
}

function ShownPage({ passage, highlights, quote }: { passage: PassageView; highlights: HighlightsView | null; quote: string }): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const { title, page_label: label } = passage;
  const hasPage = HAS_PAGES.test(passage.file_name) && !failed;
  const found = highlights !== null && highlights.match !== "none" ? highlights : findQuote(passage.text, quote);
  return (
    <section part="page">
      <h2 part="title" dir="auto">
        {title} <span className="soft">{strings.page(label)}</span>
      </h2>
      {hasPage ? (
        <PdfPage
          docId={passage.doc_id}
          page={highlights?.page ?? passage.page_start}
          label={strings.pageImage(label, title)}
          rectangles={highlights?.rectangles ?? NONE}
          onFailure={onFailure}
        />
      ) : (
        <PassageText source={{ text: passage.text, table: null, withheld: [] }} quote={found} />
      )}
    </section>
  );
}
