import { expect, test } from "vitest";

import type { OutlineView, Source } from "@/api/types";
import { anchorAt, calledPage, GAP, layoutOf, pageAt, pageNamed, shownZoom, stepped, topOf, viewOf, type Size } from "@/reader/layout";
import { sharpness } from "@/reader/drawing";
import { around, byPage, markAt, type PageMark } from "@/reader/marks";
import { aboveOf, entryOf, FEW, linesOf } from "@/reader/outline";
import { quotedIn, setQuoted, withQuoted } from "@/reader/quoted";
import { extentOf } from "@/documents/facts";
import { formOf, placed, placeOf } from "@/strings/pages";
import { tidied } from "@/reader/selection";
import { within } from "@/reader/Splitter";
import { headOf, numbered, repeated, sheetAt, sheetsOf, stopsOf } from "@/reader/texts";
import { en } from "@/strings/en";
import { es } from "@/strings/es";
import { firstFrom, marksOf, stepped as steppedHit } from "@/reader/useHits";

const SIZES: Size[] = [[600, 800], [600, 800], [800, 600]];
const ROOM = { width: 624, height: 424 };

test("pages fill the width, and lie one below the other", () => {
  const layout = layoutOf(SIZES, "width", ROOM);
  expect(layout.widths).toEqual([600, 600, 600]);
  expect(layout.heights).toEqual([800, 800, 450]);
  expect(layout.starts).toEqual([GAP, 824, 1636]);
  expect(layout.total).toBe(1636 + 450 + GAP);
});

test("a whole page fits into the room, and a number is a scale of paper", () => {
  expect(layoutOf(SIZES, "page", ROOM).heights[0]).toBe(400);
  expect(layoutOf(SIZES, 0.75, ROOM).widths).toEqual([600, 600, 800]);
  expect(shownZoom([600, 800], "width", ROOM)).toBeCloseTo(0.75);
});

test("what is in sight is found, also between two pages and at the ends", () => {
  const layout = layoutOf(SIZES, "width", ROOM);
  expect(viewOf(layout, 0, 400)).toEqual({ first: 0, last: 0, read: 0 });
  expect(viewOf(layout, 600, 400)).toEqual({ first: 0, last: 1, read: 0 });
  expect(viewOf(layout, 813, 400)).toEqual({ first: 1, last: 1, read: 1 });
  expect(viewOf(layout, layout.total - 600, 600)).toEqual({ first: 1, last: 2, read: 2 });
  expect(pageAt(layoutOf([], "width", ROOM), 50)).toBe(0);
});

test("what stood at a place stays there when the zoom changes", () => {
  const before = layoutOf(SIZES, "width", ROOM);
  const anchor = anchorAt(before, 1000, 100);
  const after = layoutOf(SIZES, 2, ROOM);
  const again = anchorAt(after, topOf(after, anchor), 100);
  expect(again.at).toBe(anchor.at);
  expect(again.share).toBeCloseTo(anchor.share);
  expect(topOf(before, anchor)).toBeCloseTo(1000);
});

test("zoom goes by steps, and stays at the ends", () => {
  expect(stepped(0.75, 1)).toBe(0.8);
  expect(stepped(1, -1)).toBe(0.8);
  expect(stepped(4, 1)).toBe(4);
});

test("a page is named by what is printed on it, as in a citation, or else by its number in the file", () => {
  const labels = ["i", "ii", "1", ""];
  expect([1, 3, 4].map((page) => calledPage(page, labels))).toEqual(["i", "1", "4"]);
  expect(pageNamed("1", [1, 2, 3], labels)).toBe(3);
  expect(pageNamed(" 2 ", [1, 2, 3], labels)).toBe(2);
  expect(pageNamed("II", [1, 2, 3], labels)).toBe(2);
  expect(pageNamed("9", [1, 2, 3], labels)).toBeNull();
  expect([en.pageOf("", 5), en.pageOf("3", 5), es.pageOf("3", 5)]).toEqual(["of 5", "(3 of 5)", "(3 de 5)"]);
});

test("a canvas never has more pixels than browsers draw", () => {
  expect(sharpness(600, 800, 3)).toBe(2);
  expect(sharpness(6000, 8000, 2) ** 2 * 48_000_000).toBeLessThanOrEqual(16_000_001);
});

const mark = (id: string, x0: number, x1: number, tab?: string): PageMark => ({ id, page: 1, kind: "other", rectangles: [{ x0, y0: 0.1, x1, y1: 0.2 }], ...(tab === undefined ? {} : { tab }) });

