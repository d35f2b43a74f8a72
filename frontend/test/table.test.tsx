import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import type { Operand, Source, SourceTable } from "@/api/types";
import { gridOf, letters, quotedRows } from "@/citations/grid";
import { beginning, cellsOf } from "@/citations/model";
import { PassageText } from "@/citations/PassageText";
import { SourceContext } from "@/citations/SourceContext";

import { SOURCES } from "./recorded";

const LINES = ["🚢 Table 3: Grain (in tonnes)", "Quay | Year | Year", "Quay | 2024 | 2023", "East | 712 | ", "West |  | 5"];
const TEXT = LINES.join("\n");
const TABLE: SourceTable = {
  columns: 3,
  header_rows: 2,
  header_columns: 1,
  start: TEXT.indexOf("Quay"),
  lengths: [4, 4, 4, 4, 4, 4, 4, 3, 0, 4, 0, 1],
  merged: [
    [0, 0, 2, 1],
    [0, 1, 1, 2],
  ],
  caption: [0, LINES[0]?.length ?? 0],
  unit: [TEXT.indexOf("in tonnes"), TEXT.indexOf(")")],
  sheet: "",
  row_numbers: [],
  column_numbers: [],
};
const [FIRST] = SOURCES;

function html(quoted: string, table: SourceTable | null = TABLE, withheld: Source["withheld"] = []): string {
  const start = TEXT.indexOf(quoted);
  const quote = quoted === "" ? null : { start, end: start + quoted.length };
  if (FIRST === undefined) throw new Error("no source");
  const source = { ...FIRST, text: TEXT, table, withheld };
  return renderToStaticMarkup(<PassageText source={source} quote={quote} />).replaceAll(/<\/?span>/g, "");
}

test("each cell is found in the text by its place", () => {
  const words = gridOf(TABLE).rows.map((row) => row.map(({ start, end }) => TEXT.slice(start, end)));
  expect(words).toEqual([["Quay", "Year"], ["2024", "2023"], ["East", "712", ""], ["West", "", "5"]]);
});

test("a table is one, with its caption, heads and merged cells", () => {
  const shown = html("");
  expect(shown).toContain('<caption><span class="caption-line">🚢 Table 3: Grain (in tonnes)</caption>');
  expect(shown).toContain('<th scope="col" rowSpan="2">Quay</th><th scope="colgroup" colSpan="2">Year</th>');
  expect(shown).toContain('<tr><th scope="row">East</th><td>712</td><td></td></tr>');
  expect(shown).not.toContain("cited");
});

test("what is cited is marked, and the cells that it stands in are set off", () => {
  const shown = html("East | 712");
  expect(shown).toContain('<th scope="row" class="cited"><mark>East</mark></th><td class="cited"><mark>712</mark></td><td></td>');
});

test("of a table only the rows that are quoted are shown, unless its rows hang together", () => {
  const grid = gridOf(TABLE);
  const words = (rows: ReturnType<typeof quotedRows>): string[] => rows.map(([first]) => TEXT.slice(first?.start, first?.end));
  const isWest = ({ row }: { row: number }): boolean => row === 3;
  expect(words(quotedRows(grid, isWest))).toEqual(["West"]);
  expect(words(quotedRows(grid, () => false))).toEqual(["East", "West"]);
  const merged = gridOf({ ...TABLE, merged: [...TABLE.merged, [2, 2, 2, 1]] });
  expect(words(quotedRows(merged, isWest))).toEqual(["East", "West"]);
});

test("in a line a quote has its cells without the bars between them, and no word is cut", () => {
  expect(cellsOf("Quay | 2024 |\nEast |  | 712")).toBe("Quay · 2024 · East · 712");
  expect(beginning("The lamp was lit on many nights", 20)).toBe("The lamp was lit on …");
});

test("what is withheld of a table is not shown", () => {
  const start = TEXT.indexOf("East");
  const shown = html("", TABLE, [{ start, end: start + 4, reason: "instruction" }]);
  expect(shown).not.toContain("East");
  expect(shown).toContain("[withheld]");
});

test("a cell of a workbook says what it is called there", () => {
  const sheet = { ...TABLE, sheet: "Q 1", row_numbers: [4, 5, 6, 99], column_numbers: [0, 1, 27] };
  expect(html("", sheet)).toContain('<td title="Q 1!AB100">5</td>');
  expect([0, 25, 26, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
});

test("a passage that is no table is shown as text", () => {
  expect(html("712", null)).toContain("East | <mark>712</mark> | ");
});

test("a figure in running text that is calculated with is marked beside the quote", () => {
  if (FIRST === undefined) throw new Error("no source");
  const text = "Ships rose from 412 in 2022 to 538.";
  const operand = (figure: string): Operand => {
    const start = text.indexOf(figure);
    return { passage_id: FIRST.passage_id, label: "Ships", text: figure, row: null, column: null, start, end: start + figure.length };
  };
  const shown = renderToStaticMarkup(
    <PassageText source={{ text, table: null, withheld: [] }} quote={{ start: 0, end: 10 }} operands={[operand("412"), operand("538")]} />,
  );
  expect([...shown.matchAll(/<mark>(.*?)<\/mark>/g)].map((one) => one[1])).toEqual(["Ships rose", "412", "538"]);
});

test("what else was shown of the page is told, and where the same stands", () => {
  if (FIRST === undefined) throw new Error("no source");
  const beside = { passage_id: "q", page: 1, page_label: "A-1", before: false, text: "Nine ships.", withheld: [], kind: "text", table: null };
  const same = { passage_id: "r", doc_id: "e", title: "Report 9", file_name: "r.pdf", page: 3, page_label: "", collection: "private", collection_name: "" };
  const shown = renderToStaticMarkup(<SourceContext source={{ ...FIRST, context: [beside], also_in: [same] }} />);
  expect(shown).toContain("Nine ships.");
  expect(shown).toContain("Report 9");
  expect(renderToStaticMarkup(<SourceContext source={FIRST} />)).toBe("");
});
