// A passage by itself, as a link from another tool opens it: its page with the quoted words marked.
import { useCallback, useState, type ReactNode } from "react";

import { readHighlights, readPassage } from "@/api/passages";
import type { HighlightsView, PassageView as Passage } from "@/api/types";
import type { Route } from "@/base/route";
import { useCollections } from "@/collections/collections";
import { useStrings } from "@/strings";
import { useRemote } from "@/ui/useRemote";

import { FileLine } from "./FileLine";
import { HAS_PAGES } from "./files";
import { findQuote, PassageText } from "./PassageText";
import { PdfPage } from "./PdfPage";
import { StandingNote } from "./Standing";

const NONE: readonly never[] = [];

export function PassageView({ route }: { route: Extract<Route, { view: "passage" }> }): ReactNode {
  const strings = useStrings();
  const { passageId: id, quote } = route;
  const load = useCallback(
    async (signal: AbortSignal) => {
      const [passage, highlights] = await Promise.all([readPassage(id, signal), readHighlights(id, quote, signal)]);
      return { passage, highlights };
    },
    [id, quote],
  );
  const { data, problem } = useRemote(load, useCollections().revision);
  return (
    <div className="documents scroller" tabIndex={-1}>
      <div className="column">
        {problem !== null && (
          <p role="alert" className="note error">
            {strings.problem(problem.code, problem.message)}
          </p>
        )}
        {data === null && problem === null && <p className="soft">{strings.loading}</p>}
        {data !== null && data.passage === null && <p className="note">{strings.states.gone}</p>}
        {data !== null && data.passage !== null && <Shown key={id} passage={data.passage} highlights={data.highlights} quote={quote} />}
      </div>
    </div>
  );
}

interface Props {
  passage: Passage;
  highlights: HighlightsView | null;
  quote: string;
}

function Shown({ passage, highlights, quote }: Props): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const { title, page_label: label, doc_id: docId, page_start: page } = passage;
  const hasPage = HAS_PAGES.test(passage.file_name) && !failed;
  const found = highlights !== null && highlights.match !== "none" ? highlights : findQuote(passage.text, quote);
  return (
    <>
      <h2 dir="auto">
        {title} <span className="soft">{strings.page(label)}</span>
      </h2>
      <FileLine place={passage} />
      <StandingNote passage={passage} />
      {quote !== "" && (
        <blockquote className="quote" dir="auto">
          {quote}
        </blockquote>
      )}
      {quote !== "" && found === null && <p className="note">{strings.matches.none}</p>}
      {hasPage && (
        <PdfPage
          docId={docId}
          page={highlights?.page ?? page}
          label={strings.pageImage(label, title)}
          rectangles={highlights?.rectangles ?? NONE}
          onFailure={onFailure}
        />
      )}
      <details open={!hasPage}>
        <summary>{strings.passageText}</summary>
        <PassageText source={{ text: passage.text, table: null, withheld: [] }} quote={found} />
      </details>
    </>
  );
}
