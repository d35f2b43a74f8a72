// Why a citation has its verdict, in the language of the page.
import type { Verification } from "@/api/types";
import type { Strings } from "@/strings/en";
import { kindNamed } from "@/strings/pages";

const ALONE = "alone.";
const OPPOSITE = "opposite";

/** By its code, if this client knows it; else the sentence of the server, which is English. */
export function reasonOf(verification: Partial<Verification>, strings: Strings): string {
  const { code = "", facts = [], reason = "" } = verification;
  const known: Partial<Record<string, string>> = strings.reasons;
  const told = known[code.replace(ALONE, "")];
  if (told === undefined) return reason;
  const named = (fact: string): string => (code.endsWith(OPPOSITE) ? kindNamed(fact, strings.sides) : fact);
  const said = told.replace(/\{(\d)\}/g, (_, at: string) => named(facts[Number(at)] ?? ""));
  return code.startsWith(ALONE) ? strings.aloneReason(said) : said;
}
