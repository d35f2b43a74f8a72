// What a report is, in words to be shown. Pure but for the language.
import { sheetsOf } from "@/reader/texts";
import { language } from "@/strings";
import type { Strings } from "@/strings/en";
import type { OutlineView } from "@/api/types";
import { formOf } from "@/strings/pages";

/** How long a report is. A sheet may be read in several parts, which `pages` counts: how many there are, its outline tells. */
export function extentOf(pages: number, fileName: string, outline: OutlineView | null, strings: Strings): string {
  const form = formOf(fileName);
  const sheets = form === "sheets" ? sheetsOf(outline, Infinity).length : 0;
  return form === "sheets" ? (sheets === 0 ? "" : strings.pages(sheets, form)) : strings.pages(pages, form);
}

/** A date as exact as it is known: `2024`, `2024-03` or `2024-03-31`, the same in all time zones. */
export function shownDay(date: string): string {
  const [, month, day] = date.split("-");
  const parts: Intl.DateTimeFormatOptions =
    day !== undefined ? { dateStyle: "medium" } : month !== undefined ? { year: "numeric", month: "long" } : { year: "numeric" };
  return new Date(date).toLocaleDateString(language(), { ...parts, timeZone: "UTC" });
}
