// What was selected in a report, on its way into the next question.
import type { Source } from "@/api/types";
import { formOf, labelOf } from "@/strings/pages";

import type { Quoted } from "./quoted";

import type { Selected } from "./selection";

export type OnAsk = (quoted: Quoted) => void;

export function quotedFrom(source: Source, onAsk: OnAsk): (selected: Selected) => void {
  return ({ text, page }) => {
    const label = page === 0 || page === source.page_start ? labelOf(source) : String(page);
    onAsk({ text, docId: source.doc_id, title: source.title, page: label, form: formOf(source.file_name), collection: source.collection });
  };
}
