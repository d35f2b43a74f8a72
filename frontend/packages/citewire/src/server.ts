// A server elsewhere, and what it is shown to let one in.
import type { ChatView, HighlightsView, PassageView } from "@/api/types";

/** An API key, or what gives one whenever one is needed. */
export type Token = string | (() => string | Promise<string>);

/** The longest quote that is asked for. */
const LONGEST = 4000;

export class Server {
  readonly #url: string;
  readonly #token: Token | null;

  constructor(url: string, token: Token | null) {
    this.#url = url.endsWith("/") ? url : `${url}/`;
    this.#token = token;
  }

  address = (path: string): string => new URL(path, new URL(this.#url, document.baseURI)).href;

  headers = async (): Promise<Record<string, string>> => {
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    return token === null || token === "" ? {} : { Authorization: `Bearer ${token}` };
  };

  async ask(question: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const body = JSON.stringify({ message: question });
    const response = await this.#fetch("chat_stream", { method: "POST", body, signal, headers: { "Content-Type": "application/json" } });
    if (response.body === null) throw new Error("the server sent nothing");
    return response.body;
  }

  chat(chatId: string, signal: AbortSignal): Promise<ChatView> {
    return this.#json(`chats/${encodeURIComponent(chatId)}`, signal);
  }

  passage(id: string, signal: AbortSignal): Promise<PassageView> {
    return this.#json(`passages/${encodeURIComponent(id)}`, signal);
  }

  highlights(id: string, quote: string, signal: AbortSignal): Promise<HighlightsView> {
    const query = new URLSearchParams({ quote: quote.slice(0, LONGEST) });
    return this.#json(`passages/${encodeURIComponent(id)}/highlights?${query}`, signal);
  }

  async #json<T>(path: string, signal: AbortSignal): Promise<T> {
    return (await (await this.#fetch(path, { signal })).json()) as T;
  }

  async #fetch(path: string, init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> }): Promise<Response> {
    const response = await fetch(this.address(path), { ...init, credentials: "omit", headers: { ...init.headers, ...(await this.headers()) } });
    if (response.ok) return response;
    const said = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new Error(said.detail ?? `HTTP ${response.status}`);
  }
}
