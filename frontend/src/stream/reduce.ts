// What is known of one answer, event by event: pure, and blind to events that it has seen.
import type { Citation, Done, Failed, Query, Source, Sources, Start, Status, Stopped, Timings, Turn, Verdict, Warned } from "@/api/types";

import { isTerminal, type StreamEvent, type UnknownEvent } from "./events";

export type Phase = "running" | "complete" | "stopped" | "error" | "lost";

/** What went wrong, in the server's words or ours. */
export interface Failure {
  code: string;
  message: string;
  retryable: boolean;
  saved: boolean;
}

export interface Answer {
  phase: Phase;
  /** The number of the last event taken in. */
  seq: number;
  /** Something was lost on the way: only a terminal event or the stored turn tells the whole. */
  gap: boolean;
  ids: Pick<Start, "run_id" | "chat_id" | "user_message_id" | "assistant_message_id"> | null;
  model: string | null;
  stage: Status["stage"] | null;
  query: Query | null;
  sources: readonly Source[];
  /** Null also where there was none to judge: a greeting, or a question about the reports themselves. */
  evidence: Sources["evidence"];
  text: string;
  citations: readonly Citation[];
  warnings: readonly Warned[];
  finishReason: Done["finish_reason"] | null;
  stoppedBy: Stopped["by"] | null;
  failure: Failure | null;
  timings: Timings | null;
  feedback: Turn["feedback"];
}

export const ASKED: Answer = {
  phase: "running",
  seq: 0,
  gap: false,
  ids: null,
  model: null,
  stage: null,
  query: null,
  sources: [],
  evidence: null,
  text: "",
  citations: [],
  warnings: [],
  finishReason: null,
  stoppedBy: null,
  failure: null,
  timings: null,
  feedback: null,
};

/** The answer after one more event; the same object if the event is old or changes nothing. */
export function reduce(answer: Answer, event: StreamEvent | UnknownEvent): Answer {
  if (answer.phase !== "running") return answer;
  // The end is complete by itself. That of a run whose server died may have a number that was heard:
  // the log that it is told from is a little behind what was sent.
  if (event.seq <= answer.seq && !isTerminal(event)) return answer;
  const next = event.name === null ? answer : take(answer, event);
  const gap = next.gap || event.seq !== answer.seq + 1;
  return { ...next, seq: event.seq, gap: gap && next.phase === "running" };
}

function take(answer: Answer, event: StreamEvent): Answer {
  switch (event.name) {
    case "start":
      return { ...answer, ids: idsOf(event.data), model: event.data.model };
    case "status":
      return { ...answer, stage: event.data.stage };
    case "query":
      return { ...answer, query: event.data };
    case "sources":
      return { ...answer, sources: event.data.sources, evidence: event.data.evidence };
    case "delta":
      return append(answer, event.data.text, event.data.offset);
    case "citation":
      return { ...answer, citations: [...answer.citations, event.data] };
    case "verdict":
      return { ...answer, citations: judged(answer.citations, event.data) };
    case "warning":
      return { ...answer, warnings: [...answer.warnings, event.data] };
    case "done":
      return done(answer, event.data);
    case "stopped":
      return stopped(answer, event.data);
    case "error":
      return failed(answer, event.data);
  }
}

function append(answer: Answer, text: string, offset: number): Answer {
  if (offset === answer.text.length) return { ...answer, text: answer.text + text };
  // What is missing is not made up; the terminal event brings the whole text.
  return { ...answer, text: answer.text + text, gap: true };
}

function judged(citations: readonly Citation[], verdict: Verdict): readonly Citation[] {
  const { citation_id: id, verification } = verdict;
  return citations.map((one) => (one.citation_id === id ? { ...one, verification } : one));
}

function done(answer: Answer, data: Done): Answer {
  return {
    ...answer,
    phase: "complete",
    ids: idsOf(data),
    text: data.answer,
    citations: data.citations,
    sources: data.sources.length > 0 ? data.sources : answer.sources,
    finishReason: data.finish_reason,
    timings: data.timings,
    ...toldAgain(answer, data),
  };
}

/** What servers of before did not tell again at the end. */
function toldAgain(answer: Answer, { evidence, warnings, model }: Partial<Done>): Pick<Answer, "evidence" | "warnings" | "model"> {
  return {
    evidence: evidence === undefined ? answer.evidence : evidence,
    warnings: warnings ?? answer.warnings,
    model: model ?? answer.model,
  };
}

function stopped(answer: Answer, data: Stopped): Answer {
  return {
    ...answer,
    phase: "stopped",
    ids: idsOf(data),
    text: data.answer,
    citations: data.citations,
    stoppedBy: data.by,
  };
}

function failed(answer: Answer, data: Failed): Answer {
  const { code, message, retryable, partial_saved: saved } = data;
  const failure = { code, message, retryable, saved };
  // What was shown turned out to be none of the answer: nothing of it is kept.
  const kept = code === "model_thought_aloud" ? { text: "", citations: [], warnings: [] } : {};
  return { ...answer, ...kept, phase: "error", failure };
}

function idsOf(data: NonNullable<Answer["ids"]>): NonNullable<Answer["ids"]> {
  const { run_id, chat_id, user_message_id, assistant_message_id } = data;
  return { run_id, chat_id, user_message_id, assistant_message_id };
}

/** The answer that a stored turn holds; `asked` is its question. */
export function fromTurn(turn: Turn, asked: Turn, chatId: string): Answer {
  return {
    ...ASKED,
    phase: turn.status,
    ids: {
      run_id: turn.run_id ?? "",
      chat_id: chatId,
      user_message_id: asked.message_id,
      assistant_message_id: turn.message_id,
    },
    model: turn.model,
    query: queryOf(turn, asked),
    sources: turn.sources,
    text: turn.text,
    evidence: turn.evidence,
    citations: turn.citations,
    warnings: turn.warnings,
    finishReason: turn.finish_reason,
    stoppedBy: turn.stopped_by,
    timings: turn.timings,
    feedback: turn.feedback,
    failure: failureOf(turn),
  };
}

function queryOf(turn: Turn, asked: Turn): Query | null {
  const { standalone, sub_questions, document } = turn;
  if (standalone === null) return null;
  return { original: asked.text, standalone, rewritten: standalone !== asked.text, sub_questions, document };
}

function failureOf(turn: Turn): Failure | null {
  if (turn.status !== "error") return null;
  return { code: "stored", message: turn.error ?? "", retryable: true, saved: true };
}
