// Where one is in the page: after the `#`, so that it works behind any path prefix.
import { useStore, type Followed } from "./store";

export type Route =
  /** All reports, or those of a collection. */
  | { view: "documents"; collectionId: string | null }
  /** A report, at a page or a passage of it. */
  | { view: "document"; docId: string; page: number | null; passageId: string | null }
  /** A passage by itself, with these words of it marked. */
  | { view: "passage"; passageId: string; quote: string }
  | ({ view: "chat"; chatId: string | null } & Place)
  /** A conversation that somebody shared. */
  | ({ view: "shared"; shareId: string } & Place);

/** Where in a conversation one is. */
export interface Place {
  messageId: string | null;
  /** What is open of the message: a citation, beside another one, a source that it does not cite, or all of them. */
  panel: { kind: "citation"; id: string } | { kind: "compare"; id: string; other: string } | { kind: "source"; n: number } | { kind: "sources" } | null;
}

export const NEW_CHAT: Route = { view: "chat", chatId: null, messageId: null, panel: null };

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/").map(decoded);
  if (parts[0] === "documents") return { view: "documents", collectionId: parts[1] || null };
  if (parts[0] === "document" && parts[1]) return { view: "document", docId: parts[1], page: numberIn(parts[2] === "p" ? parts[3] : ""), passageId: (parts[2] === "p" && parts[4]) || null };
  if (parts[0] === "passage" && parts[1]) return { view: "passage", passageId: parts[1], quote: parts[2] ?? "" };
  if (parts[0] === "shared" && parts[1]) return { view: "shared", shareId: parts[1], ...placeOf(parts) };
  if (parts[0] !== "chat" || !parts[1]) return NEW_CHAT;
  return { view: "chat", chatId: parts[1], ...placeOf(parts) };
}

function placeOf(parts: readonly string[]): Place {
  const messageId = parts[2] === "m" && parts[3] ? parts[3] : null;
  if (messageId !== null && parts[4] === "c" && parts[5]) {
    return { messageId, panel: parts[6] === "with" && parts[7] ? { kind: "compare", id: parts[5], other: parts[7] } : { kind: "citation", id: parts[5] } };
  }
  const n = numberIn(parts[4] === "s" ? parts[5] : "");
  if (messageId !== null && n !== null) return { messageId, panel: { kind: "source", n } };
  return { messageId, panel: messageId !== null && parts[4] === "sources" ? { kind: "sources" } : null };
}

/** A page or a source counts from 1. */
function numberIn(part: string | undefined): number | null {
  return part !== undefined && /^[1-9]\d{0,7}$/.test(part) ? Number(part) : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not ours; it will name nothing
  }
}

export function formatRoute(route: Route): string {
  if (route.view === "documents") return route.collectionId === null ? "#/documents" : `#/documents/${encodeURIComponent(route.collectionId)}`;
  if (route.view === "document") {
    const document = `#/document/${encodeURIComponent(route.docId)}`;
    if (route.page === null) return document;
    return route.passageId === null ? `${document}/p/${String(route.page)}` : `${document}/p/${String(route.page)}/${encodeURIComponent(route.passageId)}`;
  }
  if (route.view === "passage") {
    const passage = `#/passage/${encodeURIComponent(route.passageId)}`;
    return route.quote === "" ? passage : `${passage}/${encodeURIComponent(route.quote)}`;
  }
  if (route.view === "chat" && route.chatId === null) return "#/";
  const chat = route.view === "chat" ? `#/chat/${encodeURIComponent(route.chatId ?? "")}` : `#/shared/${encodeURIComponent(route.shareId)}`;
  if (route.messageId === null) return chat;
  const message = `${chat}/m/${encodeURIComponent(route.messageId)}`;
  if (route.panel === null) return message;
  const { panel } = route;
  if (panel.kind === "sources") return `${message}/sources`;
  if (panel.kind === "source") return `${message}/s/${String(panel.n)}`;
  const citation = `${message}/c/${encodeURIComponent(panel.id)}`;
  return panel.kind === "compare" ? `${citation}/with/${encodeURIComponent(panel.other)}` : citation;
}

export function go(route: Route, { replace = false } = {}): void {
  const to = formatRoute(route);
  if (to === location.hash || (to === "#/" && location.hash === "")) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}

let last: { hash: string; route: Route } | null = null;

const here: Followed<Route> = {
  get: () => {
    const { hash } = location;
    if (last?.hash !== hash) last = { hash, route: parseRoute(hash) };
    return last.route;
  },
  subscribe: (listener) => {
    addEventListener("popstate", listener);
    addEventListener("hashchange", listener);
    return () => {
      removeEventListener("popstate", listener);
      removeEventListener("hashchange", listener);
    };
  },
};

export const useRoute = (): Route => useStore(here);
