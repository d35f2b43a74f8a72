// One conversation as the page holds it: what was asked and answered, and the question under way.
import { api, Problem, toProblem } from "@/api/client";
import { undecline } from "@/api/key";
import type { ChatView, Filters } from "@/api/types";
import { inTime } from "@/base/intime";
import { createStore, type Followed, type Store } from "@/base/store";
import { askedFilters } from "@/collections/choice";
import { refreshCollections } from "@/collections/collections";
import { ConnectionLost, readEvents } from "@/stream/read";
import { ASKED, reduce, type Answer } from "@/stream/reduce";

import { merged, newExchange, newKey, notKept, storedId, withStored, type ChatState, type Exchange } from "./exchanges";
import { followRun, readKept } from "./follow";
import { letGo, recall, remember } from "./underway";

/** A server that does not take a question by then is not reached. */
const TAKEN_MS = 60_000;

/** Holds and changes the state; components subscribe and see it at most once per frame. */
export class ChatSession {
  /** Names it in the page; a new conversation has no id yet. */
  readonly key = newKey();
  #state: ChatState;
  readonly #shown: Store<ChatState>;
  #scheduled = false;
  #asking: AbortController | null = null;
  #stopping = false;
  /** The question that the one under way is asked in place of. */
  #replaces: string | null = null;
  /** The question under way was asked in another tab or on another device. */
  #elsewhere = false;
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
    this.#shown = createStore(this.#state);
    if (chatId !== null) void this.load();
  }

  /** What components follow: the state, at most once per frame. */
  get shown(): Followed<ChatState> {
    return this.#shown;
  }

  snapshot = (): ChatState => this.#shown.get();

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
      const view = await api.chat(chatId);
      this.#take(view);
      this.#resume(chatId);
      if (view.running !== null) this.#listen(chatId, view.running);
    } catch (error) {
      if (this.#state.load !== "ready") this.#set({ load: toProblem(error) });
    }
  }

  /** The server is back, or one has signed in: what could not be read is read again. */
  returned(): void {
    if (this.#state.load instanceof Problem) void this.load();
    for (const { key, answer, recovering } of this.#state.exchanges) {
      if (answer.phase === "lost" && answer.ids !== null && !recovering) this.#settling = this.#recover(key);
    }
  }

  /** Shows what is stored, unless a question is under way here: then it would be missing. */
  #take(view: ChatView): void {
    if (this.running) return;
    this.#set({ title: view.title, exchanges: merged(this.#state.exchanges, view), load: "ready" });
  }

  /**
   * Asks; false while another question is being answered. `instead` is taken out with all after it.
   * `only` says which reports answer this one question, in place of those that are chosen for all.
   */
  ask(question: string, instead?: Exchange, only?: Filters): boolean {
    if (this.running) return false;
    const exchange = newExchange(question);
    // Whoever asks wants to be asked for the key again.
    undecline();
    const at = instead === undefined ? -1 : this.#state.exchanges.findIndex((one) => one.key === instead.key);
    const kept = at < 0 ? this.#state.exchanges : this.#state.exchanges.slice(0, at);
    const replaces = at < 0 ? null : storedId(instead);
    this.#begin([...kept, exchange], exchange, replaces, async (signal) => {
      await this.#settling;
      const { chatId, filters } = this.#state;
      const asked = askedFilters(only === undefined ? filters : { ...among(filters), ...only });
      const body = { message: question, chat_id: chatId, filters: asked, replaces };
      const response = await inTime(TAKEN_MS, signal, (either) => api.ask(body, either));
      await this.#hear(exchange.key, response).catch((error: unknown) => this.#follow(exchange.key, error, signal));
    });
    return true;
  }

  /** Goes on with an answer that this tab was waiting for when its page was loaded again. */
  #resume(chatId: string): void {
    const left = recall(chatId);
    if (left === null || this.running) return;
    const { exchanges } = this.#state;
    if (exchanges.some((one) => one.answer.ids?.run_id === left.ids.run_id)) {
      letGo(chatId);
      return;
    }
    const at = exchanges.findIndex((one) => one.answer.ids?.user_message_id === left.replaces);
    const kept = at < 0 ? exchanges : exchanges.slice(0, at);
    const exchange = newExchange(left.question, left.ids);
    const lost = new ConnectionLost("the page was loaded again");
    this.#begin([...kept, exchange], exchange, left.replaces, (signal) => this.#follow(exchange.key, lost, signal));
  }

  /** Shows an answer that another tab or device asked for, as it is being written. */
  #listen(chatId: string, runId: string): void {
    const { exchanges } = this.#state;
    if (this.running || exchanges.some((one) => one.answer.ids?.run_id === runId)) return;
    const ids = { run_id: runId, chat_id: chatId, user_message_id: "", assistant_message_id: "" };
    const exchange = newExchange("", ids);
    const lost = new ConnectionLost("nothing was heard of the run");
    this.#elsewhere = true;
    this.#begin([...exchanges, exchange], exchange, null, (signal) => this.#follow(exchange.key, lost, signal));
  }

  /** Shows another version of a question, with what followed it. */
  async showVersion(messageId: string): Promise<void> {
    const { chatId } = this.#state;
    if (chatId === null || this.running) return;
    // What became of it, even if that is nothing, is what is read then.
    await api.switchTo(chatId, messageId).catch(() => undefined);
    await this.load();
  }

  /** Stops the answer, so that its stream ends with what was stored; asked again, hangs up. */
  stop(): void {
    const asking = this.#asking;
    const runId = this.#state.exchanges.at(-1)?.answer.ids?.run_id;
    if (asking === null) return;
    if (runId === undefined || this.#stopping) asking.abort();
    else api.stop(runId).catch(() => asking.abort());
    this.#stopping = true;
  }

  #begin(exchanges: readonly Exchange[], exchange: Exchange, replaces: string | null, hear: (signal: AbortSignal) => Promise<void>): void {
    this.#asking = new AbortController();
    this.#stopping = false;
    this.#replaces = replaces;
    this.#set({ exchanges, running: true });
    void this.#run(exchange.key, this.#asking.signal, hear);
  }

  async #hear(key: string, { body, status }: Response): Promise<void> {
    if (body === null) throw new Problem(status, "internal", "an answer without a body", true);
    for await (const event of readEvents(body)) this.#answer(key, (answer) => reduce(answer, event));
  }

  #follow(key: string, lost: unknown, signal: AbortSignal): Promise<void> {
    const run = {
      answer: () => this.#find(key)?.answer ?? ASKED,
      hear: (response: Response) => this.#hear(key, response),
      searching: (recovering: boolean) => this.#patch(key, { recovering }),
    };
    return followRun(run, lost, signal);
  }

  async #run(key: string, signal: AbortSignal, hear: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await hear(signal);
    } catch (error) {
      this.#failed(key, error, signal.aborted);
    } finally {
      this.#asking = null;
      const { ids, phase } = this.#find(key)?.answer ?? ASKED;
      if (ids !== null) letGo(ids.chat_id);
      this.#set({ running: false });
      this.#flush();
      this.onChange(this);
      const elsewhere = this.#elsewhere;
      this.#elsewhere = false;
      // Which versions of the question there are is with the stored turn, and what another tab asked, too.
      if (elsewhere) void this.#settling.then(() => this.load());
      else if (this.#replaces !== null && phase === "complete") void this.load();
    }
  }

  #failed(key: string, error: unknown, aborted: boolean): void {
    if (aborted) {
      this.#answer(key, (answer) => ({ ...answer, phase: "stopped", stoppedBy: "user", gap: false }));
      this.#settling = this.#recover(key);
    } else if (error instanceof Problem) {
      const { code, message, retryable } = error;
      // What is chosen then is what is there to choose.
      if (code === "collection_not_found") void refreshCollections();
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
    const { answer: kept, reached } = await readKept(ids);
    this.#answer(key, (answer) => (kept === null ? notKept(answer, reached) : withStored(answer, kept)));
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
    // Of a question that was asked elsewhere, its own events say how it was put.
    const question = this.#elsewhere && answer.query !== null ? { question: answer.query.original } : {};
    this.#patch(key, { answer, ...question });
    if (before.ids === null && answer.ids !== null && this.running) {
      remember({ ids: answer.ids, question: this.#find(key)?.question ?? "", replaces: this.#replaces });
    }
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
    this.#shown.set(this.#state);
  };
}

/** The collections that one conversation is about, whatever is chosen for others. */
function among(filters: Filters | null): Pick<Filters, "collections"> {
  return filters?.collections === undefined ? {} : { collections: filters.collections };
}

