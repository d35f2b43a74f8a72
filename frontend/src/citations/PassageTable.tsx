// The table of a passage as a table, with the cited cells set off and their words marked.
import { useEffect, useRef, type ReactNode } from "react";

import type { Operand, Withheld } from "@/api/types";
import { useStrings } from "@/strings";

import { isFigure, quotedRows, touches, type Cell, type Grid, type Place } from "./grid";
import { MarkedText } from "./MarkedText";

interface Props {
  text: string;
  grid: Grid;
  quote: Place | null;
  operands: readonly Operand[];
  /** Further places that are marked: of searched words. */
  hits?: readonly Place[];
  withheld: readonly Withheld[];
  /** Whether the first cited cell is brought into view. */
  scrolls: boolean;
  /** Only the rows that are cited, under the table's head. */
  isExcerpt?: boolean;
}

const NONE: readonly never[] = [];

export function PassageTable({ text, grid, quote, operands, hits = NONE, withheld, scrolls, isExcerpt = false }: Props): ReactNode {
  const strings = useStrings();
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const cited = frame.current?.querySelector(".cited, mark");
    if (scrolls) cited?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [scrolls, quote]);
  const marked = (part: Place): ReactNode => <MarkedText text={text} part={part} marks={quote === null ? hits : [quote, ...hits]} withheld={withheld} />;
  const isCited = (cell: Cell): boolean => touches(cell, quote) || operands.some((one) => one.row === cell.row && one.column === cell.column);
  const line = (row: Cell[], index: number): ReactNode => (
    <tr key={index}>
      {row.map((cell) => (
        <TableCell key={cell.column} cell={cell} grid={grid} isCited={isCited(cell)} isFigure={isFigure(text.slice(cell.start, cell.end))}>
          {marked(cell)}
        </TableCell>
      ))}
    </tr>
  );
  const { caption, unit, headerRows, rows } = grid;
  const lines = [caption, unit].filter((one) => one !== null);
  // A unit within the caption is told there.
  const shown = lines.filter((one) => !lines.some((other) => other !== one && other.start <= one.start && one.end <= other.end));
  return (
    <div ref={frame} className="passage-table" tabIndex={0} role="group" aria-label={strings.table}>
      <table dir="auto">
        {shown.length > 0 && (
          <caption>
            {shown.map((one) => (
              <span key={one.start} className="caption-line">
                {marked(one)}
              </span>
            ))}
          </caption>
        )}
        {headerRows > 0 && <thead>{rows.slice(0, headerRows).map(line)}</thead>}
        <tbody>{(isExcerpt ? quotedRows(grid, isCited) : rows.slice(headerRows)).map(line)}</tbody>
      </table>
    </div>
  );
}

interface CellProps {
  cell: Cell;
  grid: Grid;
  isCited: boolean;
  /** Then it stays in a line: a figure does not leave its sign. */
  isFigure: boolean;
  children: ReactNode;
}

function TableCell({ cell, grid, isCited, isFigure: isWhole, children }: CellProps): ReactNode {
  const facts = {
    rowSpan: cell.rows === 1 ? undefined : cell.rows,
    colSpan: cell.columns === 1 ? undefined : cell.columns,
    className: [isCited ? "cited" : "", isWhole ? "figure" : ""].join(" ").trim() || undefined,
    title: cell.address === "" ? undefined : cell.address,
  };
  const isEmpty = cell.start === cell.end;
  // An empty head names nothing.
  if (!isEmpty && cell.row < grid.headerRows) {
    return (
      <th scope={cell.columns > 1 ? "colgroup" : "col"} {...facts}>
        {children}
      </th>
    );
  }
  if (!isEmpty && cell.column < grid.headerColumns) {
    return (
      <th scope={cell.rows > 1 ? "rowgroup" : "row"} {...facts}>
        {children}
      </th>
    );
  }
  return <td {...facts}>{children}</td>;
}
