// One citation: what the check found, and its report at the words that carry the claim.
import { useCallback, useMemo, useState, type ReactNode } from "react";

import type { Citation } from "@/api/types";
import { useShut } from "@/citations/closed";
import { HAS_PAGES } from "@/citations/files";
import { sourceOf } from "@/citations/model";
import { findQuote } from "@/citations/PassageText";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";

import { CitationFacts, OwnText } from "./Facts";
import { Pane } from "./Pane";
import type { Target } from "./PageScroller";
import { quotedFrom, type OnAsk } from "./quoting";
import { Reader } from "./Reader";
import type { CitedText } from "./TextReader";
import { marksOfCitation, pageOf, useCitation, useOwnOperands } from "./useCitation";
import { useOtherMarks } from "./useOtherMarks";

interface Props {
  answer: Answer;
  citation: Citation;
  /** A mark on a page was chosen: a citation by its id, or a source. */
  onMark: (id: string) => void;
  onAsk: OnAsk | undefined;
  /** At the end of the reader's bar. */
  children?: ReactNode;
}

export function CitationPane(props: Props): ReactNode {
  const strings = useStrings();
  const source = sourceOf(props.answer, props.citation);
  if (source === undefined) return <p className="centre soft">{strings.citationGone}</p>;
  return <Known {...props} source={source} />;
}

function Known({ answer, citation, source, onMark, onAsk, children }: Props & { source: NonNullable<ReturnType<typeof sourceOf>> }): ReactNode {
  const isShut = useShut(source);
  const remote = useCitation(citation);
  const { data } = remote;
  const operands = useOwnOperands(citation, source);
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  const onSeen = useCallback((first: number, last: number) => setSeen((old) => (old.first === first && old.last === last ? old : { first, last })), []);
  const others = useOtherMarks(answer, source.doc_id, citation.citation_id, seen.first, seen.last, isShut);
  const own = useMemo(() => marksOfCitation(citation, source, data, operands), [citation, source, data, operands]);
  const marks = useMemo(() => [...others, ...own], [others, own]);
  const page = pageOf(citation, source);
  const first = own.find((mark) => mark.page === page)?.rectangles[0] ?? null;
  const target: Target = useMemo(() => ({ key: `${citation.citation_id} ${String(first !== null)}`, page, at: first }), [citation.citation_id, first, page]);
  const cited: CitedText = useMemo(() => {
    const highlights = data?.highlights ?? null;
    const quote = highlights !== null && highlights.match !== "none" ? highlights : findQuote(source.text, citation.quote.text);
    return { passageId: source.passage_id, quote, operands };
  }, [data, source, citation.quote.text, operands]);
  const hasPages = HAS_PAGES.test(source.file_name) && !isShut;
  const facts = { source, citation, remote, operands, marks: own, isShut, hasPages };
  const ask = useMemo(() => (onAsk === undefined ? undefined : quotedFrom(source, onAsk)), [onAsk, source]);
  if (isShut) {
    return (
      <div className="pane-facts alone">
        <CitationFacts {...facts} />
      </div>
    );
  }
  return (
    <Pane facts={<CitationFacts {...facts} />}>
      <Reader
        key={source.doc_id}
        docId={source.doc_id}
        fileName={source.file_name}
        title={source.title}
        target={target}
        marks={marks}
        cited={cited}
        onMark={onMark}
        onSeen={onSeen}
        onAsk={ask}
        instead={
          <div className="pane-facts alone">
            <OwnText {...facts} />
          </div>
        }
      >
        {children}
      </Reader>
    </Pane>
  );
}
