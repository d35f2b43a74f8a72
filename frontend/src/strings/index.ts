// Which language is spoken: the one chosen before, or the browser's.
import { readChoice, writeChoice } from "@/base/choices";
import { createStore, useStore } from "@/base/store";

import { en, type Strings } from "./en";
import { es } from "./es";

export const LANGUAGES = { en, es } satisfies Record<string, Strings>;
export type Language = keyof typeof LANGUAGES;

const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);
const current = createStore(chosen());

function chosen(): Language {
  const wished = [readChoice("language") ?? "", ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wished.find(isLanguage) ?? "en";
}

export const language = (): Language => current.get();

export function setLanguage(wanted: Language): void {
  document.documentElement.lang = wanted;
  writeChoice("language", wanted);
  current.set(wanted);
}

export const useLanguage = (): Language => useStore(current);

export function useStrings(): Strings {
  return LANGUAGES[useLanguage()];
}
