// Whether the pages of a source may be read by who looks at it.
import type { Source } from "@/api/types";
import { useClosed } from "@/collections/collections";

/** What was answered before there were collections names none. */
export function useShut(source: Partial<Source> | undefined): boolean {
  return useClosed(source?.collection);
}
