// A piece of a report that the next question is about.
import type { Form } from "@/api/formats";
import { createStore, useStore } from "@/base/store";

export interface Quoted {
  text: string;
  docId: string;
  title: string;
  /** What its page, slide or sheet is called, and what it has of these. */
  page: string;
  form: Form;
  /** The id of the collection in which the report lies. */
  collection: string;
}

const current = createStore<{ conversation: object; quoted: Quoted } | null>(null);

/** For the next question of a conversation, and of no other. */
export const setQuoted = (conversation: object, quoted: Quoted | null): void => current.set(quoted === null ? null : { conversation, quoted });

export const quotedIn = (conversation: object): Quoted | null => {
  const state = current.get();
  return state?.conversation === conversation ? state.quoted : null;
};

export const useQuoted = (conversation: object): Quoted | null => useStore(current, () => quotedIn(conversation));

/** The question with the piece before it. */
export function withQuoted(question: string, quoted: Quoted | null): string {
  return quoted === null ? question : `“${quoted.text}”\n\n${question}`;
}
