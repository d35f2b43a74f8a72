// One conversation as the page holds it: what was asked and answered, and the question under way.
import { api, Problem, toProblem } from "@/api/client";
import type { ChatView, Filters } from "@/api/types";
import { readEvents } from "@/stream/read";
import { ASKED, fromTurn, reduce, type Answer } from "@/stream/reduce";
import { pause } from "@/ui/pause";

/** One question with its answer. */
export interface Exchange {
  /** Stays the same for as long as the page shows it. */
  key: string;
  question: string;
  answer: Answer;
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

const STORED_TRIES = 6;
const STORED_WAIT_MS = 250;

/** Holds and changes the state; components subscribe and see it at most once per frame. */
export class ChatSession {
  /** Names it in the page; a new conversation has no id yet. */
  readonly key = newKey();
  #state: ChatState;
  #shown: ChatState;
  #listeners = new Set<() => void>();
  #scheduled = false;
  #asking: AbortController | null = null;
  /** The last turn is being stored: asking before that is over would be refused as busy. */
  #settling: Promise<void> = Promise.resolve();

  readonly onChange: (session: ChatSession) => void;

  /** `onChange` is told when the chat gets its id, and when a run is over. */
  constructor(chatId: string | null, onChange: (session: ChatSession) => void) {
    this.onChange = onChange;
    this.#state = {
      chatId,
      title: "",
      exchanges: [],
      load: chatId === null ? "ready" : "loading",
      running: false,
      filters: null,
    };
    this.#shown = this.#state;
    if (chatId !== null) void this.load();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): ChatState => this.#shown;

  get chatId(): string | null {
    return this.#state.chatId;
  }

  get running(): boolean {
    return this.#asking !== null;
  }

  setFilters(filters: Filters | null): void {
    this.#set({ filters });
  }

  /** Reads the conversation again, unless it is being answered here. */
  async load(): Promise<void> {
    const { chatId } = this.#state;
    if (chatId === null || this.running) return;
    try {
      this.#take(await api.chat(chatId));
    } catch (error) {
      if (this.#state.load !== "ready") this.#set({ load: toProblem(error) });
    }
  }

  /** Shows what is stored, unless a question is under way here: then it would be missing. */
  #take(view: ChatView): void {
    if (this.running) return;
    this.#set({ title: view.title, exchanges: merged(this.#state.exchanges, view), load: "ready" });
  }

  /** Asks; false while another question is being answered. `instead` is taken out with all after it. */
  ask(question: string, instead?: Exchange): boolean {
    if (this.running) return false;
    const exchange: Exchange = { key: newKey(), question, answer: ASKED, live: true, recovering: false };
    const at = instead === undefined ? -1 : this.#state.exchanges.findIndex((one) => one.key === instead.key);
    const kept = at < 0 ? this.#state.exchanges : this.#state.exchanges.slice(0, at);
    const replaces = at < 0 ? null : storedId(instead);
    this.#asking = new AbortController();
    this.#set({ exchanges: [...kept, exchange], running: true });
    void this.#run(exchange, replaces, this.#asking.signal);
    return true;
  }

  /** Stops the answer: closing the connection is what the server listens to. */
  stop(): void {
    this.#asking?.abort();
  }

