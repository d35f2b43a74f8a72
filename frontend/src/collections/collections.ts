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
  /** Another number after each change, also of their members. */
  revision: number;
}

let state: Collections = { list: null, lost: [], revision: 0 };
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
export function isClosed(id: string | undefined, list: readonly CollectionSummary[] | null): boolean {
  return id !== undefined && id !== PRIVATE && list !== null && !list.some((one) => one.collection_id === id);
}

/** Reads the list; a server that does not answer, or does not tell, changes nothing. */
export async function refreshCollections(): Promise<void> {
  const told = await listCollections().catch(() => null);
  if (told !== null) take(told.collections);
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
  const gone = before.filter((one) => !list.some(({ collection_id: id }) => id === one.collection_id) && !left.has(one.collection_id));
  const isNew = state.list === null;
  set({ list, lost: [...state.lost, ...gone.map(({ name }) => name)], revision: state.revision + 1 });
  if (!isNew) libraryChanged();
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
