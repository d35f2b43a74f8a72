// Where the numbers stand that no cited passage holds. Pure.
import type { Span } from "@/api/types";
import type { Answer } from "@/stream/reduce";

/** What a further source made good meanwhile is no longer doubted. */
export function untracedIn({ citations, warnings }: Answer): Span[] {
  const doubted = citations.filter((one) => one.verification.status !== "supported").map((one) => one.claim_span);
  return warnings.flatMap(({ code, span }) => {
    if (code !== "unsupported_number" || span === null) return [];
    return doubted.some((claim) => claim.start <= span.start && span.end <= claim.end) ? [span] : [];
  });
}
