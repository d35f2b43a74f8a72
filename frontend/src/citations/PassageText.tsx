// The text of a passage with the quote marked, for what has no page to show, and beside it.
import { useMemo, type ReactNode } from "react";

import type { Operand, Source } from "@/api/types";
import { useStrings } from "@/strings";

import { gridOf, type Place } from "./grid";
import { isLost, MarkedText } from "./MarkedText";
import { PassageTable } from "./PassageTable";

interface Props {
  source: Pick<Source, "text" | "table" | "withheld">;
  quote: Place | null;
  /** What a figure of the claim is calculated of: cells, or parts of the text. */
  operands?: readonly Operand[];
  /** Further places that are marked: of searched words. */
  hits?: readonly Place[];
  /** How much of the text is left out at its beginning. */
  from?: number;
  /** Whether what is cited is brought into view. */
  scrolls?: boolean;
  /** Of a table only the rows that are cited. */
  isExcerpt?: boolean;
}

const NONE: readonly never[] = [];

/** Offsets are of the source's text; a table is shown as one. */
export function PassageText({ source, quote, operands = NONE, hits = NONE, from = 0, scrolls = false, isExcerpt = false }: Props): ReactNode {
  const strings = useStrings();
  const { text, table, withheld } = source;
  const marks = useMemo(() => [...(quote === null ? [] : [quote]), ...operands, ...hits], [quote, operands, hits]);
  const grid = useMemo(() => (table === null ? null : gridOf(table)), [table]);
  return (
    <>
      {grid === null ? (
        <div className="passage-text" dir="auto">
          <MarkedText text={text} part={{ start: from, end: text.length }} marks={marks} withheld={withheld} />
        </div>
      ) : (
        <PassageTable text={text} grid={grid} quote={quote} operands={operands} hits={hits} withheld={withheld} scrolls={scrolls} isExcerpt={isExcerpt} />
      )}
      {withheld.length > 0 && !isExcerpt && <p className="soft">{withheld.some(isLost) ? strings.onlyQuoted : strings.withheldExplained}</p>}
    </>
  );
}

/** Where the quote stands in the text, however its spaces were written; null if nowhere. */
export function findQuote(text: string, quote: string): Place | null {
  const words = quote.trim().split(/\s+/);
  if (words[0] === "" || words[0] === undefined) return null;
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
  const found = new RegExp(pattern).exec(text);
  return found === null ? null : { start: found.index, end: found.index + found[0].length };
}
