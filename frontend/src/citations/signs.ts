// The three signs of an answer, so that none says what another denies: evidence, verdict, underline. Pure.
import type { Verification } from "@/api/types";
import type { Answer } from "@/stream/reduce";

import { untracedIn } from "./untraced";

/** What a chip shows: a verdict, or that the words are taken from the source and no verdict is due. */
export type Sign = Verification["status"] | "quoted";

export function signOf(verification: Verification): Sign {
  return verification.method === "quoted" ? "quoted" : verification.status;
}

export type EvidenceSign = NonNullable<Answer["evidence"]> | "doubted" | "ambiguous";

/** How strong the sources are, as far as what was said of them bears it out; null where no report was asked. */
export function evidenceSign(answer: Answer): EvidenceSign | null {
  const { evidence, finishReason, sources, citations, phase, text } = answer;
  if (finishReason === "no_evidence" && !isUnasked(answer)) return "none";
  if (evidence === null || finishReason === "blocked") return null;
  // Evidence for what? Nothing was answered, or nothing of the sources was used.
  if (phase !== "running" && text === "") return null;
  if (phase === "complete" && citations.length === 0 && evidence !== "none") return null;
  if (sources.length === 0) return finishReason === null ? evidence : null;
  const isDoubted = untracedIn(answer).length > 0 || citations.some(({ verification }) => signOf(verification) === "unsupported");
  if (evidence !== "strong") return evidence;
  if (isDoubted) return "doubted";
  return answer.warnings.some(({ code }) => code === "ambiguous_document") ? "ambiguous" : evidence;
}

/** Whether there was no report to ask: the answer says so itself. */
export function isUnasked({ finishReason, evidence, sources }: Answer): boolean {
  return finishReason === "no_evidence" && evidence === null && sources.length === 0;
}

/** Whether all of the answer is taken from its sources. */
export function isQuotation({ citations }: Answer): boolean {
  return citations.length > 0 && citations.every(({ verification }) => signOf(verification) === "quoted");
}