test("the smallest mark that leads somewhere is under the pointer", () => {
  const marks = [mark("wide", 0, 1, "1"), mark("small", 0.4, 0.5, "2"), mark("word", 0.44, 0.46)];
  expect(markAt(marks, 0.45, 0.15)?.id).toBe("small");
  expect(markAt(marks, 0.9, 0.15)?.id).toBe("wide");
  expect(markAt(marks, 0.9, 0.5)).toBeNull();
  expect(byPage(marks).get(1)).toHaveLength(3);
  expect(around([])).toBeNull();
  expect(around(marks.flatMap((one) => one.rectangles))).toEqual({ x0: 0, y0: 0.1, x1: 1, y1: 0.2 });
});

const HIT = { passage: 0, passage_id: "p", page_label: "", start: 0, end: 1, before: "", text: "", after: "", rectangles: [] };

test("hits begin at the page that is read, and go round", () => {
  const hits = [2, 5, 5, 9].map((page) => ({ ...HIT, page }));
  expect(firstFrom(hits, 5)).toBe(1);
  expect(firstFrom(hits, 10)).toBe(0);
  expect(firstFrom([], 1)).toBe(-1);
  expect([steppedHit(3, 1, 4), steppedHit(0, -1, 4), steppedHit(-1, 1, 0)]).toEqual([0, 3, -1]);
  const marks = marksOf({ query: "x", hits, more: false, at: 1, isBusy: false, problem: null });
  expect(marks.map((one) => one.kind)).toEqual(["hit", "hit-current", "hit", "hit"]);
});

const source = (text: string, more: Partial<Source> = {}): Source => ({ text, file_name: "a.txt", page_start: 1, page_label: "", kind: "text", section: "", ...more }) as Source;

test("what two passages share is shown once", () => {
  const before = source("One of the quays. The second quay was built for grain.");
  expect(repeated(before, source("The second quay was built for grain. And more."))).toBe("The second quay was built for grain.".length);
  expect(repeated(before, source("Another beginning of a passage."))).toBe(0);
  expect(repeated(before, source("The second quay was built for grain.", { page_start: 2 }))).toBe(0);
});

test("a workbook is read sheet by sheet, a deck slide by slide", () => {
  const entry = (page: number, passage: number) => ({ title: "", level: 0, page, passage });
  const outline = { entries: [entry(1, 0), entry(1, 2), entry(2, 3)], page_labels: ["Sales", "Costs"] } as unknown as OutlineView;
  const sheets = sheetsOf(outline, 7);
  expect(sheets).toEqual([{ label: "Sales", page: 1, from: 0, to: 3 }, { label: "Costs", page: 2, from: 3, to: 7 }]);
  expect(sheetAt(sheets, 5)).toBe(1);
  // Pages 1 to 8 are parts of the first sheet, 9 is the second.
  const stops = [{ page: 1, from: 0 }, { page: 9, from: 40 }];
  expect([1, 5, 9].map((page) => numbered(stops, page).current)).toEqual([1, 1, 2]);
  expect(numbered(stops, 1).numbers).toEqual([1, 2]);
  expect(["a.XLSX", "b.csv", "c.pptx", "d.docx", "e.PDF", "f.tif", "g.md", ""].map(formOf)).toEqual(["sheets", "text", "slides", "text", "pages", "pages", "text", "pages"]);
  expect(headOf(source("x", { page_start: 2 }), source("y"), "slides").page).toBe(true);
  expect(headOf(source("x", { section: "Quays" }), source("y"), "text")).toEqual({ page: false, section: true });
  expect(headOf(source("Quays\nx", { section: "Quays" }), undefined, "text").section).toBe(false);
});

test("a deck is turned slide by slide, also to one without a title where its place is certain", () => {
  const outline = (entries: [number, number][], slides: number, passages: number): OutlineView =>
    ({ entries: entries.map(([page, passage]) => ({ title: "", level: 0, page, passage })), page_labels: Array<string>(slides).fill(""), kinds: { text: passages } }) as unknown as OutlineView;
  expect(stopsOf(outline([[2, 1], [2, 1], [4, 3]], 5, 5), "slides")).toEqual([0, 1, 2, 3, 4].map((from) => ({ page: from + 1, from })));
  expect(stopsOf(outline([[1, 0], [4, 5]], 5, 9), "slides")).toEqual([{ page: 1, from: 0 }, { page: 4, from: 5 }]);
  expect(stopsOf(outline([[1, 0]], 2, 2), "text")).toEqual([]);
});

test("a selection is asked with in one line, not longer than a question may be", () => {
  expect(tidied(" a\n b ")).toBe("a b");
  expect(tidied("x".repeat(3000)).length).toBeLessThan(1010);
  const quoted = { text: "grain", docId: "d", title: "T", page: "1", form: "pages" as const, collection: "private" };
  expect(withQuoted("How much?", quoted)).toBe("“grain”\n\nHow much?");
  expect(withQuoted("How much?", null)).toBe("How much?");
});

