// Why a citation has its verdict, in the language of the page.
import type { Verification } from "@/api/types";
import type { Strings } from "@/strings/en";

const ALONE = "alone.";

/** By its code, if this client knows it; else the sentence of the server, which is English. */
export function reasonOf(verification: Partial<Verification>, strings: Strings): string {
  const { code = "", facts = [], reason = "" } = verification;
  const known: Partial<Record<string, string>> = strings.reasons;
  const told = known[code.replace(ALONE, "")];
  if (told === undefined) return reason;
  const said = told.replace(/\{(\d)\}/g, (_, at: string) => facts[Number(at)] ?? "");
  return code.startsWith(ALONE) ? strings.aloneReason(said) : said;
}
