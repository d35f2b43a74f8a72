// A source that an answer does not cite, in its report.
import { useCallback, useMemo, useState, type ReactNode } from "react";

import type { Source } from "@/api/types";
import { useShut } from "@/citations/closed";
import { FileLine } from "@/citations/FileLine";
import { readPassage } from "@/api/passages";
import { PassageText } from "@/citations/PassageText";
import { SourceContext } from "@/citations/SourceContext";
import { StandingNote } from "@/citations/Standing";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { useRemote } from "@/ui/useRemote";

import { SourceTitle } from "./Facts";
import type { PageMark } from "./marks";
import type { Target } from "./PageScroller";
import { Pane } from "./Pane";
import { quotedFrom, type OnAsk } from "./quoting";
import { Reader } from "./Reader";
import { sourceMark, useOtherMarks } from "./useOtherMarks";

interface Props {
  answer: Answer;
  source: Source;
  onMark: (id: string) => void;
  onAsk: OnAsk | undefined;
  children?: ReactNode;
}

export function SourcePane({ answer, source, onMark, onAsk, children }: Props): ReactNode {
  const strings = useStrings();
  const isShut = useShut(source);
  const { passage_id: id, doc_id: docId, n, page_start: page } = source;
  const { data } = useRemote(useCallback((signal: AbortSignal) => readPassage(id, signal), [id]));
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  const onSeen = useCallback((first: number, last: number) => setSeen((old) => (old.first === first && old.last === last ? old : { first, last })), []);
  const others = useOtherMarks(answer, docId, sourceMark(n), seen.first, seen.last, isShut);
  const own = useMemo((): PageMark[] => (data === null || data.lines.length === 0 ? [] : [{ id: sourceMark(n), page: data.page, kind: "current", rectangles: data.lines }]), [data, n]);
  const marks = useMemo(() => [...others, ...own], [others, own]);
  const first = own[0]?.rectangles[0] ?? null;
  const target: Target = useMemo(() => ({ key: `${id} ${String(first !== null)}`, page, at: first }), [id, first, page]);
  const cited = useMemo(() => ({ passageId: id, quote: null }), [id]);
  const ask = useMemo(() => (onAsk === undefined ? undefined : quotedFrom(source, onAsk)), [onAsk, source]);
  const text = <PassageText source={source} quote={null} />;
  const facts = (
    <>
      <SourceTitle source={source} isShut={isShut} />
      <p className="soft">{strings.notCited}</p>
      {isShut && (
        <p className="note" role="alert">
          {strings.closedSource(source.collection_name)}
        </p>
      )}
      {!isShut && data !== null && <StandingNote passage={data} />}
      <details open={isShut || source.table !== null}>
        <summary>{strings.passageText}</summary>
        {text}
      </details>
      <SourceContext source={source} />
      <FileLine place={source} isShut={isShut} />
    </>
  );
  if (isShut) return <div className="pane-facts alone">{facts}</div>;
  return (
    <Pane facts={facts}>
      <Reader
        key={docId}
        docId={docId}
        fileName={source.file_name}
        title={source.title}
        target={target}
        marks={marks}
        cited={cited}
        onMark={onMark}
        onSeen={onSeen}
        onAsk={ask}
        instead={<div className="pane-facts alone">{text}</div>}
      >
        {children}
      </Reader>
    </Pane>
  );
}
