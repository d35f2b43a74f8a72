// Light, dark, or as the system says.
import { readChoice, writeChoice } from "@/base/choices";
import { createStore, useStore } from "@/base/store";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

const current = createStore<Theme>(THEMES.find((theme) => theme === readChoice("theme")) ?? "system");

export function setTheme(theme: Theme): void {
  current.set(theme);
  writeChoice("theme", theme);
  showTheme();
}

/** Puts the choice where the style sheet sees it. */
export function showTheme(): void {
  document.documentElement.dataset["theme"] = current.get();
}

export const useTheme = (): Theme => useStore(current);
