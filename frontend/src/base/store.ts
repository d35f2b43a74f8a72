// One way for components to follow what changes outside of them.
import { useSyncExternalStore } from "react";

/** A value that can be read at any time, and tells when it is another. */
export interface Followed<T> {
  /** Gives the same object until the next change. */
  get: () => T;
  /** Gives what ends the subscription. */
  subscribe: (listener: () => void) => () => void;
}

/** A value of this page, with the way to change it. */
export interface Store<T> extends Followed<T> {
  set: (next: T) => void;
  update: (change: (old: T) => T) => void;
}

/** Holds a value; who follows it is told whenever another is set. */
export function createStore<T>(first: T): Store<T> {
  const listeners = new Set<() => void>();
  let value = first;
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value, or what `select` takes of it; the component renders again when that is another. */
export function useStore<T>(store: Followed<T>): T;
export function useStore<T, S>(store: Followed<T>, select: (value: T) => S): S;
export function useStore<T>(store: Followed<T>, select: (value: T) => unknown = (value) => value): unknown {
  const selected = (): unknown => select(store.get());
  return useSyncExternalStore(store.subscribe, selected, selected);
}
