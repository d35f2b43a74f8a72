// A run whose connection was lost: it is heard again from its log, or what the server kept is read.
import { api, Problem, toProblem } from "@/api/client";
import { inTime } from "@/base/intime";
import { pause } from "@/base/pause";
import type { Answer } from "@/stream/reduce";

import { exchangesOf } from "./exchanges";

/** So long after the last event a run is tried for: then the page says that it is lost. */
const FOLLOW_MS = 10_000;
const WAIT_MS = 250;
const PATIENCE_MS = 8000;
/** A turn is stored a little after its run is over. */
const STORED_TRIES = 6;

export interface Heard {
  answer: () => Answer;
  /** Takes in what a response tells until the run is over. */
  hear: (response: Response) => Promise<void>;
  /** Whether the connection is being looked for. */
  searching: (isSearching: boolean) => void;
}

const waitMs = (tried: number): number => WAIT_MS * 2 ** Math.min(tried, 3);

/** Listens again from where the connection was lost; throws `lost` if the server cannot be reached or does not have the run. */
export async function followRun(run: Heard, lost: unknown, signal: AbortSignal): Promise<void> {
  let [heard, since, tried] = [run.answer().seq, performance.now(), 0];
  for (;;) {
    const { ids, seq } = run.answer();
    if (seq > heard) [heard, since, tried] = [seq, performance.now(), 0];
    if (ids === null || signal.aborted || performance.now() - since > FOLLOW_MS) break;
    run.searching(seq > 0);
    if (seq > 0 || tried > 0) await pause(waitMs(tried));
    tried += 1;
    try {
      const response = await inTime(PATIENCE_MS, signal, (either) => api.follow(ids.run_id, seq, either));
      run.searching(false);
      await run.hear(response);
      return;
    } catch (error) {
      if (error instanceof Problem && error.status !== 0 && error.status !== 429 && error.status < 500) break;
    }
  }
  run.searching(false);
  throw lost;
}

export interface Kept {
  /** Null if it is not among the turns of its conversation. */
  answer: Answer | null;
  /** Whether the server said so. */
  reached: boolean;
}

/** What the server kept of a run; it is waited for as long as the server answers. */
export async function readKept(ids: NonNullable<Answer["ids"]>): Promise<Kept> {
  let reached = false;
  for (let tried = 0; tried < STORED_TRIES; tried += 1) {
    await pause(waitMs(tried));
    try {
      const view = await inTime(PATIENCE_MS, new AbortController().signal, (signal) => api.chat(ids.chat_id, signal));
      reached = true;
      const stored = exchangesOf(view).find((one) => one.answer.ids?.assistant_message_id === ids.assistant_message_id);
      if (stored !== undefined) return { answer: stored.answer, reached };
    } catch (error) {
      // No such conversation is an answer, too.
      if (toProblem(error).status === 404) reached = true;
      // It is read again when the server is back.
      else if (toProblem(error).status === 0) return { answer: null, reached: false };
    }
  }
  return { answer: null, reached };
}
