// A part of a passage's text with what is cited marked; what is withheld is said in its place.
import type { ReactNode } from "react";

import type { Withheld } from "@/api/types";
import { useStrings } from "@/strings";

import type { Place } from "./grid";

interface Props {
  text: string;
  /** Which part of the text; offsets are of all of it. */
  part: Place;
  /** What is marked: the quote, and figures that are calculated with. */
  marks: readonly Place[];
  withheld: readonly Withheld[];
}

/** Whether a part is blank because the reader may read the report no longer. */
export const isLost = ({ reason }: Withheld): boolean => reason === "access";

export function MarkedText({ text, part, marks, withheld }: Props): ReactNode {
  const strings = useStrings();
  const cuts = new Set([part, ...withheld, ...marks].flatMap(({ start, end }) => [start, end]));
  const at = [...cuts].filter((cut) => cut >= part.start && cut <= part.end).sort((a, b) => a - b);
  return at.slice(0, -1).map((start, index) => {
    const end = at[index + 1] ?? part.end;
    const blank = withheld.find((one) => one.start <= start && end <= one.end);
    if (blank !== undefined) {
      return isLost(blank) ? (
        <span key={start} title={strings.onlyQuoted}>
          {" … "}
        </span>
      ) : (
        <span key={start} className="withheld" title={strings.withheldExplained}>
          [{strings.withheld}]
        </span>
      );
    }
    const words = text.slice(start, end);
    const marked = marks.some((one) => one.start <= start && end <= one.end);
    return marked ? <mark key={start}>{words}</mark> : <span key={start}>{words}</span>;
  });
}
