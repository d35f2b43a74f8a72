import { expect, test, vi } from "vitest";

import type { Turn } from "@/api/types";
import { typedEvent, type StreamEvent, type UnknownEvent } from "@/stream/events";
import { ConnectionLost, readEvents } from "@/stream/read";
import { ASKED, fromTurn, reduce, type Answer } from "@/stream/reduce";

import { CITATIONS, DONE, EVENTS, SOURCES, TEXT, wire } from "./recorded";

type AnyEvent = StreamEvent | UnknownEvent;

function body(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function collect(chunks: readonly Uint8Array[]): Promise<AnyEvent[]> {
  const found: AnyEvent[] = [];
  for await (const event of readEvents(body(chunks))) found.push(event);
  return found;
}

const fold = (events: readonly AnyEvent[], from: Answer = ASKED): Answer => events.reduce(reduce, from);

const ALL: AnyEvent[] = EVENTS.map(({ name, data }, at) => typedEvent(name, at + 1, data));
const WHOLE = fold(ALL);

test("the recorded run gives its answer", () => {
  expect(WHOLE.phase).toBe("complete");
  expect(WHOLE.text).toBe(TEXT);
  expect(WHOLE.citations).toEqual(CITATIONS);
  expect(WHOLE.gap).toBe(false);
  expect(WHOLE.query?.rewritten).toBe(true);
});

test.each(["\n", "\r\n"])("any cut of the bytes gives the same events (lines end with %j)", async (newline) => {
  const bytes = wire(EVENTS, newline);
  for (let cut = 0; cut <= bytes.length; cut += newline === "\n" ? 7 : 31) {
    expect(await collect([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(ALL);
  }
  expect(await collect([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(ALL);
});

test("any prefix of the events gives the text so far, and every marker in it resolves", () => {
  let text = "";
  ALL.forEach((event, index) => {
    if (event.name === "delta") text += event.data.text;
    const answer = fold(ALL.slice(0, index + 1));
    expect(answer.text).toBe(text);
    expect(answer.gap).toBe(false);
    const marked = new Set(answer.citations.map(({ marker_span }) => marker_span.start));
    for (const found of answer.text.matchAll(/\[\d\]/g)) expect(marked).toContain(found.index);
  });
});

test("replaying after a reload at any event gives the same answer", () => {
  for (let left = 0; left <= ALL.length; left += 1) {
    const before = fold(ALL.slice(0, left));
    for (let from = 0; from <= left; from += 1) expect(fold(ALL.slice(from), before)).toEqual(WHOLE);
  }
});

test("the last event alone gives the whole answer", () => {
  const { text, citations, sources, phase } = fold(ALL.slice(-1));
  expect({ text, citations, sources, phase }).toEqual({ text: TEXT, citations: CITATIONS, sources: SOURCES, phase: "complete" });
});

test("an event that is lost shows as a gap, until the last one brings all", () => {
  for (let lost = 0; lost < ALL.length - 1; lost += 1) {
    const rest = ALL.filter((_, at) => at !== lost);
    expect(fold(rest.slice(0, -1)).gap).toBe(lost < ALL.length - 2);
    expect(fold(rest)).toMatchObject({ text: TEXT, citations: CITATIONS, gap: false, phase: "complete" });
  }
});

test("text that is lost inside numbered events shows as a gap", () => {
  const [start] = ALL;
  if (start === undefined) throw new Error("no events");
  const answer = fold([start, typedEvent("delta", 2, { text: "late", offset: 3 })]);
  expect(answer.gap).toBe(true);
});

test("events that nobody knows are counted and change nothing else", () => {
  const before = fold(ALL.slice(0, 5));
  expect(reduce(before, typedEvent("toString", 6, {}))).toEqual({ ...before, seq: 6 });
});

test("what comes after the end changes nothing", () => {
  expect(reduce(WHOLE, typedEvent("delta", ALL.length + 1, { text: "more", offset: TEXT.length }))).toBe(WHOLE);
});

test("the end is taken though its number was heard: a dead server's log is behind what it sent", () => {
  const said = fold(ALL.slice(0, -1));
  const lost = typedEvent("error", said.seq - 1, { code: "run_lost", message: "", retryable: true, request_id: "r", partial_saved: true });
  expect(reduce(said, lost).phase).toBe("error");
});

test("a stream that ends before its run is a lost connection", async () => {
  const bytes = wire(EVENTS);
  for (const cut of [0, 40, bytes.length - 1]) {
    await expect(collect([bytes.slice(0, cut)])).rejects.toBeInstanceOf(ConnectionLost);
  }
});

test("a connection that breaks is a lost connection, after the events that came", async () => {
  const bytes = wire(EVENTS.slice(0, 3));
  let sent = false;
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) controller.error(new TypeError("network error"));
      else controller.enqueue(bytes);
      sent = true;
    },
  });
  const seen: AnyEvent[] = [];
  await expect(
    (async () => {
      for await (const event of readEvents(broken)) seen.push(event);
    })(),
  ).rejects.toBeInstanceOf(ConnectionLost);
  expect(seen.length).toBeLessThanOrEqual(3);
});

test("leaving the loop cancels the body", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(wire(EVENTS.slice(0, 2))),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const event of readEvents(stream)) {
    expect(event.name).toBe("start");
    break;
  }
  await vi.waitFor(() => expect(cancelled).toBe(true));
});

test("stopped and failed runs keep what was said", () => {
  const ids = { run_id: "run1", chat_id: "chat1", user_message_id: "u1", assistant_message_id: "a1" };
  const before = fold(ALL.slice(0, 8));
  const stopped = reduce(before, typedEvent("stopped", 9, { ...ids, by: "shutdown", answer: before.text, citations: [], usage: {} }));
  expect(stopped).toMatchObject({ phase: "stopped", stoppedBy: "shutdown", text: before.text });
  const error = { ...ids, code: "model_busy", message: "busy", retryable: true, request_id: "r", partial_saved: true };
  const failed = reduce(before, typedEvent("error", 9, error));
  expect(failed).toMatchObject({ phase: "error", text: before.text, failure: { code: "model_busy", retryable: true, saved: true } });
  // What was shown was thinking: it is not the answer's.
  const aloud = reduce(before, typedEvent("error", 9, { ...error, code: "model_thought_aloud" }));
  expect(aloud).toMatchObject({ phase: "error", text: "", citations: [] });
});

test("a status after the sources says that the model thinks", () => {
  const before = fold(ALL.slice(0, 7));
  const thinking = reduce(before, typedEvent("status", 8, { stage: "think", elapsed_ms: 5 }));
  expect(thinking).toMatchObject({ stage: "think", sources: before.sources, text: before.text });
});

test("the stored turn shows what the stream showed", () => {
  const asked = { message_id: "u1", text: "Und 2024?" } as Turn;
  const turn = {
    message_id: "a1",
    role: "assistant",
    text: DONE.answer,
    status: "complete",
    sources: DONE.sources,
    evidence: WHOLE.evidence,
    citations: DONE.citations,
    warnings: WHOLE.warnings,
    run_id: "run1",
    model: "gpt-4o-mini",
    standalone: "Wie viel 2024?",
    sub_questions: ["Wie viel im Mai 2024?", "Und im Juni 2024?"],
    finish_reason: "stop",
    stopped_by: null,
    timings: DONE.timings,
    feedback: null,
    error: null,
  } as unknown as Turn;
  // What only the stream tells: these are not of the turn.
  const streamed: Answer = { ...WHOLE, stage: null, seq: 0 };
  expect(fromTurn(turn, asked, "chat1")).toEqual(streamed);
});
