// Which collections are searched, and into which one uploads: remembered by the browser.
import type { Filters } from "@/api/types";
import { readChoice, writeChoice } from "@/base/choices";
import { createStore, useStore } from "@/base/store";

import { collectionsNow, useCollections } from "./collections";
import { PRIVATE, searched, withCollections } from "./model";

const SEARCHED = "collections";
const UPLOADS = "upload-collection";

const chosen = createStore<readonly string[]>((readChoice(SEARCHED) ?? "").split(" ").filter(Boolean));

/** None means all. */
export function chooseCollections(ids: readonly string[]): void {
  writeChoice(SEARCHED, ids.join(" "));
  chosen.set(ids);
}

/** The collections that a question with these filters is asked of; null for all. */
export function searchedNow(filters: Filters | null): string[] | null {
  return searched(filters?.collections ?? chosen.get(), collectionsNow().list);
}

export const askedFilters = (filters: Filters | null): Filters | null => withCollections(filters, searchedNow(filters));

export function useSearched(filters: Filters | null): string[] | null {
  const { list } = useCollections();
  const remembered = useStore(chosen);
  return searched(filters?.collections ?? remembered, list);
}

export const readUploadChoice = (): string => readChoice(UPLOADS) ?? PRIVATE;
export const writeUploadChoice = (id: string): void => writeChoice(UPLOADS, id);
