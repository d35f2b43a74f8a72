// The number in the text that opens its source; its shape says what the check found.
import { createContext, useContext, type ReactNode } from "react";

import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { formOf, labelOf } from "@/strings/pages";

import { sourceOf } from "./model";
import { signOf } from "./signs";
import { VerdictShape } from "./verdict";

export interface Cited {
  answer: Answer;
  openCitation: (id: string) => void;
  current: string | null;
}

/** The answer in which a chip stands. */
export const CitedContext = createContext<Cited | null>(null);

export function Chip({ index }: { index: number }): ReactNode {
  const strings = useStrings();
  const cited = useContext(CitedContext);
  const citation = cited?.answer.citations[index];
  if (cited === null || citation === undefined) return null;
  const { citation_id: id, label, origin, verification } = citation;
  const source = sourceOf(cited.answer, citation);
  const sign = signOf(verification);
  const verdict = strings.verdicts[sign];
  const name = strings.chip(label, source?.title ?? "", source === undefined ? "" : strings.placeSpoken(labelOf(source), formOf(source.file_name)), verdict);
  return (
    <button
      type="button"
      className={`chip ${sign} ${origin}`}
      data-citation={id}
      aria-label={name}
      aria-current={cited.current === id ? "true" : undefined}
      onClick={() => cited.openCitation(id)}
    >
      {label}
      <VerdictShape sign={sign} />
    </button>
  );
}
