// `<citewire-answer>`: asks a question, or shows a stored answer, with its citations.
import type { ReactNode } from "react";

import type { Citation, Source, Turn } from "@/api/types";
import { AnswerText } from "@/chat/AnswerText";
import { PrintedNotes } from "@/citations/PrintedNotes";
import { sourceOf } from "@/citations/model";
import { evidenceSign } from "@/citations/signs";
import { useStrings } from "@/strings";
import { readEvents } from "@/stream/read";
import { ASKED, fromTurn, reduce, type Answer } from "@/stream/reduce";

import { CitewireElement } from "./element";
import type { Server } from "./server";

export interface CitationOpened {
  citation: Citation;
  source: Source | undefined;
}

/**
 * Attributes: `url` of the server; `question` to ask, or `chat-id` and `message-id` of a stored answer;
 * `page`, the id of a `<citewire-page>` that shows what is clicked; `language`, `en` or `es`.
 * Events: `citewire-citation` (CitationOpened) when a citation is clicked, `citewire-end` (Answer).
 */
export class CitewireAnswer extends CitewireElement {
  static readonly observedAttributes = ["url", "question", "chat-id", "message-id", "language"];

  #answer: Answer = ASKED;
  #current: string | null = null;

  /** What is known of the answer by now. */
  get answer(): Answer {
    return this.#answer;
  }

  protected override async run(server: Server, signal: AbortSignal): Promise<void> {
    const question = this.getAttribute("question") ?? "";
    const chatId = this.getAttribute("chat-id") ?? "";
    this.#current = null;
    if (question !== "") await this.#ask(server, question, signal);
    else if (chatId !== "") this.#take(server, await stored(server, chatId, this.getAttribute("message-id"), signal));
    else {
      this.show(null);
      return;
    }
    if (!signal.aborted) this.dispatchEvent(new CustomEvent("citewire-end", { detail: this.#answer, bubbles: true, composed: true }));
  }

  async #ask(server: Server, question: string, signal: AbortSignal): Promise<void> {
    this.#take(server, ASKED);
    for await (const event of readEvents(await server.ask(question, signal))) {
      if (signal.aborted) return;
      this.#take(server, reduce(this.#answer, event));
    }
  }

  #take(server: Server, answer: Answer): void {
    this.#answer = answer;
    this.show(<ShownAnswer answer={answer} current={this.#current} onOpen={(id) => this.#open(server, id)} />);
  }

  #open(server: Server, citationId: string): void {
    const citation = this.#answer.citations.find((one) => one.citation_id === citationId);
    if (citation === undefined) return;
    this.#current = citationId;
    this.#take(server, this.#answer);
    const detail: CitationOpened = { citation, source: sourceOf(this.#answer, citation) };
    const isFree = this.dispatchEvent(new CustomEvent("citewire-citation", { detail, bubbles: true, composed: true, cancelable: true }));
    const page = isFree ? this.ownerDocument.getElementById(this.getAttribute("page") ?? "") : null;
    page?.setAttribute("passage-id", citation.passage_id);
    page?.setAttribute("quote", citation.quote.text);
  }
}

async function stored(server: Server, chatId: string, messageId: string | null, signal: AbortSignal): Promise<Answer> {
  const { turns } = await server.chat(chatId, signal);
  const at = messageId === null ? turns.length - 1 : turns.findIndex((turn) => turn.message_id === messageId);
  const [asked, turn]: (Turn | undefined)[] = [turns[at - 1], turns[at]];
  if (asked === undefined || turn?.role !== "assistant") throw new Error("the conversation has no such answer");
  return fromTurn(turn, asked, chatId);
}

function ShownAnswer({ answer, current, onOpen }: { answer: Answer; current: string | null; onOpen: (id: string) => void }): ReactNode {
  const strings = useStrings();
  const evidence = evidenceSign(answer);
  const warnings = [...answer.warnings.map(({ message }) => message), ...(answer.failure === null ? [] : [answer.failure.message])];
  return (
    <section className="answer" part="answer" aria-busy={answer.phase === "running"}>
      {evidence !== null && <p className={`evidence ${evidence}`}>{strings.evidence[evidence]}</p>}
      <AnswerText answer={answer} current={current} openCitation={onOpen} />
      {warnings.map((warning) => (
        <p key={warning} className="warning">
          ⚠ {warning}
        </p>
      ))}
      {answer.phase !== "running" && <PrintedNotes answer={answer} />}
    </section>
  );
}