  async #run(exchange: Exchange, replaces: string | null, signal: AbortSignal): Promise<void> {
    const { key, question } = exchange;
    try {
      await this.#settling;
      const { chatId, filters } = this.#state;
      const response = await api.ask({ message: question, chat_id: chatId, filters, replaces }, signal);
      if (response.body === null) throw new Problem(response.status, "internal", "an answer without a body", true);
      for await (const event of readEvents(response.body)) this.#answer(key, (answer) => reduce(answer, event));
    } catch (error) {
      this.#failed(key, error, signal.aborted);
    } finally {
      this.#asking = null;
      this.#set({ running: false });
      this.#flush();
      this.onChange(this);
    }
  }

  #failed(key: string, error: unknown, aborted: boolean): void {
    if (aborted) {
      this.#answer(key, (answer) => ({ ...answer, phase: "stopped", stoppedBy: "user", gap: false }));
      this.#settling = this.#recover(key);
    } else if (error instanceof Problem) {
      const { code, message, retryable } = error;
      const failure = { code, message, retryable, saved: false };
      this.#answer(key, (answer) => ({ ...answer, phase: "error", failure }));
    } else {
      this.#answer(key, (answer) => ({ ...answer, phase: "lost" }));
      this.#settling = this.#recover(key);
    }
  }

  /** Looks for what the server kept of an answer whose end was not seen. */
  async #recover(key: string): Promise<void> {
    const ids = this.#find(key)?.answer.ids ?? null;
    if (ids === null) return;
    this.#patch(key, { recovering: true });
    let reached = false;
    let kept = false;
    for (let tried = 0; tried < STORED_TRIES && !kept; tried += 1) {
      await pause(STORED_WAIT_MS * 2 ** Math.min(tried, 3));
      try {
        const view = await api.chat(ids.chat_id);
        reached = true;
        const stored = exchangesOf(view).find((one) => one.answer.ids?.assistant_message_id === ids.assistant_message_id);
        kept = stored !== undefined;
        if (stored !== undefined) this.#answer(key, (answer) => withStored(answer, stored.answer));
      } catch (error) {
        // The server is away, and may be back at the next try; or it has no such conversation.
        if (toProblem(error).status === 404) reached = true;
      }
    }
    if (!kept) this.#answer(key, (answer) => notKept(answer, reached));
    this.#patch(key, { recovering: false });
  }

  #find(key: string): Exchange | undefined {
    return this.#state.exchanges.find((one) => one.key === key);
  }

  #answer(key: string, change: (answer: Answer) => Answer): void {
    const before = this.#find(key)?.answer;
    if (before === undefined) return;
    const answer = change(before);
    if (answer === before) return;
    this.#patch(key, { answer });
    if (answer.ids !== null && this.#state.chatId === null) {
      this.#set({ chatId: answer.ids.chat_id });
      this.#flush();
      this.onChange(this);
    }
  }

  #patch(key: string, change: Partial<Exchange>): void {
    const exchanges = this.#state.exchanges.map((one) => (one.key === key ? { ...one, ...change } : one));
    this.#set({ exchanges });
  }

  #set(change: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden page gets no frames.
    if (document.hidden) setTimeout(this.#flush, 250);
    else requestAnimationFrame(this.#flush);
  }

  #flush = (): void => {
    this.#scheduled = false;
    if (this.#shown === this.#state) return;
    this.#shown = this.#state;
    for (const listener of this.#listeners) listener();
  };
}

/** The question as the server has it; it may have none whose end was not seen. */
function storedId(exchange: Exchange | undefined): string | null {
  const { phase, ids } = exchange?.answer ?? ASKED;
  return phase === "lost" ? null : (ids?.user_message_id ?? null);
}

/** What the server does not have can be neither linked to nor replaced. */
function notKept(answer: Answer, reached: boolean): Answer {
  const ids = reached ? null : answer.ids;
  if (answer.phase !== "lost") return { ...answer, ids };
  const code = reached ? "lost_not_kept" : "lost_unknown";
  return { ...answer, ids, failure: { code, message: "", retryable: true, saved: false } };
}

/** What was stored, with what only the stream told. */
function withStored(seen: Answer, stored: Answer): Answer {
  const { evidence, warnings, seq } = seen;
  const stoppedBy = seen.stoppedBy === "user" ? "user" : stored.stoppedBy;
  const sources = stored.sources.length > 0 ? stored.sources : seen.sources;
  return { ...stored, seq, sources, evidence: stored.evidence ?? evidence, warnings, stoppedBy };
}

/** The stored turns in pairs: a question and its answer. */
export function exchangesOf(view: ChatView): Exchange[] {
  const found: Exchange[] = [];
  view.turns.forEach((asked, at) => {
    const answered = view.turns[at + 1];
    if (asked.role !== "user" || answered?.role !== "assistant") return;
    const answer = fromTurn(answered, asked, view.chat_id);
    found.push({ key: answered.message_id, question: asked.text, answer, live: false, recovering: false });
  });
  return found;
}

/** The stored exchanges; those that the page had keep their keys, and with them their place. */
function merged(had: readonly Exchange[], view: ChatView): Exchange[] {
  const known = new Map(had.map((one) => [one.answer.ids?.assistant_message_id, one]));
  return exchangesOf(view).map((stored) => {
    const seen = known.get(stored.key);
    return seen === undefined ? stored : { ...stored, key: seen.key, live: seen.live, answer: withStored(seen.answer, stored.answer) };
  });
}

let keys = 0;

function newKey(): string {
  keys += 1;
  return `local-${keys}`;
}
