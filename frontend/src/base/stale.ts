// Whether a part of the page could not be loaded, as after the client was built anew while it was open.
import { createStore, type Followed } from "./store";

const store = createStore(false);

export const staleStore: Followed<boolean> = store;

/** Call it when a part of the page is not there. */
export const partMissing = (): void => store.set(true);

/** Vite tells so of each script or style sheet that was to be loaded later. */
export function watchParts(): void {
  addEventListener("vite:preloadError", partMissing);
}
