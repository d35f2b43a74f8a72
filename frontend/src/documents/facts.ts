// What a report is, in words to be shown. Pure but for the language.
import { language } from "@/strings";

/** A date as exact as it is known: `2024`, `2024-03` or `2024-03-31`, the same in all time zones. */
export function shownDay(date: string): string {
  const [, month, day] = date.split("-");
  const parts: Intl.DateTimeFormatOptions =
    day !== undefined ? { dateStyle: "medium" } : month !== undefined ? { year: "numeric", month: "long" } : { year: "numeric" };
  return new Date(date).toLocaleDateString(language(), { ...parts, timeZone: "UTC" });
}
