import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import { Notes } from "@/chat/Notes";
import type { Exchange } from "@/session/exchanges";
import { AskedAs, StageLine } from "@/chat/Stage";
import { ASKED, type Answer } from "@/stream/reduce";

import { SOURCES } from "./recorded";

const DOCUMENTS = [
  { doc_id: "d1", title: "Costco 10-K" },
  { doc_id: "d2", title: "Best Buy 10-K" },
];
const QUERY = { original: "Which risks?", standalone: "Which risks?", rewritten: false, sub_questions: [], document: DOCUMENTS[0] ?? null };

function exchange(answer: Partial<Answer>): Exchange {
  return { key: "k", question: "?", versions: [], live: false, recovering: false, answer: { ...ASKED, phase: "complete", finishReason: "stop", text: "Told.", ...answer } };
}

function notes(answer: Partial<Answer>): string {
  return renderToStaticMarkup(<Notes exchange={exchange(answer)} canAsk onAgain={() => undefined} onChoose={() => undefined} />);
}

test("the reports that may be meant are offered to choose", () => {
  const shown = notes({ warnings: [{ code: "ambiguous_document", message: "which?", span: null, documents: DOCUMENTS }] });
  expect(shown).toContain("does not say which report it means");
  expect(shown.match(/<button/g)).toHaveLength(2);
  expect(shown).toContain("Best Buy 10-K");
});

test("each document that is cited as it was before its file changed is told, without a choice", () => {
  const outdated = { read_at: "2024-04-01T12:00:00+00:00", changed_at: "2024-05-02T12:00:00+00:00" };
  const sources = SOURCES.map((source) => ({ ...source, outdated }));
  const warnings = sources.slice(0, 2).map(({ doc_id, title }) => ({ code: "outdated_document" as const, message: "", span: null, documents: [{ doc_id, title }] }));
  const shown = notes({ sources, warnings });
  expect(shown).toContain("The file of Report 1 changed on May 2, 2024 and could not be read: answers come from the version read on Apr 1, 2024.");
  expect(shown).toContain("The file of Report 2 changed");
  expect(shown).not.toContain("<button");
});

test("an answer without reports to ask has no note besides what it says", () => {
  expect(notes({ finishReason: "no_evidence", evidence: null, sources: [] })).toBe("");
});

test("the report that a question points at is named", () => {
  const shown = renderToStaticMarkup(<AskedAs answer={{ ...ASKED, query: QUERY }} canAsk onAsk={() => undefined} />);
  expect(shown).toContain("<cite dir=\"auto\">Costco 10-K</cite>");
});

test("where there was no evidence to judge none is shown, and no extracts are where there is no source", () => {
  const { answer } = exchange({ model: "extractive", evidence: null });
  expect(renderToStaticMarkup(<StageLine answer={answer} />)).toBe('<div class="stage"></div>');
});

test("who answered is shown: a model by its name, or extracts, also where a model failed", () => {
  const stage = (answer: Partial<Answer>): string => renderToStaticMarkup(<StageLine answer={exchange({ sources: SOURCES, evidence: "weak", ...answer }).answer} />);
  expect(stage({ model: "gpt-4o-mini" })).toContain("Written by gpt-4o-mini");
  expect(stage({ model: "extractive" })).toContain("Extracts, not written by a model");
  const failed = stage({ model: "gpt-4o-mini", warnings: [{ code: "model_fallback", message: "", span: null, documents: [] }] });
  expect(failed).toContain("Extracts, not written");
  expect(failed).not.toContain("Written by");
  expect(stage({ model: "gpt-4o-mini", finishReason: "no_evidence" })).not.toContain("Written by");
});

test("a follow-up that no model completed is not said to be searched for as written where it was completed by rule", () => {
  const warnings = [{ code: "condense_fallback" as const, message: "", span: null, documents: [] }];
  expect(notes({ warnings, query: { ...QUERY, document: null } })).toContain("The search used the question as written");
  const completed = notes({ warnings, query: { ...QUERY, document: null, rewritten: true } });
  expect(completed).toContain("Simple rules completed it");
  expect(completed).not.toContain("as written");
});
