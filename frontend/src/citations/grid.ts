// The table of a passage, from how it crosses the wire: which words stand in which cell. Pure.
import type { SourceTable } from "@/api/types";

/** Characters between the cells of a row, and between rows, in the text of a passage. */
const BAR = 3;
const LINE_END = 1;

export interface Place {
  start: number;
  end: number;
}

export interface Cell extends Place {
  row: number;
  column: number;
  rows: number;
  columns: number;
  /** What it is called in its workbook; empty for tables of other files. */
  address: string;
}

export interface Grid {
  headerRows: number;
  headerColumns: number;
  /** Row by row, each cell once, where it begins. */
  rows: Cell[][];
  caption: Place | null;
  unit: Place | null;
}

export function gridOf(table: SourceTable): Grid {
  const merged = new Map(table.merged.map(([row, column, rows, columns]) => [`${row},${column}`, { rows, columns }]));
  const covered = new Set<string>();
  const rows: Cell[][] = [];
  let start = table.start;
  table.lengths.forEach((length, at) => {
    const column = at % table.columns;
    const row = (at - column) / table.columns;
    if (column === 0) rows.push([]);
    const size = merged.get(`${row},${column}`);
    const tall = size?.rows ?? 1;
    const wide = size?.columns ?? 1;
    if (!covered.has(`${row},${column}`)) {
      for (let down = 0; size !== undefined && down < tall; down += 1) {
        for (let right = 0; right < wide; right += 1) covered.add(`${row + down},${column + right}`);
      }
      rows.at(-1)?.push({ row, column, rows: tall, columns: wide, start, end: start + length, address: address(table, row, column) });
    }
    start += length + (column === table.columns - 1 ? LINE_END : BAR);
  });
  return {
    headerRows: table.header_rows,
    headerColumns: table.header_columns,
    rows,
    caption: place(table.caption),
    unit: place(table.unit),
  };
}

/** The rows of a table's body that are quoted, where the rows stand alone; all of them if none is. */
export function quotedRows({ rows, headerRows }: Grid, isQuoted: (cell: Cell) => boolean): Cell[][] {
  const body = rows.slice(headerRows);
  const quoted = body.filter((row) => row.some(isQuoted));
  return quoted.length === 0 || body.some((row) => row.some((cell) => cell.rows > 1)) ? body : quoted;
}

function place(span: readonly number[] | null): Place | null {
  const [start, end] = span ?? [];
  return start === undefined || end === undefined ? null : { start, end };
}

function address(table: SourceTable, row: number, column: number): string {
  const sheetRow = table.row_numbers[row];
  const sheetColumn = table.column_numbers[column];
  if (table.sheet === "" || sheetRow === undefined || sheetColumn === undefined) return "";
  return `${table.sheet}!${letters(sheetColumn)}${String(sheetRow + 1)}`;
}

/** What a workbook calls a column, from 0: A to Z, AA and so on. */
export function letters(column: number): string {
  let name = "";
  for (let left = column; left >= 0; left = Math.floor(left / 26) - 1) {
    name = String.fromCharCode(65 + (left % 26)) + name;
  }
  return name;
}

const LONGEST_FIGURE = 30;

/** Whether a cell has a number that could break, and nothing that is said in words: "$ 52,862", "(4.5) %". */
export function isFigure(text: string): boolean {
  return text.length <= LONGEST_FIGURE && /\d/u.test(text) && /\s/u.test(text) && !/\p{L}{4}/u.test(text);
}

/** Whether some words stand in a place; words without any stand nowhere. */
export function touches(place: Place, words: Place | null): boolean {
  return words !== null && Math.max(place.start, words.start) < Math.min(place.end, words.end);
}
