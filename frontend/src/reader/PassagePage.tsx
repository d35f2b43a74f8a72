// A passage by itself, as a link from another tool opens it: in its report, with the quoted words marked.
import { useCallback, useMemo, type ReactNode } from "react";

import type { HighlightsView, PassageView as Passage } from "@/api/types";
import type { Route } from "@/base/route";
import { FileLine } from "@/citations/FileLine";
import { readHighlights, readPassage } from "@/api/passages";
import { cellsOf } from "@/citations/model";
import { findQuote, PassageText } from "@/citations/PassageText";
import { StandingNote } from "@/citations/Standing";
import { useCollections } from "@/collections/collections";
import { useStrings } from "@/strings";
import { formOf, labelOf, placeOf } from "@/strings/pages";
import { useRemote } from "@/ui/useRemote";

import type { PageMark } from "./marks";
import { Pane } from "./Pane";
import type { Quoted } from "./quoted";
import { Reader } from "./Reader";

interface Props {
  route: Extract<Route, { view: "passage" }>;
  onAsk: (quoted: Quoted) => void;
}

export function PassagePage({ route, onAsk }: Props): ReactNode {
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
  if (data?.passage) return <Shown key={id} passage={data.passage} highlights={data.highlights} quote={quote} onAsk={onAsk} />;
  return (
    <div className="column">
      {problem !== null && (
        <p role="alert" className="note error">
          {strings.problem(problem.code, problem.message)}
        </p>
      )}
      {data === null && problem === null && <p className="soft">{strings.loading}</p>}
      {data !== null && <p className="note">{strings.states.gone}</p>}
    </div>
  );
}

interface ShownProps {
  passage: Passage;
  highlights: HighlightsView | null;
  quote: string;
  onAsk: (quoted: Quoted) => void;
}

function Shown({ passage, highlights, quote, onAsk }: ShownProps): ReactNode {
  const strings = useStrings();
  const { title, doc_id: docId, passage_id: id } = passage;
  const found = highlights !== null && highlights.match !== "none" ? highlights : findQuote(passage.text, quote);
  const page = highlights?.page ?? passage.page;
  const marks = useMemo((): PageMark[] => {
    const rectangles = quote === "" ? passage.lines : (highlights?.rectangles ?? []);
    return rectangles.length === 0 ? [] : [{ id, page, kind: "current", rectangles }];
  }, [id, page, quote, passage, highlights]);
  const target = useMemo(() => ({ key: id, page, at: marks[0]?.rectangles[0] ?? null }), [id, page, marks]);
  const cited = useMemo(() => ({ passageId: id, quote: found }), [id, found]);
  const facts = (
    <>
      <h2 dir="auto">
        {title} <span className="soft">{placeOf(passage, strings)}</span>
      </h2>
      <StandingNote passage={passage} />
      {quote !== "" && (
        <blockquote className="quote" dir="auto">
          {passage.table === null ? quote : cellsOf(quote)}
        </blockquote>
      )}
      {quote !== "" && found === null && <p className="note">{strings.matches.none}</p>}
      <FileLine place={passage} />
    </>
  );
  const text = { text: passage.text, table: null, withheld: [] };
  return (
    <Pane facts={facts}>
      <Reader
        docId={docId}
        fileName={passage.file_name}
        title={title}
        target={target}
        marks={marks}
        cited={cited}
        onAsk={({ text: words, page: number }) => onAsk({ text: words, docId, title, page: number === 0 ? labelOf(passage) : String(number), form: formOf(passage.file_name), collection: "" })}
        instead={
          <div className="pane-facts alone">
            <PassageText source={text} quote={found} />
          </div>
        }
      />
    </Pane>
  );
}
