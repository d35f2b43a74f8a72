// The runs that this tab waits for, so that a page that is loaded again can go on listening.
import { forgetTab, readTab, writeTab } from "@/base/tab";
import type { Answer } from "@/stream/reduce";

export interface UnderWay {
  ids: NonNullable<Answer["ids"]>;
  question: string;
  replaces: string | null;
}

const name = (chatId: string): string => `run.${chatId}`;

export function remember(run: UnderWay): void {
  writeTab(name(run.ids.chat_id), JSON.stringify(run));
}

export function recall(chatId: string): UnderWay | null {
  const kept = readTab(name(chatId));
  return kept === null ? null : (JSON.parse(kept) as UnderWay);
}

export function letGo(chatId: string): void {
  forgetTab(name(chatId));
}
