// Days as people write them in the language of the page.
import { language } from "@/strings";

/** The day of a moment in ISO 8601, here and in words; empty of an empty one. */
export function shownDate(at: string): string {
  return at === "" ? "" : new Date(at).toLocaleDateString(language(), { dateStyle: "medium" });
}
