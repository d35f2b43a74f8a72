// One citation: what the check found, the words that carry the claim, and the page they stand on.
import { useCallback, useState, type ReactNode } from "react";

import { paths } from "@/api/client";
import type { Citation, HighlightsView, Source } from "@/api/types";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { Icon } from "@/ui/Icon";
import { useRemote } from "@/ui/useRemote";

import { pageLabel, sourceOf } from "./model";
import { readHighlights } from "./passage";
import { findQuote, PassageText } from "./PassageText";
import { PdfPage } from "./PdfPage";
import { StandingNote } from "./Standing";
import { VerdictLine } from "./verdict";

export function CitationDetail({ answer, citation }: { answer: Answer; citation: Citation }): ReactNode {
  const strings = useStrings();
  const source = sourceOf(answer, citation);
  const { quote } = citation;
  const load = useCallback(
    (signal: AbortSignal) => readHighlights(citation.passage_id, quote.text, signal),
    [citation.passage_id, quote.text],
  );
  const highlights = useRemote(load);
  if (source === undefined) return <p className="centre soft">{strings.citationGone}</p>;
  return (
    <>
      <h3 className="source-title" dir="auto">
        {source.title} <span className="soft">{strings.page(pageLabel(source))}</span>
      </h3>
      <p className="soft file-line" dir="auto">
        {source.folder} / {source.file_name}{" "}
        <a href={`${paths.file(source.doc_id)}#page=${source.page_start}`} target="_blank" rel="noopener noreferrer">
          {strings.openReport} <Icon name="open" />
        </a>
      </p>
      <VerdictLine status={citation.verification.status} inferred={citation.origin === "inferred"} />
      <StandingNote passageId={citation.passage_id} />
      {quote.text !== "" && (
        <blockquote className="quote" dir="auto">
          {quote.text}
        </blockquote>
      )}
      {(highlights.data !== null || highlights.problem !== null || quote.text === "") && strings.matches[highlights.data?.match ?? quote.match] !== "" && (
        <p className="soft">{strings.matches[highlights.data?.match ?? quote.match]}</p>
      )}
      <Evidence source={source} citation={citation} highlights={highlights.data} />
    </>
  );
}

const NONE: readonly never[] = [];

function Evidence(props: { source: Source; citation: Citation; highlights: HighlightsView | null }): ReactNode {
  const strings = useStrings();
  const { source, citation, highlights } = props;
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const isPdf = /\.pdf$/i.test(source.file_name);
  const page = citation.quote.page > 0 ? citation.quote.page : source.page_start;
  return (
    <>
      {isPdf && !failed && (
        <PdfPage
          docId={source.doc_id}
          page={page}
          label={strings.pageImage(pageLabel(source), source.title)}
          rectangles={highlights?.rectangles ?? NONE}
          onFailure={onFailure}
        />
      )}
      {isPdf && failed && <p className="note">{strings.pageFailed}</p>}
      <details open={!isPdf || failed}>
        <summary>{strings.passageText}</summary>
        <PassageText text={source.text} quote={findQuote(source.text, citation.quote.text)} />
      </details>
    </>
  );
}
