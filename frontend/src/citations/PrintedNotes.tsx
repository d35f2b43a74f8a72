// On paper nothing can be opened: all citations of an answer below it, with what the check found.
import type { ReactNode } from "react";

import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { placeOf } from "@/strings/pages";

import { inOrder, shownQuote, sourceOf } from "./model";
import { signOf } from "./signs";
import { Worked } from "./verdict";

export function PrintedNotes({ answer }: { answer: Answer }): ReactNode {
  const strings = useStrings();
  const citations = inOrder(answer.citations);
  if (citations.length === 0) return null;
  return (
    <footer className="printed-notes">
      <ul>
        {citations.map((citation) => {
          const source = sourceOf(answer, citation);
          const { organisation = "", periods = [] } = source ?? {};
          const place = [source?.title ?? strings.citationGone, organisation, ...periods, source?.file_name ?? "", source === undefined ? "" : placeOf(source, strings), citation.quote.address];
          return (
            <li key={citation.citation_id} dir="auto">
              [{citation.label}] {place.filter((part) => part !== "").join(", ")}
              {citation.quote.text !== "" && <q>{shownQuote(source, citation.quote.text)}</q>} <strong>{strings.verdicts[signOf(citation.verification)]}</strong>
              <Worked verification={citation.verification} />
            </li>
          );
        })}
      </ul>
    </footer>
  );
}
