// The collections that one is in. They are looked at again and again while the page is seen: what somebody
// else took away closes here, too, and what they gave appears.
import { useEffect, useSyncExternalStore } from "react";

import type { CollectionSummary } from "@/api/types";
import { libraryChanged } from "@/documents/library";

import { PRIVATE, shared } from "./model";
import { listCollections } from "./remote";

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

let state: Collections = { list: null, lost: [], missing: new Set(), revision: 0 };
/** Those that one left or deleted oneself are not told of. */
const left = new Set<string>();
const listeners = new Set<() => void>();

function set(change: Partial<Collections>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export const collectionsNow = (): Collections => state;

export function useCollections(): Collections {
  return useSyncExternalStore(subscribe, collectionsNow);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

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
  if (await refreshCollections()) set({ missing: new Set([...state.missing, id]) });
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
  set({ revision: state.revision + 1 });
  await refreshCollections();
}

export const dismissLost = (): void => set({ lost: [] });

function take(list: readonly CollectionSummary[]): void {
  const before = state.list ?? [];
  if (state.list !== null && JSON.stringify(before) === JSON.stringify(list)) return;
  const gone = before.filter((one) => !list.some(({ collection_id: id }) => id === one.collection_id));
  const taken = gone.filter((one) => !left.has(one.collection_id)).map(({ name }) => name);
  const missing = new Set([...state.missing, ...gone.map((one) => one.collection_id)]);
  const isNew = state.list === null;
  set({ list, missing, lost: [...state.lost, ...taken], revision: state.revision + 1 });
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
      if (!document.hidden && shared(state.list ?? []).length > 0) void refreshCollections();
    };
    const onReturn = (): void => {
      if (!document.hidden) void refreshCollections();
    };
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", onReturn);
    addEventListener("focus", onReturn);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onReturn);
      removeEventListener("focus", onReturn);
    };
  }, []);
}
