// Whether the pages of a source may be read by who looks at it.
import type { Source } from "@/api/types";
import { isClosed, useCollections } from "@/collections/collections";

/** What was answered before there were collections names none. */
export function useShut(source: Partial<Source> | undefined): boolean {
  return isClosed(source?.collection, useCollections().list);
}
