// Who asks, once the server has said it, and what they may do at all.
import { useSyncExternalStore } from "react";

import { keyState, subscribeKey } from "./key";
import type { Me } from "./types";

export function useMe(): Me | null {
  return useSyncExternalStore(subscribeKey, () => keyState().me);
}

/** Whether anything may be changed; the server says so again where it matters. */
export function useMayWrite(): boolean {
  return useMe()?.scopes.includes("write") ?? true;
}
