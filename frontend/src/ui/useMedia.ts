// Whether a media query holds now.
import { useMemo } from "react";

import { useStore, type Followed } from "@/base/store";

export function useMedia(query: string): boolean {
  return useStore(useMemo(() => followed(query), [query]));
}

function followed(query: string): Followed<boolean> {
  const list = matchMedia(query);
  return {
    get: () => list.matches,
    subscribe: (listener) => {
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
  };
}
