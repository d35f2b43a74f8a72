// Finding one's way through the citations of a conversation.
import type { Citation } from "@/api/types";
import { go, type Place, type Route } from "@/base/route";
import { inOrder } from "@/citations/model";
import type { Exchange } from "@/session/exchanges";
import type { Answer } from "@/stream/reduce";
import { useKeys } from "@/ui/useKeys";

/** The citation that is open in a panel. */
export function citationOf(panel: Place["panel"]): string | null {
  return panel?.kind === "citation" || panel?.kind === "compare" ? panel.id : null;
}

export function messageOf(exchanges: readonly Exchange[], messageId: string | null): Exchange | undefined {
  if (messageId === null) return undefined;
  return exchanges.find((one) => one.answer.ids?.assistant_message_id === messageId);
}

export function findCitation(exchanges: readonly Exchange[], id: string): { answer: Answer; citation: Citation } | null {
  for (const { answer } of exchanges) {
    const citation = answer.citations.find((one) => one.citation_id === id);
    if (citation !== undefined) return { answer, citation };
  }
  return null;
}

/** `[` and `]`, or K and J: through the citations of the open message, or of the last one. */
export function useCitationKeys(route: Extract<Route, Place>, exchanges: readonly Exchange[]): void {
  const move = (step: number): void => {
    const exchange = messageOf(exchanges, route.messageId) ?? exchanges.findLast((one) => one.answer.citations.length > 0);
    const ids = exchange?.answer.ids;
    if (exchange === undefined || !ids) return;
    const order = inOrder(exchange.answer.citations);
    const { panel } = route;
    const open = citationOf(panel);
    const at = open !== null ? order.findIndex((one) => one.citation_id === open) : step > 0 ? -1 : order.length;
    const next = order[at + step];
    if (next === undefined) return;
    // A new conversation got its id meanwhile.
    const to = route.view === "chat" ? { ...route, chatId: ids.chat_id } : route;
    go({ ...to, messageId: ids.assistant_message_id, panel: { kind: "citation", id: next.citation_id } }, { replace: panel !== null });
  };
  const next = (): void => move(1);
  const previous = (): void => move(-1);
  useKeys({ "]": next, j: next, "[": previous, k: previous });
}
