// The conversations that are open in this page: leaving one does not stop its answer.
import { onReturn } from "@/api/reach";
import { go, parseRoute } from "@/base/route";
import { createStore, useStore } from "@/base/store";

import type { ChatState } from "./exchanges";
import { ChatSession } from "./session";

const RETURN_MS = 500;
const open = new Map<string, ChatSession>();
let fresh = create(null);
const revision = createStore(0);

function create(chatId: string | null): ChatSession {
  return new ChatSession(chatId, changed);
}

function changed(session: ChatSession): void {
  const { chatId } = session;
  if (chatId !== null && !open.has(chatId)) {
    open.set(chatId, session);
    const route = parseRoute(location.hash);
    const shown = session === fresh && route.view === "chat" && route.chatId === null;
    if (session === fresh) fresh = create(null);
    if (shown) go({ view: "chat", chatId, messageId: null, panel: null }, { replace: true });
  }
  told();
}

const told = (): void => revision.update((count) => count + 1);

/** The session of a conversation; null is the one that has not begun. */
export function sessionOf(chatId: string | null): ChatSession {
  if (chatId === null) return fresh;
  const known = open.get(chatId) ?? create(chatId);
  open.set(chatId, known);
  return known;
}

/** A new, empty conversation; one that is being asked goes on by itself. */
export function startNew(): void {
  fresh = create(null);
  go({ view: "chat", chatId: null, messageId: null, panel: null });
  told();
}

export function forget(chatId: string): void {
  open.get(chatId)?.stop();
  open.delete(chatId);
}

/** A number that changes whenever a run began or ended, or the page was come back to: what lists conversations reads again. */
export const useRevision = (): number => useStore(revision);

export const useChat = (session: ChatSession): ChatState => useStore(session.shown);

// What another tab or device changed shows when one comes back to the page, or to a conversation that it
// has open. Of two windows side by side none is ever hidden; a tab that comes to the front says it twice.
let shown: string | null = null;
let cameBack = 0;

function chatShown(): string | null {
  const route = parseRoute(location.hash);
  return route.view === "chat" ? route.chatId : null;
}

function onMove(): void {
  const before = shown;
  shown = chatShown();
  if (shown !== null && shown !== before) void open.get(shown)?.load();
}

function onSeen(): void {
  if (document.hidden || performance.now() - cameBack < RETURN_MS) return;
  cameBack = performance.now();
  const chatId = chatShown();
  if (chatId !== null) void open.get(chatId)?.load();
  told();
}

document.addEventListener("visibilitychange", onSeen);
addEventListener("focus", onSeen);
addEventListener("popstate", onMove);
addEventListener("hashchange", onMove);

onReturn(() => {
  for (const session of new Set([...open.values(), fresh])) session.returned();
  told();
});
