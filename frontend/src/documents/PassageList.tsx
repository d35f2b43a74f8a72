// The passages of a report in its order, some at a time, each a way to its place.
import { useCallback, useEffect, useState, type ReactNode } from "react";

import { toProblem, type Problem } from "@/api/client";
import type { Source } from "@/api/types";
import { CHUNK, readPassages } from "@/api/reading";
import { beginning, shownQuote } from "@/citations/model";
import { useStrings } from "@/strings";
import { placeOf } from "@/strings/pages";
import { Button } from "@/ui/Button";

interface Props {
  docId: string;
  current: string | null;
  onOpen: (passageId: string, page: number) => void;
}

const SHOWN = 180;

export function PassageList({ docId, current, onOpen }: Props): ReactNode {
  const strings = useStrings();
  const [read, setRead] = useState<{ passages: readonly Source[]; total: number }>({ passages: [], total: 0 });
  const [problem, setProblem] = useState<Problem | null>(null);
  const more = useCallback(
    (offset: number, signal?: AbortSignal) =>
      readPassages(docId, offset, CHUNK, signal ?? new AbortController().signal).then(
        ({ passages, total }) => {
          if (signal?.aborted !== true) setRead((old) => ({ passages: [...old.passages.slice(0, offset), ...passages], total }));
        },
        (error: unknown) => {
          if (signal?.aborted !== true) setProblem(toProblem(error));
        },
      ),
    [docId],
  );
  useEffect(() => {
    const reading = new AbortController();
    void more(0, reading.signal);
    return () => reading.abort();
  }, [more]);
  const { passages, total } = read;
  return (
    <section className="document-passages">
      <h3>{strings.passagesOfReport}</h3>
      {problem !== null && <p className="note error">{strings.problem(problem.code, problem.message)}</p>}
      <ol>
        {passages.map((one, at) => (
          <li key={one.passage_id}>
            {one.section !== "" && one.section !== passages[at - 1]?.section && <h4 dir="auto">{one.section}</h4>}
            <button type="button" aria-current={one.passage_id === current ? "true" : undefined} onClick={() => onOpen(one.passage_id, one.page_start)}>
              <span className="soft">
                {[placeOf(one, strings), one.kind === "text" ? "" : one.kind === "table" ? strings.table : strings.figure].filter((part) => part !== "").join(" · ")}
              </span>{" "}
              <span dir="auto">{beginning(shownQuote(one, one.text), SHOWN)}</span>
            </button>
          </li>
        ))}
      </ol>
      {passages.length < total && <Button onClick={() => void more(passages.length)}>{strings.morePassages(total - passages.length)}</Button>}
    </section>
  );
}
