// Where the numbers stand that no cited passage holds. Pure.
import type { Span } from "@/api/types";
import type { Answer } from "@/stream/reduce";

const NAMED = /[“"](?<number>[^”"]+)[”"]/;

/** In claims that are not supported: the same number may well be traced elsewhere. */
export function untracedIn(answer: Answer): Span[] {
  const doubted = answer.citations.filter((one) => one.verification.status !== "supported").map((one) => one.claim_span);
  return answer.warnings.flatMap((warning) => {
    const number = warning.code === "unsupported_number" ? NAMED.exec(warning.message)?.groups?.["number"] : undefined;
    return number === undefined ? [] : occurrences(answer.text, number).filter((at) => doubted.some((claim) => claim.start <= at.start && at.end <= claim.end));
  });
}

function occurrences(text: string, number: string): Span[] {
  const escaped = number.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new RegExp(`(?<![\\d.,])${escaped}(?!\\d|[.,]\\d)`, "g");
  return [...text.matchAll(whole)].map(({ index }) => ({ start: index, end: index + number.length }));
}
