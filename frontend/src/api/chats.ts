// The calls for conversations: list, search, rename, delete, restore, export, feedback.
import { json, request, sending } from "./client";
import type { ChatList, ChatShare, DeletedChats, FoundChat, SharedChatView } from "./types";

/** What is shown of a conversation in the list. */
export type ChatLine = Pick<FoundChat, "chat_id" | "title" | "updated_at" | "snippet" | "share">;

const at = (id: string): string => `chats/${encodeURIComponent(id)}`;

export function listChats(q: string, cursor: string | null, signal: AbortSignal): Promise<ChatList> {
  const query = new URLSearchParams({ limit: "30" });
  if (q !== "") query.set("q", q);
  if (cursor !== null) query.set("cursor", cursor);
  return json<ChatList>(`chats?${query}`, { signal });
}

export const renameChat = (id: string, title: string): Promise<Response> => request(at(id), sending("PATCH", { title }));
export const deleteChat = (id: string): Promise<Response> => request(at(id), { method: "DELETE" });
export const restoreChat = (id: string): Promise<Response> => request(`${at(id)}/restore`, { method: "POST" });
/** Shares a conversation as it is now; shared already, with what came since. */
export const shareChat = async (id: string): Promise<ChatShare | null> => (await json<Pick<FoundChat, "share">>(`${at(id)}/share`, { method: "POST" })).share;
export const unshareChat = (id: string): Promise<Response> => request(`${at(id)}/share`, { method: "DELETE" });
export const readShared = (shareId: string, signal: AbortSignal): Promise<SharedChatView> => json<SharedChatView>(`shared/${encodeURIComponent(shareId)}`, { signal });
export const deleteAllChats = (): Promise<DeletedChats> => json<DeletedChats>("chats?confirm=true", { method: "DELETE" });
export const allPath = (format: "json" | "md"): string => `chats/export?format=${format}`;
export function rateAnswer(chatId: string, messageId: string, rating: "up" | "down" | null, comment: string): Promise<Response> {
  return request(`${at(chatId)}/messages/${encodeURIComponent(messageId)}/feedback`, sending("POST", { rating, comment }));
}
