// Conversations in groups by how long ago they were.
import type { ChatLine } from "@/api/chats";

export type Day = "today" | "yesterday" | "week" | "month" | "older";

const DAY_MS = 24 * 60 * 60 * 1000;

export function dayOf(date: Date, now: Date): Day {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const ago = midnight - date.getTime();
  if (ago <= 0) return "today";
  if (ago <= DAY_MS) return "yesterday";
  if (ago <= 7 * DAY_MS) return "week";
  return ago <= 30 * DAY_MS ? "month" : "older";
}

/** In the order in which they come: newest first. */
export function byDay(chats: readonly ChatLine[], now: Date): [Day, ChatLine[]][] {
  const groups = new Map<Day, ChatLine[]>();
  for (const chat of chats) {
    const day = dayOf(new Date(chat.updated_at), now);
    groups.set(day, [...(groups.get(day) ?? []), chat]);
  }
  return [...groups];
}
