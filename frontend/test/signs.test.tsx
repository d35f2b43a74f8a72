import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import type { Verification } from "@/api/types";
import { AnswerText } from "@/chat/AnswerText";
import { StageLine } from "@/chat/Stage";
import { CitationFacts } from "@/reader/Facts";
import { evidenceSign, signOf } from "@/citations/signs";
import { ASKED, type Answer } from "@/stream/reduce";

import { CITATIONS, SOURCES, TEXT } from "./recorded";

const ANSWER: Answer = {
  ...ASKED,
  text: TEXT,
  citations: CITATIONS,
  sources: SOURCES,
  evidence: "strong",
  finishReason: "stop",
  phase: "complete",
};

function judged(status: Verification["status"], method: string): Answer {
  const verification = { status, score: null, method, reason: "", calculations: [], beside: null, code: "", facts: [] };
  return { ...ANSWER, citations: CITATIONS.map((citation) => ({ ...citation, verification })) };
}

function ambiguous(answer: Answer): Answer {
  return { ...answer, warnings: [{ code: "ambiguous_document", message: "", span: null, documents: [] }] };
}

test("a quotation has no verdict", () => {
  const [citation] = judged("unchecked", "quoted").citations;
  expect(citation && signOf(citation.verification)).toBe("quoted");
  const html = renderToStaticMarkup(<AnswerText answer={judged("unchecked", "quoted")} current={null} openCitation={() => undefined} />);
  expect(html).toContain("answer-text quotation");
  expect(html).toContain("chip quoted");
  expect(html).not.toContain("supported");
});

function factsOf(status: Verification["status"], more: Partial<Verification>, text = ""): string {
  const { citations, sources } = judged(status, "words");
  const [citation, source] = [citations[0], sources[0]];
  if (citation === undefined || source === undefined) throw new Error("no citation");
  const cited = { ...citation, quote: { ...citation.quote, text }, verification: { ...citation.verification, ...more } };
  const remote = { data: { passage: null, highlights: null, beside: null, places: [] }, problem: null, reload: () => undefined };
  return renderToStaticMarkup(<CitationFacts source={source} citation={cited} remote={remote} operands={[]} marks={[]} isShut={false} hasPages />);
}

test("words on support deny nothing of the verdict above them", () => {
  const beside = { passage_id: "p2", quote: { text: "Net sales 192", page: 2, match: "exact", address: "" } } as unknown as NonNullable<Verification["beside"]>;
  const denied = "No words of the passage support";
  expect(factsOf("supported", { beside })).toContain("What was found stands beside the cited passage, on the same page:");
  expect(factsOf("supported", { beside })).not.toContain(denied);
  expect(factsOf("supported", { beside })).not.toContain("does not say all of it");
  expect(factsOf("supported", { beside }, "Net sales")).toContain("does not say all of it");
  expect(factsOf("supported", {})).toContain("No words of the passage are marked");
  expect(factsOf("unsupported", {})).toContain(denied);
});

test("what ends a sentence stays on the line of the citation before it", () => {
  const html = renderToStaticMarkup(<AnswerText answer={judged("supported", "words")} current={null} openCitation={() => undefined} />);
  expect(html).toMatch(/<span class="bound"><button[^]*?<\/button>\.<\/span>/);
  expect(html.replace(/<[^>]+>/g, "")).not.toContain("..");
});

test("what a model says is no quotation", () => {
  const html = renderToStaticMarkup(<AnswerText answer={judged("supported", "words")} current={null} openCitation={() => undefined} />);
  expect(html).toContain("chip supported");
  expect(html).not.toContain("quotation");
});

test.each<[string, Answer, string | null]>([
  ["what is said is borne out", judged("supported", "words"), "strong"],
  ["a quotation denies nothing", judged("unchecked", "quoted"), "strong"],
  ["something said is not in its source", judged("unsupported", "numbers"), "doubted"],
  ["it is not said which report is meant", ambiguous(judged("supported", "words")), "ambiguous"],
  ["what is wrong weighs more than which report is meant", ambiguous(judged("unsupported", "cell")), "doubted"],
  ["weak stays weak", { ...judged("unsupported", "words"), evidence: "weak" }, "weak"],
  ["nothing answered", { ...ANSWER, citations: [], evidence: "weak", finishReason: "no_evidence" }, "none"],
  ["a greeting asks no report", { ...ANSWER, citations: [], sources: [], evidence: "none" }, null],
  ["nothing was said before it failed", { ...ANSWER, phase: "error", text: "", citations: [], finishReason: null }, null],
  ["what was said before it failed has its evidence", { ...ANSWER, phase: "error", finishReason: null }, "strong"],
  ["an answer that uses none of what was found", { ...ANSWER, citations: [] }, null],
  ["a list of the reports", { ...ANSWER, citations: [], sources: [], evidence: null }, null],
  ["a refusal", { ...ANSWER, citations: [], sources: [], evidence: "none", finishReason: "blocked" }, null],
])("the sign of the evidence does not deny the others: %s", (_, answer, sign) => {
  expect(evidenceSign(answer)).toBe(sign);
});

test("the signs are explained where they stand, those that the answer can have", () => {
  const quoted = renderToStaticMarkup(<StageLine answer={judged("unchecked", "quoted")} />);
  expect(quoted).toContain("Quoted from the source");
  expect(quoted).not.toContain("Not supported");
  const said = renderToStaticMarkup(<StageLine answer={judged("supported", "words")} />);
  expect(said).toContain("Not supported by the source");
  expect(said).not.toContain("Quoted from the source");
});
