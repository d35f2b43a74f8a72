// A piece of a report that the next question is about.
import { createStore, useStore } from "@/base/store";

export interface Quoted {
  text: string;
  docId: string;
  title: string;
  /** What its page is called. */
  page: string;
  /** The id of the collection in which the report lies. */
  collection: string;
}

const current = createStore<Quoted | null>(null);

export const setQuoted = current.set;
export const useQuoted = (): Quoted | null => useStore(current);

/** The question with the piece before it. */
export function withQuoted(question: string, quoted: Quoted | null): string {
  return quoted === null ? question : `“${quoted.text}”\n\n${question}`;
}
