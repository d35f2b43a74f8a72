// One citation: what the check found, the words that carry the claim, and the page they stand on.
import { useCallback, useMemo, useState, type ReactNode } from "react";

import { paths } from "@/api/client";
import { openWithKey } from "@/api/files";
import type { Citation, HighlightsView, PassageView, Source } from "@/api/types";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { Icon } from "@/ui/Icon";
import { useRemote } from "@/ui/useRemote";

import { besideOf, pageLabel, sourceOf } from "./model";
import { FigureCrop } from "./FigureCrop";
import { HAS_PAGES } from "./files";
import { readHighlights, readPassage } from "./passage";
import { findQuote, PassageText } from "./PassageText";
import { PdfPage } from "./PdfPage";
import { SourceContext } from "./SourceContext";
import { StandingNote } from "./Standing";
import { signOf } from "./signs";
import { operandsIn, VerdictLine, Worked } from "./verdict";

interface Found {
  passage: PassageView | null;
  highlights: HighlightsView | null;
  beside: HighlightsView | null;
}

export function CitationDetail({ answer, citation }: { answer: Answer; citation: Citation }): ReactNode {
  const strings = useStrings();
  const source = sourceOf(answer, citation);
  const { passage_id: id, quote } = citation;
  const beside = besideOf(citation.verification);
  const [besideId, besideText] = [beside?.passage_id ?? "", beside?.quote.text ?? ""];
  const load = useCallback(
    async (signal: AbortSignal): Promise<Found> => {
      const [passage, highlights, around] = await Promise.all([
        readPassage(id, signal),
        readHighlights(id, quote.text, signal),
        readHighlights(besideId, besideText, signal),
      ]);
      return { passage, highlights, beside: around };
    },
    [id, quote.text, besideId, besideText],
  );
  const { data, problem } = useRemote(load);
  if (source === undefined) return <p className="centre soft">{strings.citationGone}</p>;
  const match = quote.text === "" ? strings.noQuote : strings.matches[data?.highlights?.match ?? quote.match];
  return (
    <>
      <h3 className="source-title" dir="auto">
        {source.title} <span className="soft">{strings.page(pageLabel(source))}</span>
      </h3>
      <p className="soft file-line" dir="auto">
        {source.folder} / {source.file_name}{" "}
        <a href={`${paths.file(source.doc_id)}#page=${source.page_start}`} target="_blank" rel="noopener noreferrer" onClick={openWithKey}>
          {strings.openReport} <Icon name="open" />
        </a>
      </p>
      <VerdictLine sign={signOf(citation.verification)} inferred={citation.origin === "inferred"} />
      <Worked verification={citation.verification} />
      {data?.passage && <StandingNote passage={data.passage} />}
      {data !== null && data.passage === null && <p className="note">{strings.states.gone}</p>}
      {quote.text !== "" && (
        <blockquote className="quote" dir="auto">
          {quote.text}
        </blockquote>
      )}
      {quote.address !== "" && <p className="soft">{strings.cells(quote.address)}</p>}
      {data !== null && match !== "" && <p className="soft">{match}</p>}
      {beside !== null && (
        <>
          <p className="soft">{strings.beside}</p>
          <blockquote className="quote" dir="auto">
            {beside.quote.text}
          </blockquote>
        </>
      )}
      {problem !== null && <p className="note">{strings.problem(problem.code, problem.message)}</p>}
      <Evidence source={source} citation={citation} found={data} />
    </>
  );
}

const NONE: readonly never[] = [];

function Evidence({ source, citation, found }: { source: Source; citation: Citation; found: Found | null }): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const highlights = found?.highlights ?? null;
  const quote = highlights !== null && highlights.match !== "none" ? highlights : findQuote(source.text, citation.quote.text);
  const verification = citation.verification;
  const beside = found?.beside;
  const cells = found?.passage?.table?.cells;
  const rectangles = useMemo(() => {
    const operands = operandsIn(verification, source.passage_id);
    const marked = (cells ?? NONE).filter((cell) => operands.some((one) => one.row === cell.row && one.column === cell.column));
    const stated = [...(highlights?.rectangles ?? NONE), ...(beside?.rectangles ?? NONE)];
    return [...stated, ...marked.flatMap(({ rectangle }) => (rectangle === null ? [] : [rectangle]))];
  }, [highlights, beside, cells, verification, source.passage_id]);
  const isPaged = HAS_PAGES.test(source.file_name);
  const page = citation.quote.page > 0 ? citation.quote.page : source.page_start;
  const shown = {
    docId: source.doc_id,
    page,
    label: strings.pageImage(pageLabel(source), source.title),
    rectangles,
    onFailure,
  };
  const { figure, page_size: size } = found?.passage ?? { figure: null, page_size: null };
  const hasPage = isPaged && !failed;
  return (
    <>
      {hasPage && figure !== null && size !== null && <FigureCrop {...shown} figure={figure} size={size} />}
      {/* Of what may be a figure, nothing is drawn before it is known where on the page that is. */}
      {hasPage && figure === null && (source.kind !== "figure" || found !== null) && <PdfPage {...shown} />}
      {isPaged && failed && <p className="note">{strings.pageFailed}</p>}
      <details open={!hasPage || source.table !== null}>
        <summary>{strings.passageText}</summary>
        <PassageText
          source={source}
          quote={quote}
          operands={operandsIn(citation.verification, source.passage_id)}
          scrolls={!hasPage}
        />
      </details>
      <SourceContext source={source} />
    </>
  );
}
