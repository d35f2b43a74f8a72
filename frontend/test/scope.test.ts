import { expect, test } from "vitest";

import type { DocumentView } from "@/api/types";
import { asFilters, chosenOf, fits, toggled, valuesOf } from "@/chat/scope";

function report(doc_id: string, organisation: string, periods: string[], kind: string, folder = "filings", collection = "private"): DocumentView {
  const locations = [{ folder, path: `${folder}/${doc_id}.pdf`, unread: "", changed_at: "" }];
  return { doc_id, title: doc_id, organisation, periods, kind, date: null, pages: 1, passages: 1, ingested_at: "", notes: [], locations, language: "en", corrected: [], collection, collection_name: "", outdated: null };
}

const REPORTS = [
  report("a", "Acme", ["2022"], "10-K"),
  report("b", "Acme", ["2023-Q3"], "10-Q"),
  report("c", "Borealis", ["2023"], "10-K", "others"),
  report("d", "", [], "", "filings", "abc"),
];
const ALL = chosenOf(null);

test("what is chosen goes over the wire as lists, and nothing chosen as all reports", () => {
  expect(asFilters(ALL, REPORTS)).toBeNull();
  const chosen = { ...ALL, organisations: new Set(["Acme"]), periods: new Set(["2022", "2023"]), kinds: new Set(["10-K"]) };
  const filters = { organisations: ["Acme"], periods: ["2022", "2023"], kinds: ["10-K"] };
  expect(asFilters(chosen, REPORTS)).toEqual(filters);
  expect(chosenOf(filters)).toEqual(chosen);
});

test("folders and documents together are asked as documents, beside what reports are", () => {
  const chosen = { ...ALL, folders: new Set(["others"]), documents: new Set(["a"]), kinds: new Set(["10-K"]) };
  expect(asFilters(chosen, REPORTS)).toEqual({ kinds: ["10-K"], doc_ids: ["a", "c"] });
  expect(asFilters({ ...chosen, documents: new Set() }, REPORTS)).toEqual({ kinds: ["10-K"], folders: ["others"] });
  expect(asFilters({ ...ALL, collections: new Set(["abc"]) }, REPORTS)).toEqual({ collections: ["abc"] });
});

test.each([
  [ALL, "abcd"],
  [{ ...ALL, organisations: new Set(["Acme", "Borealis"]) }, "abc"],
  [{ ...ALL, organisations: new Set(["Acme"]), periods: new Set(["2023"]) }, "b"],
  [{ ...ALL, kinds: new Set(["annual report"]) }, "ac"],
  [{ ...ALL, kinds: new Set(["interim report"]) }, "b"],
  [{ ...ALL, folders: new Set(["others"]), documents: new Set(["b"]) }, "bc"],
  [{ ...ALL, organisations: new Set(["Acme"]), folders: new Set(["others"]) }, ""],
  [{ ...ALL, collections: new Set(["abc"]) }, "d"],
  [{ ...ALL, collections: new Set(["private"]), folders: new Set(["filings"]) }, "ab"],
])("every list must fit: %#", (chosen, ids) => {
  expect(REPORTS.filter((one) => fits(one, chosen)).map((one) => one.doc_id).join("")).toBe(ids);
});

test("what may be chosen is what the reports are, with their numbers, the newest period first", () => {
  expect(valuesOf("organisations", REPORTS, ALL.organisations)).toEqual([
    { value: "Acme", count: 2 },
    { value: "Borealis", count: 1 },
  ]);
  expect(valuesOf("periods", REPORTS, ALL.periods).map(({ value, count }) => `${value}: ${count}`)).toEqual(["2023-Q3: 1", "2023: 2", "2022: 1"]);
  expect(valuesOf("kinds", REPORTS, ALL.kinds).map(({ value }) => value)).toEqual(["10-K", "10-Q", "annual report", "interim report", "quarterly report"]);
});

test("what is chosen can be taken back though no report is it any more", () => {
  expect(valuesOf("kinds", [], new Set(["10-K"]))).toEqual([{ value: "10-K", count: 0 }]);
  expect([...toggled(new Set(["10-K"]), "10-K")]).toEqual([]);
});
