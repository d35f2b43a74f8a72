// What is to be known of a citation, above its page.
import { useCallback, useState, type ReactNode } from "react";

import type { Citation, Operand, Source } from "@/api/types";
import { formatRoute } from "@/base/route";
import { FileLine } from "@/citations/FileLine";
import type { Place } from "@/citations/grid";
import { besideOf, cellsOf, shownQuote } from "@/citations/model";
import { findQuote, PassageText } from "@/citations/PassageText";
import { SourceContext } from "@/citations/SourceContext";
import { StandingNote } from "@/citations/Standing";
import { signOf } from "@/citations/signs";
import { operandsOf, VerdictLine, Worked } from "@/citations/verdict";
import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";
import { formOf, labelOf, placeOf as placeNamed } from "@/strings/pages";
import type { Remote } from "@/ui/useRemote";

import { FigureCrop } from "./FigureCrop";
import type { PageMark } from "./marks";
import type { FoundCitation } from "./useCitation";

interface Props {
  source: Source;
  citation: Citation;
  remote: Remote<FoundCitation>;
  operands: readonly Operand[];
  marks: readonly PageMark[];
  /** Its pages may not be read. */
  isShut: boolean;
  /** Its pages can be seen. */
  hasPages: boolean;
}

export function SourceTitle({ source, isShut }: { source: Source; isShut: boolean }): ReactNode {
  const strings = useStrings();
  const name = (
    <>
      <span className="source-name">{source.title}</span> <span className="soft">{placeNamed(source, strings)}</span>
    </>
  );
  const route = { view: "document", docId: source.doc_id, page: source.page_start, passageId: source.passage_id } as const;
  return (
    <h3 className="source-title" dir="auto">
      {isShut ? name : <a href={formatRoute(route)}>{name}</a>}
    </h3>
  );
}

export function CitationFacts(props: Props): ReactNode {
  const strings = useStrings();
  const { source, citation, remote, isShut, hasPages } = props;
  const { data, problem } = remote;
  const { quote, verification } = citation;
  const beside = besideOf(verification);
  const match = quote.text === "" ? unquoted(citation, strings) : strings.matches[data?.highlights?.match ?? quote.match];
  return (
    <>
      <SourceTitle source={source} isShut={isShut} />
      <VerdictLine sign={signOf(verification)} inferred={citation.origin === "inferred"} />
      {isShut && (
        <p className="note" role="alert">
          {strings.closedSource(source.collection_name)}
        </p>
      )}
      {!isShut && data?.passage && <StandingNote passage={data.passage} />}
      {!isShut && data !== null && data.passage === null && <p className="note">{strings.states.gone}</p>}
      {quote.text !== "" && <Quoted {...props} />}
      {quote.address !== "" && <p className="soft">{strings.cells(quote.address)}</p>}
      <Worked verification={verification} />
      {data !== null && match !== "" && <p className="soft">{match}</p>}
      {beside !== null && (
        <>
          <p className="soft">{(quote.text === "" || signOf(verification) === "unsupported" ? strings.besideAlone : strings.beside)[formOf(source.file_name)]}</p>
          <blockquote className="quote" dir="auto">
            {beside.quote.text.includes(" | ") ? cellsOf(beside.quote.text) : beside.quote.text}
          </blockquote>
        </>
      )}
      {problem !== null && <p className="note">{strings.problem(problem.code, problem.message)}</p>}
      {hasPages && <Figure {...props} />}
      {(hasPages || isShut) && <OwnText {...props} />}
      <SourceContext source={source} />
      <FileLine place={source} isShut={isShut} />
    </>
  );
}

/** What is said where no words of the passage are quoted; it denies nothing of the verdict, nor of what is shown beside it. */
function unquoted({ verification }: Citation, strings: Strings): string {
  const sign = signOf(verification);
  if (besideOf(verification) !== null || operandsOf(verification).length > 0) return "";
  return sign === "unsupported" || sign === "unchecked" ? strings.noQuote : strings.noQuoteNeeded;
}

/** The words that are cited; of a table its rows, as rows. */
function Quoted({ source, citation, remote, operands }: Props): ReactNode {
  const place = placeOf(source, citation, remote);
  if (source.table !== null && place !== null) return <PassageText source={source} quote={place} operands={operands} isExcerpt />;
  return (
    <blockquote className="quote" dir="auto">
      {shownQuote(source, citation.quote.text)}
    </blockquote>
  );
}

/** Where the quote stands in the text of its passage. */
function placeOf(source: Source, citation: Citation, remote: Remote<FoundCitation>): Place | null {
  const highlights = remote.data?.highlights ?? null;
  return highlights !== null && highlights.match !== "none" ? highlights : findQuote(source.text, citation.quote.text);
}

function Figure({ source, remote, marks }: Props): ReactNode {
  const strings = useStrings();
  const [failed, setFailed] = useState(false);
  const onFailure = useCallback(() => setFailed(true), []);
  const { figure, page_size: size, page } = remote.data?.passage ?? { figure: null, page_size: null, page: 0 };
  if (figure === null || size === null || failed) return null;
  const own = marks.filter((mark) => mark.page === page);
  return <FigureCrop docId={source.doc_id} page={page} size={size} figure={figure} marks={own} label={strings.pageImage(labelOf(source), source.title)} onFailure={onFailure} />;
}

/** All of the passage: its text, or its table. */
export function OwnText({ source, citation, remote, operands, hasPages }: Pick<Props, "source" | "citation" | "remote" | "operands" | "hasPages">): ReactNode {
  const strings = useStrings();
  return (
    <details open={!hasPages}>
      <summary>{source.table === null ? strings.passageText : strings.wholeTable}</summary>
      <PassageText source={source} quote={placeOf(source, citation, remote)} operands={operands} scrolls={!hasPages} />
    </details>
  );
}
