// Who asks, once the server has said it, and what they may do at all.
import { useStore } from "@/base/store";

import { keyStore } from "./key";
import type { Me } from "./types";

export const useMe = (): Me | null => useStore(keyStore, ({ me }) => me);

/** Whether anything may be changed; the server says so again where it matters. */
export function useMayWrite(): boolean {
  return useMe()?.scopes.includes("write") ?? true;
}
