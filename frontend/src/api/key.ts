// Who asks: a session of the browser, or an API key of this tab, which is sent with every request.
import { createStore, type Followed } from "@/base/store";
import { clearTab, forgetTab, readTab, writeTab } from "@/base/tab";

import { readAgain } from "./reach";
import type { Me } from "./types";

const NAME = "key";
/** Where one was when one went to sign in. */
const PLACE = "place";

export interface KeyState {
  /** The dialog is open. */
  asked: boolean;
  /** It was closed without a key: it opens again when the person wants it. */
  isDeclined: boolean;
  /** The key that was given last is not one of the server's. */
  wrong: boolean;
  kept: boolean;
  /** Who asks, once the server has said it. */
  me: Me | null;
  /** The code of the sign-in that just failed. */
  refused: string | null;
}

const LOOK_MS = 60_000;
/** Tells the other tabs of this browser that one signed out; there once sessions are watched. */
let otherTabs: BroadcastChannel | null = null;

let key = readTab(NAME);
const store = createStore<KeyState>({ asked: false, isDeclined: false, wrong: false, kept: key !== null, me: null, refused: null });
let waiting: ((given: boolean) => void)[] = [];

export const keyStore: Followed<KeyState> = store;

const set = (change: Partial<KeyState>): void => store.update((old) => ({ ...old, ...change }));

export const currentKey = (): string | null => key;

export function keyHeader(used: string | null = key): Record<string, string> {
  return used === null ? {} : { Authorization: `Bearer ${used}` };
}

/** After a 401: waits until there is another key than `used`; false if none is given. */
export function anotherKey(used: string | null): Promise<boolean> {
  if (key !== used) return Promise.resolve(true);
  if (store.get().isDeclined) return Promise.resolve(false);
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
  const isLate = waiting.length === 0;
  answer(true);
  void meet();
  // What was refused meanwhile is read again; what waited for the key goes on by itself.
  if (isLate) readAgain();
}

export function declineKey(): void {
  answer(false);
  set({ isDeclined: true });
}

/** Opens the dialog that was closed. */
export function askForKey(): void {
  set({ asked: true, isDeclined: false });
}

/** What is asked for next may open the dialog again. */
export function undecline(): void {
  set({ isDeclined: false });
}

/** Asks the server who one is, and goes back to where one was before signing in. */
export async function meet(): Promise<void> {
  const refused = new URLSearchParams(location.search).get("sign_in");
  const place = readTab(PLACE);
  forgetTab(PLACE);
  if (refused !== null) history.replaceState(null, "", location.pathname);
  if (place !== null && location.hash === "") location.hash = place;
  if (refused !== null) set({ asked: true, refused });
  const response = await fetch("auth/me", { headers: keyHeader() }).catch(() => null);
  if (response?.ok === true) set({ me: (await response.json()) as Me });
}

/** Leaves for the provider; a session opens every tab, so that the key of this one is not kept. */
export function signIn(): void {
  forgetTab(NAME);
  writeTab(PLACE, location.hash);
  location.assign("auth/login");
}

export async function signOut(): Promise<void> {
  if (store.get().me?.by === "session") await fetch("auth/logout", { method: "POST" }).catch(() => null);
  if (store.get().me?.by === "session") otherTabs?.postMessage(null);
  leave();
}

function leave(): void {
  clearTab();
  location.hash = "";
  location.reload();
}

/** Closes what is shown if the session that opened it is over, or is somebody else's by now. */
async function look(): Promise<void> {
  if (document.hidden || store.get().me?.by !== "session" || key !== null) return;
  const response = await fetch("auth/me").catch(() => null);
  if (response?.ok !== true) return;
  const me = (await response.json()) as Me;
  if (me.owner !== store.get().me?.owner) leave();
}

/** Looks when another tab signs out, when the page is seen again, and once a minute. */
export function watchSession(): void {
  otherTabs = new BroadcastChannel("citewire.signed-out");
  otherTabs.addEventListener("message", () => {
    if (store.get().me?.by === "session" && key === null) leave();
  });
  document.addEventListener("visibilitychange", () => void look());
  setInterval(() => void look(), LOOK_MS);
}

function answer(given: boolean): void {
  const told = waiting;
  waiting = [];
  set({ asked: false, kept: key !== null, refused: null, ...(given ? { wrong: false } : {}) });
  for (const tell of told) tell(given);
}
