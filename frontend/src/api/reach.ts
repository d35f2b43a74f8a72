// Whether the server can be reached; once it was not, it is looked for until it is back.
import { createStore, type Followed } from "@/base/store";

export interface Reach {
  /** The last call found no server. */
  isLost: boolean;
  /** How often it came back, or somebody signed in after all: what failed meanwhile is read again. */
  returns: number;
}

const WAITS_MS = [1000, 2000, 4000];
const LAST_WAIT_MS = 5000;
/** A server that does not say that it lives by then is not reached. */
const PATIENCE_MS = 5000;

const store = createStore<Reach>({ isLost: false, returns: 0 });
let timer: ReturnType<typeof setTimeout> | undefined;
let tried = 0;

export const reachStore: Followed<Reach> = store;

/** Call it after a call that no server answered. */
export function serverLost(): void {
  if (store.get().isLost) return;
  store.update((old) => ({ ...old, isLost: true }));
  tried = 0;
  later();
}

/** Call it after any answer of the server. */
export function serverHeard(): void {
  if (store.get().isLost) readAgain();
}

/** Lets what failed be read again: the server is back, or one signed in. */
export function readAgain(): void {
  clearTimeout(timer);
  store.update(({ returns }) => ({ isLost: false, returns: returns + 1 }));
}

/** Calls back whenever the server is back, or one has signed in, until what is returned is called. */
export function onReturn(back: () => void): () => void {
  let known = store.get().returns;
  return store.subscribe(() => {
    const { returns } = store.get();
    if (returns !== known) back();
    known = returns;
  });
}

/** Asks the server whether it is there, now. */
export async function lookForServer(): Promise<boolean> {
  const response = await fetch("healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  if (response?.ok === true) serverHeard();
  else serverLost();
  return !store.get().isLost;
}

function later(): void {
  clearTimeout(timer);
  timer = setTimeout(look, WAITS_MS[tried] ?? LAST_WAIT_MS);
  tried += 1;
}

function look(): void {
  void lookForServer().then((isThere) => {
    if (!isThere) later();
  });
}
