// Whether the signs were explained to who uses this browser, and the explanation was put away.
import { readChoice, writeChoice } from "@/base/choices";
import { createStore, useStore } from "@/base/store";

const NAME = "signs-known";
const known = createStore(readChoice(NAME) !== null);

export const useSignsKnown = (): boolean => useStore(known);

export function knowSigns(): void {
  writeChoice(NAME, "yes");
  known.set(true);
}
