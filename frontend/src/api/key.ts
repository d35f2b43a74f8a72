// The API key of this tab, for servers that have keys: asked for once, sent with every request.

import { clearTab, readTab, writeTab } from "@/ui/tab";

const NAME = "key";

export interface KeyState {
  /** The dialog is open. */
  asked: boolean;
  /** The key that was given last is not one of the server's. */
  wrong: boolean;
  kept: boolean;
}

let key = readTab(NAME);
let state: KeyState = { asked: false, wrong: false, kept: key !== null };
let waiting: ((given: boolean) => void)[] = [];
/** The person closed the dialog: it is not opened again before the page is. */
let declined = false;
const listeners = new Set<() => void>();

function set(change: Partial<KeyState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export const keyState = (): KeyState => state;

export function subscribeKey(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentKey = (): string | null => key;

export function keyHeader(used: string | null = key): Record<string, string> {
  return used === null ? {} : { Authorization: `Bearer ${used}` };
}

/** After a 401: waits until there is another key than `used`; false if none is given. */
export function anotherKey(used: string | null): Promise<boolean> {
  if (key !== used) return Promise.resolve(true);
  if (declined) return Promise.resolve(false);
  const given = new Promise<boolean>((resolve) => waiting.push(resolve));
  set({ asked: true, wrong: used !== null });
  return given;
}

/** What a header cannot carry is no key of any server. */
export function giveKey(value: string): void {
  if (!/^[\x21-\x7e]+$/.test(value)) {
    set({ wrong: true });
    return;
  }
  key = value;
  writeTab(NAME, value);
  answer(true);
}

export function declineKey(): void {
  declined = true;
  answer(false);
}

export function signOut(): void {
  clearTab();
  location.hash = "";
  location.reload();
}

function answer(given: boolean): void {
  const told = waiting;
  waiting = [];
  set({ asked: false, kept: key !== null });
  for (const tell of told) tell(given);
}
