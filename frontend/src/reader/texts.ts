// How a report without pages is laid out: sheet by sheet, slide by slide, under its headings. Pure.
import type { Form } from "@/api/formats";
import type { OutlineView, Source } from "@/api/types";
import { labelOf } from "@/strings/pages";

export type TextForm = Exclude<Form, "pages">;

/** Where a sheet or a slide begins. */
export interface Stop {
  page: number;
  /** The place of its first passage. */
  from: number;
}

export interface Sheet extends Stop {
  label: string;
  /** The place behind its last passage. */
  to: number;
}

/** The sheets of a workbook: each begins with the heading that is called as it is. */
export function sheetsOf(outline: OutlineView | null, total: number): Sheet[] {
  const sheets: Sheet[] = [];
  for (const { page, passage } of outline?.entries ?? []) {
    const label = outline?.page_labels[page - 1] ?? "";
    const last = sheets.at(-1);
    if (passage === null || last?.label === label) continue;
    if (last !== undefined) last.to = passage;
    sheets.push({ label: label === "" ? String(page) : label, page, from: sheets.length === 0 ? 0 : passage, to: total });
  }
  return sheets;
}

/** Where the slides of a deck begin; of those without a title, where each has a passage. */
export function slidesOf(outline: OutlineView | null): Stop[] {
  if (outline === null) return [];
  const total = Object.values(outline.kinds).reduce((all, count) => all + count, 0);
  const stops: Stop[] = [];
  const upTo = ({ page, from }: Stop): void => {
    const last = stops.at(-1) ?? { page: 0, from: -1 };
    if (page - last.page !== from - last.from) return;
    for (let next = last.page + 1; next < page; next += 1) stops.push({ page: next, from: last.from + next - last.page });
  };
  for (const { page, passage } of outline.entries) {
    if (passage === null || page <= (stops.at(-1)?.page ?? 0)) continue;
    upTo({ page, from: passage });
    stops.push({ page, from: passage });
  }
  upTo({ page: outline.page_labels.length + 1, from: total });
  return stops;
}

/** What of a report without pages is turned as they are. */
export function stopsOf(outline: OutlineView | null, form: TextForm): readonly Stop[] {
  if (form === "slides") return slidesOf(outline);
  return form === "sheets" ? sheetsOf(outline, Infinity) : [];
}

/** The stops by their numbers from 1, and which of them is read: a sheet may be read in parts, so that pages do not count sheets. */
export function numbered(stops: readonly Stop[], page: number): { numbers: number[]; current: number } {
  return { numbers: stops.map((_, at) => at + 1), current: Math.max(1, stops.findLastIndex((stop) => stop.page <= page) + 1) };
}

/** Which sheet a passage is on. */
export function sheetAt(sheets: readonly Sheet[], place: number): number {
  return Math.max(0, sheets.findIndex(({ from, to }) => from <= place && place < to));
}

/** What is written above a passage that is not above the one before it. */
export function headOf(passage: Source, before: Source | undefined, form: TextForm): { page: boolean; section: boolean } {
  const isNewPage = before === undefined || before.page_start !== passage.page_start;
  const sheet = labelOf(passage);
  const isNewSection = passage.section !== "" && passage.section !== before?.section && !passage.text.trimStart().startsWith(passage.section);
  return {
    page: isNewPage && (form === "slides" || (form === "sheets" && (before === undefined || labelOf(before) !== sheet))),
    section: isNewSection && !(form === "sheets" && passage.section === sheet),
  };
}

const MOST_REPEATED = 1500;
const FEWEST_REPEATED = 12;

/** How many characters of a text passage the one before it ends with: what they share is shown once. */
export function repeated(before: Source | undefined, passage: Source): number {
  if (before?.page_start !== passage.page_start || before.kind !== "text" || passage.kind !== "text") return 0;
  const end = before.text.slice(-MOST_REPEATED);
  const begin = passage.text.slice(0, FEWEST_REPEATED);
  if (begin.length < FEWEST_REPEATED) return 0;
  for (let at = end.indexOf(begin); at >= 0; at = end.indexOf(begin, at + 1)) {
    const shared = end.length - at;
    if (passage.text.startsWith(end.slice(at))) return shared;
  }
  return 0;
}
