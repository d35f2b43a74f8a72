// One citation: what the check found, the words that carry the claim, and the page they stand on.
import { useCallback, useMemo, useState, type ReactNode } from "react";

import { readHighlights, readOperands, readPassage } from "@/api/passages";
import type { Citation, HighlightsView, Operand, PassageView, PlacesView, Rectangle, Source } from "@/api/types";
import type { Answer } from "@/stream/reduce";
import { useStrings } from "@/strings";
import { useRemote } from "@/ui/useRemote";

import { useShut } from "./closed";
import { FigureCrop } from "./FigureCrop";
import { FileLine } from "./FileLine";
import { HAS_PAGES } from "./files";
import { besideOf, pageLabel, sourceOf } from "./model";
import { findQuote, PassageText } from "./PassageText";
import { PdfPage } from "./PdfPage";
import { signOf } from "./signs";
import { SourceContext } from "./SourceContext";
import { StandingNote } from "./Standing";
import { operandsOf, VerdictLine, Worked } from "./verdict";

interface Found {
  passage: PassageView | null;
  highlights: HighlightsView | null;
  beside: HighlightsView | null;
  /** Where what is calculated with stands, other than in cells of the passage. */
  places: PlacesView[];
}

export function CitationDetail({ answer, citation }: { answer: Answer; citation: Citation }): ReactNode {
  const strings = useStrings();
  const source = sourceOf(answer, citation);
  const { passage_id: id, quote, verification } = citation;
  const beside = besideOf(verification);
  const [besideId, besideText] = [beside?.passage_id ?? "", beside?.quote.text ?? ""];
  const load = useCallback(
    async (signal: AbortSignal): Promise<Found> => {
      const [passage, highlights, around, places] = await Promise.all([
        readPassage(id, signal),
        readHighlights(id, quote.text, signal),
        readHighlights(besideId, besideText, signal),
        readOperands(operandsOf(verification).filter((one) => one.passage_id !== id || one.row === null), signal),
      ]);
      return { passage, highlights, beside: around, places };
    },
    [id, quote.text, besideId, besideText, verification],
  );
  const isShut = useShut(source);
  const { data, problem } = useRemote(load);
  if (source === undefined) return <p className="centre soft">{strings.citationGone}</p>;
  const match = quote.text === "" ? strings.noQuote : strings.matches[data?.highlights?.match ?? quote.match];
  return (
    <>
      <h3 className="source-title" dir="auto">
        {source.title} <span className="soft">{strings.page(pageLabel(source))}</span>
      </h3>
      <FileLine place={source} isShut={isShut} />
      <VerdictLine sign={signOf(verification)} inferred={citation.origin === "inferred"} />
      <Worked verification={verification} />
      {isShut && (
        <p className="note" role="alert">
          {strings.closedSource(source.collection_name)}
        </p>
      )}
      {!isShut && data?.passage && <StandingNote passage={data.passage} />}
      {!isShut && data !== null && data.passage === null && <p className="note">{strings.states.gone}</p>}
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
      <Evidence source={source} citation={citation} found={data} isShut={isShut} />
    </>
  );
}

/** What is marked on a page: the quotes, and the figures that others are calculated of, in cells and in running text. */
function marksOn(page: number, found: Found | null, operands: readonly Operand[]): Rectangle[] {
  if (found === null) return [];
  const { highlights, beside, places, passage } = found;
  const shown = [highlights, beside].filter((one) => one?.page === page).flatMap((one) => one?.rectangles ?? []);
  const cells = (passage?.table?.cells ?? []).filter((cell) => operands.some((one) => one.row === cell.row && one.column === cell.column));
  const inText = places.filter((one) => one.page === page).flatMap((one) => one.places);
  return [...shown, ...cells.flatMap(({ rectangle }) => (rectangle === null ? [] : [rectangle])), ...inText.flatMap((one) => one.rectangles)];
}

interface EvidenceProps {
  source: Source;
  citation: Citation;
  found: Found | null;
  /** Its pages may not be read. */
  isShut: boolean;
}

function Evidence({ source, citation, found, isShut }: EvidenceProps): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const highlights = found?.highlights ?? null;
  const quote = highlights !== null && highlights.match !== "none" ? highlights : findQuote(source.text, citation.quote.text);
  const operands = useMemo(
    () => operandsOf(citation.verification).filter((one) => one.passage_id === source.passage_id),
    [citation.verification, source.passage_id],
  );
  const page = citation.quote.page > 0 ? citation.quote.page : source.page_start;
  const rectangles = useMemo(() => marksOn(page, found, operands), [page, found, operands]);
  const isPaged = HAS_PAGES.test(source.file_name) && !isShut;
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
        <PassageText source={source} quote={quote} operands={operands} scrolls={!hasPage} />
      </details>
      <SourceContext source={source} />
    </>
  );
}
