// The collections that one is in. They are looked at again and again while the page is seen: what somebody
// else took away closes here, too, and what they gave appears.
import { useEffect } from "react";

import { listCollections } from "@/api/collections";
import { onReturn } from "@/api/reach";
import type { CollectionSummary } from "@/api/types";
import { createStore, useStore } from "@/base/store";
import { libraryChanged } from "@/library/library";

import { PRIVATE, shared } from "./model";

const LOOK_MS = 5000;

export interface Collections {
  /** Null before they are known. */
  list: readonly CollectionSummary[] | null;
  /** The names of those that were taken away while the page was open, until that is dismissed. */
  lost: readonly string[];
  /** Ids that were looked for and not found: what is not listed may have been given meanwhile. */
  missing: ReadonlySet<string>;
  /** Another number after each change, also of their members. */
  revision: number;
}

const store = createStore<Collections>({ list: null, lost: [], missing: new Set(), revision: 0 });
/** Those that one left or deleted oneself are not told of. */
const left = new Set<string>();

const set = (change: Partial<Collections>): void => store.update((old) => ({ ...old, ...change }));

export const collectionsNow = (): Collections => store.get();

export const useCollections = (): Collections => useStore(store);

/** Whether the reports of a collection are closed to who looks at the page; what is not known yet is not. */
export function useClosed(id: string | null | undefined): boolean {
  const { list, missing } = useCollections();
  const isListed = id === null || id === undefined || id === PRIVATE || list === null || list.some((one) => one.collection_id === id);
  const isUnknown = !isListed && !missing.has(id);
  useEffect(() => {
    if (isUnknown) void lookFor(id);
  }, [id, isUnknown]);
  return !isListed && missing.has(id);
}

async function lookFor(id: string): Promise<void> {
  if (await refreshCollections()) set({ missing: new Set([...store.get().missing, id]) });
}

/** Reads the list; false, and nothing is changed, if the server does not answer or does not tell. */
export async function refreshCollections(): Promise<boolean> {
  const told = await listCollections().catch(() => null);
  if (told !== null) take(told.collections);
  return told !== null;
}

/** After a change of one's own: the list and what hangs on it are read again. */
export async function collectionsChanged(gone?: string): Promise<void> {
  if (gone !== undefined) left.add(gone);
  set({ revision: store.get().revision + 1 });
  await refreshCollections();
}

export const dismissLost = (): void => set({ lost: [] });

function take(list: readonly CollectionSummary[]): void {
  const before = store.get().list ?? [];
  if (store.get().list !== null && JSON.stringify(before) === JSON.stringify(list)) return;
  const gone = before.filter((one) => !list.some(({ collection_id: id }) => id === one.collection_id));
  const taken = gone.filter((one) => !left.has(one.collection_id)).map(({ name }) => name);
  const missing = new Set([...store.get().missing, ...gone.map((one) => one.collection_id)]);
  const isNew = store.get().list === null;
  set({ list, missing, lost: [...store.get().lost, ...taken], revision: store.get().revision + 1 });
  if (!isNew) libraryChanged();
}

/** Looks at the collections when what shows them is opened. */
export function useFreshCollections(): Collections {
  useEffect(() => void refreshCollections(), []);
  return useCollections();
}

/** Looks at the collections for as long as the page is seen. */
export function useWatchedCollections(): void {
  useEffect(() => {
    void refreshCollections();
    const look = (): void => {
      if (!document.hidden && shared(store.get().list ?? []).length > 0) void refreshCollections();
    };
    const onSeen = (): void => {
      if (!document.hidden) void refreshCollections();
    };
    const forget = onReturn(() => void refreshCollections());
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", onSeen);
    addEventListener("focus", onSeen);
    return () => {
      clearInterval(timer);
      forget();
      document.removeEventListener("visibilitychange", onSeen);
      removeEventListener("focus", onSeen);
    };
  }, []);
}
