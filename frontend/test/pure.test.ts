import { expect, test } from "vitest";

import { exportPath } from "@/api/exports";
import type { LocationView, Source } from "@/api/types";
import { formatRoute, parseRoute, type Route } from "@/base/route";
import { byDay, dayOf } from "@/chats/days";
import { inOrder, shortNames, sortedSources } from "@/citations/model";
import { findQuote } from "@/citations/PassageText";
import { byFolder, changesOf } from "@/library/library";
import { untracedIn } from "@/citations/untraced";
import { ASKED, type Answer } from "@/stream/reduce";

import { CITATIONS, SOURCES, TEXT } from "./recorded";

const ANSWER: Answer = { ...ASKED, text: TEXT, citations: CITATIONS, sources: SOURCES, phase: "complete" };

test.each<Route>([
  { view: "documents", collectionId: null },
  { view: "shared", shareId: "0a", messageId: null, panel: null },
  { view: "shared", shareId: "0a", messageId: "m1", panel: { kind: "citation", id: "c1" } },
  { view: "documents", collectionId: "0123456789ab" },
  { view: "document", docId: "d", page: null, passageId: null },
  { view: "document", docId: "d", page: 12, passageId: null },
  { view: "document", docId: "d", page: 12, passageId: "d-12-0-9" },
  { view: "passage", passageId: "d-4-0-12", quote: "" },
  { view: "passage", passageId: "d-4-0-12", quote: "5 % / year" },
  { view: "chat", chatId: null, messageId: null, panel: null },
  { view: "chat", chatId: "a b/c", messageId: null, panel: null },
  { view: "chat", chatId: "c", messageId: "m", panel: null },
  { view: "chat", chatId: "c", messageId: "m", panel: { kind: "sources" } },
  { view: "chat", chatId: "c", messageId: "m", panel: { kind: "citation", id: "x%y" } },
  { view: "chat", chatId: "c", messageId: "m", panel: { kind: "compare", id: "x%y", other: "z/1" } },
  { view: "chat", chatId: "c", messageId: "m", panel: { kind: "source", n: 7 } },
])("the address of %j leads back to it", (route) => {
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

test.each(["", "#", "#/", "#/nothing/here", "#/chat", "#/chat//m", "#/chat/%"])("the address %j leads somewhere", (hash) => {
  expect(parseRoute(hash).view).toBe("chat");
});

test("citations come in the order of the text, sources by label, the rest apart", () => {
  expect(inOrder([...CITATIONS].reverse()).map((one) => one.citation_id)).toEqual(["c1", "c2", "c3"]);
  const { cited, rest } = sortedSources(ANSWER);
  expect(cited.map(({ label, citations }) => [label, citations.length])).toEqual([[1, 2], [2, 1]]);
  expect(rest.map((source) => source.passage_id)).toEqual(["p3"]);
});

test("what leaves is named by whose it is, and by the answer", () => {
  expect(exportPath({ chatId: "a/b" }, "docx", "es")).toBe("chats/a%2Fb/export?format=docx&language=es");
  expect(exportPath({ shareId: "s", messageId: "m&" }, "pdf", "en")).toBe("shared/s/export?format=pdf&language=en&message_id=m%26");
});

test("a quote is found however its spaces were written, and never by its signs", () => {
  expect(findQuote("The cargo\n  grew (by 5 %).", "cargo grew (by 5 %)")).toEqual({ start: 4, end: 25 });
  expect(findQuote("abc", "a.c")).toBeNull();
  expect(findQuote("abc", "")).toBeNull();
});

test("days are counted by the calendar", () => {
  const now = new Date(2026, 4, 10, 0, 30);
  expect(dayOf(new Date(2026, 4, 10, 0, 5), now)).toBe("today");
  expect(dayOf(new Date(2026, 4, 9, 23, 50), now)).toBe("yesterday");
  expect(dayOf(new Date(2026, 4, 5), now)).toBe("week");
  expect(dayOf(new Date(2026, 3, 20), now)).toBe("month");
  expect(dayOf(new Date(2025, 1, 1), now)).toBe("older");
  expect(byDay([], now)).toEqual([]);
});

test("a document that lies in two folders is in both", () => {
  const at = (folder: string): LocationView => ({ folder, path: "x.pdf", unread: "", changed_at: "" });
  const document = { doc_id: "d", title: "T", language: "en", pages: 1, passages: 1, ingested_at: "", date: null, organisation: "", periods: [], kind: "", notes: [], corrected: [], collection: "private", collection_name: "", outdated: null, locations: [at("b"), at("a"), at("a")] };
  expect(byFolder([document]).map(({ name, documents }) => [name, documents.length])).toEqual([["a", 1], ["b", 1]]);
});

test("untraced numbers are those whose claim is still doubted", () => {
  const text = "It was 17 of 170. Elsewhere 17.";
  const message = "“17” is in no passage cited for it";
  const at = (start: number, end: number): Answer["warnings"][number] => ({ code: "unsupported_number", message, span: { start, end }, documents: [] });
  const doubted = CITATIONS.slice(1, 2).map((one) => ({ ...one, claim_span: { start: 0, end: 17 } }));
  const answer: Answer = { ...ANSWER, text, citations: doubted, warnings: [at(7, 9), at(28, 30), { code: "truncated", message, span: null, documents: [] }] };
  expect(untracedIn(answer)).toEqual([{ start: 7, end: 9 }]);
});

test("what is corrected of a report is what was changed; an emptied field goes back", () => {
  const before = { title: "Ships", date: "2023", organisation: "Zarnholm, Inc.", periods: "2022, 2022-Q3", kind: "10-K" };
  expect(changesOf(before, before)).toEqual({});
  expect(changesOf(before, { ...before, title: " Ships ", periods: "2021; 2022-H1", kind: "" })).toEqual({ periods: ["2021", "2022-H1"], kind: null });
});

test("sources are called by whose they are and of when, and by more where that does not tell them apart", () => {
  const [one] = SOURCES;
  if (one === undefined) throw new Error("no source");
  const source = (doc_id: string, facts: Partial<Source>): Source => ({ ...one, doc_id, title: `Title of ${doc_id}`, ...facts });
  const names = (...sources: Source[]): (string | undefined)[] => {
    const found = shortNames(sources);
    return sources.map((each) => found.get(each.doc_id));
  };
  const boeing = source("d1", { organisation: "The Boeing Company", periods: ["2022"], document_kind: "10-K" });
  const again = { ...boeing, passage_id: "other" };
  const before = source("d2", { ...boeing, doc_id: "d2", periods: ["2021"] });
  const release = source("d3", { ...boeing, doc_id: "d3", document_kind: "earnings release" });
  expect(names(boeing, again, before)).toEqual(["The Boeing Company 2022", "The Boeing Company 2022", "The Boeing Company 2021"]);
  expect(names(boeing, release)).toEqual(["The Boeing Company 2022, 10-K", "The Boeing Company 2022, earnings release"]);
  expect(names(source("d4", {}))).toEqual(["Title of d4"]);
  const twins = [source("d5", { title: "Twin", file_name: "a.pdf" }), source("d6", { title: "Twin", file_name: "b.pdf" })];
  expect(names(...twins)).toEqual(["Twin (a.pdf)", "Twin (b.pdf)"]);
});
