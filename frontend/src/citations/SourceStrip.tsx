// Under an answer: what it cites, side by side, told apart by whose and of when they are, and the way to all that was found.
import type { ReactNode } from "react";

import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { placeOf } from "@/strings/pages";
import { Button } from "@/ui/Button";

import { shortNames, sortedSources } from "./model";

export function SourceStrip(props: { answer: Answer; onOpen: (id: string) => void; onAll: () => void }): ReactNode {
  const strings = useStrings();
  const { cited } = sortedSources(props.answer);
  const names = shortNames(cited.map(({ source }) => source), strings.kinds);
  if (props.answer.sources.length === 0) return null;
  return (
    <div className="source-strip">
      {cited.length > 0 && (
        <ol aria-label={strings.citedSources(cited.length)}>
          {cited.map(({ label, source, citations }) => (
            <li key={source.n}>
              <button type="button" title={source.title} onClick={() => props.onOpen(citations[0]?.citation_id ?? "")}>
                <b>{label}</b> <span dir="auto">{names.get(source.doc_id)}</span>{" "}
                <span className="soft">{placeOf(source, strings)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      <Button icon="list" onClick={props.onAll}>
        {strings.allSources}
      </Button>
    </div>
  );
}