test("a panel is neither too wide nor too narrow", () => {
  expect([within(5, 28, 75), within(50.26, 28, 75), within(90, 28, 75)]).toEqual([28, 50.3, 75]);
});

test("what is quoted for the next question of a conversation is not asked with in another", () => {
  const quoted = { text: "grain", docId: "d", title: "T", page: "1", form: "pages" as const, collection: "private" };
  const [one, another] = [{}, {}];
  setQuoted(one, quoted);
  expect(quotedIn(one)).toBe(quoted);
  expect(quotedIn(another)).toBeNull();
  setQuoted(one, null);
  expect(quotedIn(one)).toBeNull();
});

const entry = (level: number, page: number): { level: number; page: number } => ({ level, page });

test("a long outline is folded but for what is read, and opens where somebody wants", () => {
  const parts = Array.from({ length: FEW }, (_, part) => [entry(0, part * 3 + 1), entry(1, part * 3 + 2), entry(2, part * 3 + 3)]).flat();
  const shown = (current: number, toggled: ReadonlyMap<number, boolean> = new Map()): number[] => linesOf(parts, current, toggled).map(({ at }) => at);
  expect(shown(-1)).toHaveLength(FEW);
  expect(shown(5).slice(0, 5)).toEqual([0, 3, 4, 5, 6]);
  expect([...aboveOf(parts, 5)]).toEqual([4, 3]);
  expect(shown(5, new Map([[3, false]]))).toHaveLength(FEW);
  expect(shown(-1, new Map([[0, true]])).slice(0, 3)).toEqual([0, 1, 3]);
  expect(linesOf(parts, -1, new Map())[0]).toEqual({ at: 0, isOpen: false });
});

test("all of a short outline is shown, and the entry is the first that begins on the page that is read", () => {
  const entries = [entry(0, 1), entry(1, 1), entry(0, 4)];
  expect(linesOf(entries, 0, new Map())).toEqual([{ at: 0, isOpen: true }, { at: 1, isOpen: null }, { at: 2, isOpen: null }]);
  expect([entryOf(entries, 1), entryOf(entries, 3), entryOf(entries, 9), entryOf([], 1)]).toEqual([0, 1, 2, -1]);
});

test("a page is named with its sign where it is a number, and else as it is called", () => {
  expect(["12", "xiv", "F-3", "A", "Sheet1", "Cover"].map((label) => en.place(label, "pages"))).toEqual(["p.\u00a012", "p.\u00a0xiv", "p.\u00a0F-3", "p.\u00a0A", "Sheet1", "Cover"]);
});

test("a place is named by the kind of report: sheets by their names, slides by number, text without pages not at all", () => {
  const at = (fileName: string, label: string, section = ""): string[] => [en, es].map((strings) => placeOf({ file_name: fileName, page_label: label, page_start: 3, section }, strings).replace("\u00a0", " "));
  expect(at("a.pdf", "")).toEqual(["p. 3", "pág. 3"]);
  expect(at("a.pptx", "4")).toEqual(["slide 4", "diapositiva 4"]);
  expect(at("a.xlsx", "Orders")).toEqual(["Orders", "Orders"]);
  expect(at("a.xlsx", "2024")).toEqual(["sheet 2024", "hoja 2024"]);
  expect(at("a.xlsx", "Orders (2)", "Orders")).toEqual(["Orders", "Orders"]);
  for (const name of ["a.docx", "a.txt", "a.md", "a.html", "a.csv"]) expect(at(name, "2")).toEqual(["", ""]);
  expect(placed("Letter", "")).toBe("Letter");
  expect(en.chip(1, "Letter", "", "supported")).toBe("Citation 1: Letter. supported");
  expect(en.chip(1, "Report", en.placeSpoken("4", "pages"), "supported").replace("\u00a0", " ")).toBe("Citation 1: Report, page 4. supported");
});

test("how long a report is is told of pages, slides and sheets, and of what is cut into parts to be read nothing", () => {
  expect(extentOf(3, "a.pdf", null, en)).toBe("3 pages");
  expect(extentOf(1, "a.pptx", null, es)).toBe("1 diapositiva");
  expect([extentOf(4, "a.docx", null, en), extentOf(9, "a.xlsx", null, en)]).toEqual(["", ""]);
  const outline = { entries: [{ title: "Sales", level: 0, page: 1, passage: 0 }], page_labels: ["Sales", "Sales (2)"], kinds: {} } as unknown as OutlineView;
  expect(extentOf(2, "a.xlsx", outline, en)).toBe("1 sheet");
});
