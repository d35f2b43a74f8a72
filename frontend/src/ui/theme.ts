// Light, dark, or as the system says.
import { useSyncExternalStore } from "react";

import { readChoice, writeChoice } from "./choices";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

const listeners = new Set<() => void>();
let current: Theme = THEMES.find((theme) => theme === readChoice("theme")) ?? "system";

export function setTheme(theme: Theme): void {
  current = theme;
  writeChoice("theme", theme);
  showTheme();
  for (const listener of listeners) listener();
}

/** Puts the choice where the style sheet sees it. */
export function showTheme(): void {
  document.documentElement.dataset["theme"] = current;
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
