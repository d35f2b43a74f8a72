// Questions about reports that are chosen elsewhere than in a conversation: they begin a new one.
import type { Filters } from "@/api/types";
import { sessionOf, startNew } from "@/session/sessions";
import { setQuoted, type Quoted } from "@/reader/quoted";

/** In a new conversation; whatever is chosen for others, it is about this collection. */
export function askAbout(collection: string, filters: Filters): void {
  startNew();
  sessionOf(null).setFilters(collection === "" ? filters : { ...filters, collections: [collection] });
}

/** About a piece of a report. */
export function askQuoted(quoted: Quoted): void {
  askAbout(quoted.collection, { doc_ids: [quoted.docId] });
  setQuoted(sessionOf(null), quoted);
}
