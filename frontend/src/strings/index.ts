// Which language is spoken: the one chosen before, or the browser's.
import { createContext, useContext } from "react";

import { readChoice, writeChoice } from "@/base/choices";
import { createStore, useStore } from "@/base/store";

import { en, type Strings } from "./en";
import { es } from "./es";

export const LANGUAGES = { en, es } satisfies Record<string, Strings>;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);
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

/** The language of a part of the page that has its own; null: that of the page. */
export const LanguageContext = createContext<Language | null>(null);

export function useLanguage(): Language {
  const chosenHere = useContext(LanguageContext);
  const ofThePage = useStore(current);
  return chosenHere ?? ofThePage;
}

export function useStrings(): Strings {
  return LANGUAGES[useLanguage()];
}
