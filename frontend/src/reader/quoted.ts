// A piece of a report that the next question is about.
import { useSyncExternalStore } from "react";

export interface Quoted {
  text: string;
  docId: string;
  title: string;
  /** What its page is called. */
  page: string;
  /** The id of the collection in which the report lies. */
  collection: string;
}

let current: Quoted | null = null;
const listeners = new Set<() => void>();

export function setQuoted(quoted: Quoted | null): void {
  current = quoted;
  for (const listener of listeners) listener();
}

export function useQuoted(): Quoted | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/** The question with the piece before it. */
export function withQuoted(question: string, quoted: Quoted | null): string {
  return quoted === null ? question : `“${quoted.text}”\n\n${question}`;
}
