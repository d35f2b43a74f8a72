// What was selected in a report, on its way into the next question.
import type { Source } from "@/api/types";
import { pageLabel } from "@/citations/model";
import type { Quoted } from "./quoted";

import type { Selected } from "./selection";

export type OnAsk = (quoted: Quoted) => void;

export function quotedFrom(source: Source, onAsk: OnAsk): (selected: Selected) => void {
  return ({ text, page }) => {
    const label = page === 0 || page === source.page_start ? pageLabel(source) : String(page);
    onAsk({ text, docId: source.doc_id, title: source.title, page: label, collection: source.collection });
  };
}
