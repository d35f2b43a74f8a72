// How places and kinds of reports are named: a page by its number, or by what it is called, as the sheets of a workbook are.
import { FORMATS, type Form } from "@/api/formats";

import type { Strings } from "./en";

// "F-12" is a number, "Sheet1" is a name.
const NUMBER = /^(?=.*\d)(?!.*\p{L}{3})|^[ivxlcdm]+$|^.?$/iu;

/** `signs` stand before what is a number; of text without pages nothing is said. */
export function placeNamed(label: string, form: Form, signs: Readonly<Record<Exclude<Form, "text">, string>>): string {
  if (form === "text" || label === "") return "";
  return form === "slides" || NUMBER.test(label) ? `${signs[form]}\u00a0${label}` : label;
}

export function formOf(fileName: string): Form {
  if (fileName === "") return "pages";
  const ending = fileName.slice(fileName.lastIndexOf(".")).toLowerCase();
  return FORMATS.find(({ suffixes }) => suffixes.includes(ending))?.form ?? "text";
}

export interface InReport {
  file_name: string;
  page_label: string;
  page?: number;
  page_start?: number;
  section?: string;
}

/** What the page, slide or sheet of a passage is called; of a long sheet, which is read in parts ("Orders (2)"), the sheet. */
export function labelOf({ file_name: fileName, page_label: label, page = 0, page_start: first = page, section = "" }: InReport): string {
  if (formOf(fileName) === "sheets" && section !== "" && label.startsWith(`${section} (`)) return section;
  return label === "" ? String(first) : label;
}

/** Where a passage stands, in words; empty where its report has no pages. */
export function placeOf(at: InReport, strings: Strings): string {
  return strings.place(labelOf(at), formOf(at.file_name));
}

/** A report with a place in it. */
export function placed(title: string, place: string): string {
  return place === "" ? title : `${title}, ${place}`;
}

/** What a kind of report is called here; one that a person gave stays as it is. */
export function kindNamed(kind: string, kinds: Readonly<Record<string, string>>): string {
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? kind) : kind;
}

/** What the server calls a kind of report that people name so. */
export function kindCalled(name: string, kinds: Readonly<Record<string, string>>): string {
  const wanted = name.trim().toLowerCase();
  return Object.keys(kinds).find((kind) => kinds[kind]?.toLowerCase() === wanted) ?? name;
}
