// The text of a passage with the quote marked, for what has no page to show, and beside it.
import type { ReactNode } from "react";

import type { Withheld } from "@/api/types";
import { useStrings } from "@/strings";

interface Props {
  text: string;
  quote: { start: number; end: number } | null;
  withheld?: readonly Withheld[];
}

/** Offsets are of the text; what is withheld is said in its place. */
export function PassageText({ text, quote, withheld = [] }: Props): ReactNode {
  const strings = useStrings();
  const cuts = new Set([0, text.length, ...withheld.flatMap(({ start, end }) => [start, end])]);
  if (quote !== null) cuts.add(quote.start).add(quote.end);
  const at = [...cuts].filter((cut) => cut >= 0 && cut <= text.length).sort((a, b) => a - b);
  return (
    <>
      <div className="passage-text" dir="auto">
        {at.slice(0, -1).map((start, index) => {
          const end = at[index + 1] ?? text.length;
          if (withheld.some((one) => one.start <= start && end <= one.end)) {
            return (
              <span key={start} className="withheld" title={strings.withheldExplained}>
                [{strings.withheld}]
              </span>
            );
          }
          const part = text.slice(start, end);
          const marked = quote !== null && quote.start <= start && end <= quote.end;
          return marked ? <mark key={start}>{part}</mark> : <span key={start}>{part}</span>;
        })}
      </div>
      {withheld.length > 0 && <p className="soft">{strings.withheldExplained}</p>}
    </>
  );
}

/** Where the quote stands in the text, however its spaces were written; null if nowhere. */
export function findQuote(text: string, quote: string): { start: number; end: number } | null {
  const words = quote.trim().split(/\s+/);
  if (words[0] === "" || words[0] === undefined) return null;
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
  const found = new RegExp(pattern).exec(text);
  return found === null ? null : { start: found.index, end: found.index + found[0].length };
}
