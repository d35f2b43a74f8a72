// `<citewire-page>`: the page of a report on which a passage stands, with the quoted words marked.
import { useCallback, useMemo, useState, type ReactNode } from "react";

import { paths } from "@/api/client";
import type { HighlightsView, PassageView } from "@/api/types";
import { HAS_PAGES } from "@/citations/files";
import { findQuote, PassageText } from "@/citations/PassageText";
import type { PageMark } from "@/reader/marks";
import { PageSheet } from "@/reader/PageSheet";
import { useStrings } from "@/strings";
import { placeOf } from "@/strings/pages";

import { CitewireElement } from "./element";
import type { Server } from "./server";

/** Attributes: `url` of the server, `passage-id`, `quote` of its words, `language`. */
export class CitewirePage extends CitewireElement {
  static readonly observedAttributes = ["url", "passage-id", "quote", "language"];

  protected override async run(server: Server, signal: AbortSignal): Promise<void> {
    const id = this.getAttribute("passage-id") ?? "";
    const quote = this.getAttribute("quote") ?? "";
    if (id === "") {
      this.show(null);
      return;
    }
    const [passage, highlights] = await Promise.all([
      server.passage(id, signal),
      quote === "" ? null : server.highlights(id, quote, signal),
    ]);
    if (!signal.aborted) this.show(<ShownPage key={`${id} ${quote}`} server={server} passage={passage} highlights={highlights} quote={quote} />);
  }
}

interface Shown {
  server: Server;
  passage: PassageView;
  highlights: HighlightsView | null;
  quote: string;
}

function ShownPage({ server, passage, highlights, quote }: Shown): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const { title, page_label: label } = passage;
  const hasPage = HAS_PAGES.test(passage.file_name) && !failed;
  const found = highlights !== null && highlights.match !== "none" ? highlights : findQuote(passage.text, quote);
  const number = highlights?.page ?? passage.page_start;
  const source = useMemo(
    () => ({ url: server.address(paths.page(passage.doc_id, number)), headers: server.headers, address: server.address }),
    [server, passage.doc_id, number],
  );
  const rectangles = highlights?.rectangles;
  const marks = useMemo<PageMark[]>(() => (rectangles === undefined ? [] : [{ id: "quote", page: number, kind: "current", rectangles }]), [rectangles, number]);
  return (
    <section part="page">
      <h2 part="title" dir="auto">
        {title} <span className="soft">{placeOf(passage, strings)}</span>
      </h2>
      {hasPage ? (
        <PageSheet
          source={source}
          label={strings.pageImage(label, title)}
          waiting={strings.loading}
          marks={marks}
          onFailure={onFailure}
        />
      ) : (
        <PassageText source={{ text: passage.text, table: null, withheld: [] }} quote={found} />
      )}
    </section>
  );
}
