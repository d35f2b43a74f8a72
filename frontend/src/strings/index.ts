// Which language is spoken: the one chosen before, or the browser's.
import { createContext, useContext, useSyncExternalStore } from "react";

import { readChoice, writeChoice } from "@/ui/choices";

import { en, type Strings } from "./en";
import { es } from "./es";

export const LANGUAGES = { en, es } satisfies Record<string, Strings>;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);
const listeners = new Set<() => void>();
let current = chosen();

function chosen(): Language {
  const wished = [readChoice("language") ?? "", ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wished.find(isLanguage) ?? "en";
}

export function language(): Language {
  return current;
}

export function setLanguage(wanted: Language): void {
  current = wanted;
  document.documentElement.lang = wanted;
  writeChoice("language", wanted);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language of a part of the page that has its own; null: that of the page. */
export const LanguageContext = createContext<Language | null>(null);

export function useLanguage(): Language {
  const chosenHere = useContext(LanguageContext);
  const ofThePage = useSyncExternalStore(subscribe, language, language);
  return chosenHere ?? ofThePage;
}

export function useStrings(): Strings {
  return LANGUAGES[useLanguage()];
}
