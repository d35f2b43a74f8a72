// The questions of a conversation with their answers, as they are shown and as they are stored. Pure.
import type { Problem } from "@/api/client";
import type { ChatView, Filters } from "@/api/types";
import { ASKED, fromTurn, type Answer } from "@/stream/reduce";

/** One question with its answer. */
export interface Exchange {
  /** Stays the same for as long as the page shows it. */
  key: string;
  question: string;
  answer: Answer;
  /** The versions of the question, by their ids, if there are several. */
  versions: readonly string[];
  /** It was asked in this page. */
  live: boolean;
  /** What the server kept is being looked for. */
  recovering: boolean;
}

export interface ChatState {
  chatId: string | null;
  title: string;
  exchanges: readonly Exchange[];
  load: "ready" | "loading" | Problem;
  running: boolean;
  filters: Filters | null;
}

/** A question that is asked in this page; `ids` are known of one that was asked before. */
export function newExchange(question: string, ids: Answer["ids"] = null): Exchange {
  return { key: newKey(), question, versions: [], answer: { ...ASKED, ids }, live: true, recovering: false };
}

/** The question as the server has it; it may have none whose end was not seen. */
export function storedId(exchange: Exchange | undefined): string | null {
  const { phase, ids } = exchange?.answer ?? ASKED;
  return phase === "lost" ? null : (ids?.user_message_id ?? null);
}

/** What the server does not have can be neither linked to nor replaced. */
export function notKept(answer: Answer, reached: boolean): Answer {
  const ids = reached ? null : answer.ids;
  if (answer.phase !== "lost") return { ...answer, ids };
  const code = reached ? "lost_not_kept" : "lost_unknown";
  return { ...answer, ids, failure: { code, message: "", retryable: true, saved: false } };
}

/** What was stored, with what only the stream told. */
export function withStored(seen: Answer, stored: Answer): Answer {
  const { evidence, seq } = seen;
  const warnings = stored.warnings.length > 0 ? stored.warnings : seen.warnings;
  const stoppedBy = seen.stoppedBy === "user" ? "user" : stored.stoppedBy;
  const sources = stored.sources.length > 0 ? stored.sources : seen.sources;
  return { ...stored, seq, sources, evidence: stored.evidence ?? evidence, warnings, stoppedBy };
}

/** The stored turns in pairs: a question and its answer. */
export function exchangesOf(view: Pick<ChatView, "chat_id" | "turns">): Exchange[] {
  const found: Exchange[] = [];
  view.turns.forEach((asked, at) => {
    const answered = view.turns[at + 1];
    if (asked.role !== "user" || answered?.role !== "assistant") return;
    const answer = fromTurn(answered, asked, view.chat_id);
    found.push({ key: answered.message_id, question: asked.text, versions: asked.siblings, answer, live: false, recovering: false });
  });
  return found;
}

/**
 * The stored exchanges; those that the page had keep their keys, and with them their place. What was asked here and
 * did not get to the server, or was not kept by it, stays at the end.
 */
export function merged(had: readonly Exchange[], view: ChatView): Exchange[] {
  const known = new Map(had.map((one) => [one.answer.ids?.assistant_message_id, one]));
  const stored = exchangesOf(view).map((one) => {
    const seen = known.get(one.key);
    return seen === undefined ? one : { ...one, key: seen.key, live: seen.live, answer: withStored(seen.answer, one.answer) };
  });
  return [...stored, ...had.filter(({ live, answer }) => live && answer.ids === null && answer.phase !== "running")];
}

let keys = 0;

/** Names a thing within the page. */
export function newKey(): string {
  keys += 1;
  return `local-${keys}`;
}
