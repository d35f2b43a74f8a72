// What both elements have in common: a shadow root in which React shows something of a server.
import type { ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";

import { isLanguage, LanguageContext } from "@/strings";

import { Server, type Token } from "./server";
import { sheet } from "./styles";

export abstract class CitewireElement extends HTMLElement {
  #root: Root | null = null;
  #token: Token | null = null;
  #running = new AbortController();
  #planned = false;

  /** An API key of the server, or what gives one; nothing where it has none. */
  get token(): Token | null {
    return this.#token;
  }

  set token(token: Token | null) {
    this.#token = token;
    this.plan();
  }

  connectedCallback(): void {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet()];
    this.#root ??= createRoot(shadow);
    this.plan();
  }

  disconnectedCallback(): void {
    this.#running.abort();
    // Taken out, it may be put elsewhere in the same breath.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#root?.unmount();
      this.#root = null;
    });
  }

  attributeChangedCallback(): void {
    this.plan();
  }

  /** Begins anew once all attributes are set that are being set now. */
  protected plan(): void {
    if (this.#planned || !this.isConnected) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#running.abort();
      if (!this.isConnected) return;
      this.#running = new AbortController();
      const { signal } = this.#running;
      const server = new Server(this.getAttribute("url") ?? document.baseURI, this.#token);
      this.run(server, signal).catch((error: unknown) => {
        if (!signal.aborted) this.show(<p role="alert">{error instanceof Error ? error.message : String(error)}</p>);
      });
    });
  }

  /** Reads what the attributes name, and shows it. */
  protected abstract run(server: Server, signal: AbortSignal): Promise<void>;

  protected show(content: ReactNode): void {
    const wanted = this.getAttribute("language") ?? document.documentElement.lang.slice(0, 2);
    this.#root?.render(
      <LanguageContext value={isLanguage(wanted) ? wanted : "en"}>
        {content}
      </LanguageContext>,
    );
  }
}
