// A conversation as the page holds it, with a stream that breaks, a page that is loaded again, and a server that dies.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ChatView } from "@/api/types";
import { ChatSession } from "@/session/session";

import { DONE, EVENTS, TEXT, wire } from "./recorded";

const QUESTION = "Wie war das Hafenjahr?";
const HEAD = { chat_id: "chat1", title: "", created_at: "", updated_at: "", leaf_id: null, message_count: 0 };
const EMPTY = { ...HEAD, turns: [] };
const TURN = { status: "complete", created_at: "", parent_id: null, siblings: [], feedback: null };
const STORED = {
  ...HEAD,
  turns: [
    { ...TURN, message_id: "u1", role: "user", text: QUESTION },
    { ...TURN, message_id: "a1", role: "assistant", text: TEXT, run_id: "run1", sources: [], citations: DONE.citations, warnings: [] },
  ],
  running: null,
} as unknown as ChatView;

let answers: ((init: RequestInit) => Response | Promise<Response>)[] = [];
let asked: string[] = [];

beforeEach(() => {
  answers = [];
  asked = [];
  vi.stubGlobal("document", { hidden: true });
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push(path);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`${path} was not foreseen`);
    return answer(init);
  });
});
afterEach(() => vi.unstubAllGlobals());

const view = (body: unknown) => () => Response.json(body);
const stream = (bytes: Uint8Array) => () => new Response(bytes as BodyInit);
const half = EVENTS.findIndex(({ name }) => name === "delta") + 2;

test("an answer that is being written elsewhere is heard from its beginning, and read when it is over", async () => {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  answers = [view({ ...EMPTY, running: "run1" }), () => begun.then(stream(wire(EVENTS))), view(STORED)];
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(session.snapshot()).toMatchObject({ running: true, exchanges: [{ answer: { phase: "running" } }] }));
  const { key } = session.snapshot().exchanges[0] ?? { key: "" };
  begin();
  await vi.waitFor(() => expect(session.snapshot().exchanges[0]?.question).toBe(QUESTION));
  expect(session.snapshot()).toMatchObject({ running: false, exchanges: [{ key, answer: { text: TEXT, phase: "complete" } }] });
  expect(asked).toEqual(["chats/chat1", "chat_stream/run1", "chats/chat1"]);
});

test("its question is the one that its events name", async () => {
  const unended = new ReadableStream({ start: (controller) => controller.enqueue(wire(EVENTS.slice(0, half))) });
  answers = [view({ ...EMPTY, running: "run1" }), () => new Response(unended)];
  const session = new ChatSession("chat1", () => undefined);
  const query = EVENTS.find(({ name }) => name === "query")?.data as { original: string };
  await vi.waitFor(() => expect(session.snapshot().exchanges[0]?.question).toBe(query.original));
});

test("a run whose turn is stored already is not heard again", async () => {
  answers = [view({ ...STORED, running: "run1" })];
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(session.snapshot().exchanges).toHaveLength(1));
  expect(session.snapshot().running).toBe(false);
  expect(asked).toEqual(["chats/chat1"]);
});

test("what was asked elsewhere meanwhile shows when the conversation is read again", async () => {
  answers = [view({ ...EMPTY, running: null }), view(STORED)];
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(session.snapshot().load).toBe("ready"));
  await session.load();
  await vi.waitFor(() => expect(session.snapshot().exchanges[0]?.question).toBe(QUESTION));
});

test("a question that may mean several reports is asked again of the one that is chosen, and no other question is", async () => {
  const bodies: string[] = [];
  vi.stubGlobal("fetch", (_: string, { body }: { body: string }) => {
    bodies.push(body);
    return Promise.resolve(new Response(wire(EVENTS) as BodyInit));
  });
  const session = new ChatSession(null, () => undefined);
  session.setFilters({ folders: ["filings"] });
  session.ask(QUESTION, undefined, { doc_ids: ["d1"] });
  await vi.waitFor(() => expect(session.snapshot().exchanges[0]?.answer.phase).toBe("complete"));
  expect(bodies.map((body) => JSON.parse(body) as unknown)).toMatchObject([{ message: QUESTION, filters: { doc_ids: ["d1"] } }]);
  expect(session.snapshot().filters).toEqual({ folders: ["filings"] });
});

const RUN_STORED = { ...STORED, turns: STORED.turns.map((turn) => ({ ...turn, sources: [], warnings: [] })) };
const away = (): never => {
  throw new TypeError("Failed to fetch");
};
const refused = (status: number, code: string) => () => Response.json({ code, detail: code, retryable: false }, { status });
const phase = (session: ChatSession): string | undefined => session.snapshot().exchanges.at(-1)?.answer.phase;

/** Bytes that come, and then nothing, until one hangs up. */
function pending(bytes: Uint8Array): (init: RequestInit) => Response {
  return ({ signal }) =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(bytes);
          signal?.addEventListener("abort", () => controller.error(new DOMException("aborted", "AbortError")));
        },
      }),
    );
}

test("a stream that breaks off is heard again from its next event on", async () => {
  answers = [stream(wire(EVENTS.slice(0, half))), stream(wire(EVENTS.slice(half)))];
  const headers: unknown[] = [];
  const fetched = fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    headers.push(init.headers);
    return fetched(path, init);
  });
  const session = new ChatSession(null, () => undefined);
  expect(session.ask(QUESTION)).toBe(true);
  expect(session.ask("And then?")).toBe(false);
  await vi.waitFor(() => expect(phase(session)).toBe("complete"), 3000);
  expect(session.snapshot().exchanges[0]?.answer.text).toBe(TEXT);
  expect(asked).toEqual(["chat_stream", "chat_stream/run1"]);
  expect(headers[1]).toMatchObject({ "Last-Event-ID": `run1:${half}` });
});

test("a page that is loaded again goes on with the answer that it was waiting for", async () => {
  const kept = new Map([["citewire.run.chat1", JSON.stringify({ ids: { run_id: "run1", chat_id: "chat1", user_message_id: "u1", assistant_message_id: "a1" }, question: QUESTION, replaces: null })]]);
  vi.stubGlobal("sessionStorage", { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value), removeItem: (name: string) => kept.delete(name) });
  answers = [view({ ...EMPTY, running: null }), stream(wire(EVENTS))];
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(phase(session)).toBe("complete"), 3000);
  expect(session.snapshot().exchanges).toMatchObject([{ question: QUESTION, answer: { text: TEXT } }]);
  expect(asked).toEqual(["chats/chat1", "chat_stream/run1"]);
  expect(kept.size).toBe(0);
});

test("a question that is asked in place of another takes it out, with all after it", async () => {
  answers = [view({ ...STORED }), stream(wire(EVENTS)), view(RUN_STORED)];
  const bodies: unknown[] = [];
  const fetched = fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    if (typeof init.body === "string") bodies.push(JSON.parse(init.body));
    return fetched(path, init);
  });
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(session.snapshot().exchanges).toHaveLength(1));
  session.ask("Und im Jahr davor?", session.snapshot().exchanges[0]);
  await vi.waitFor(() => expect(session.snapshot()).toMatchObject({ running: false, exchanges: [{ answer: { phase: "complete" } }] }), 3000);
  expect(bodies).toMatchObject([{ message: "Und im Jahr davor?", chat_id: "chat1", replaces: "u1" }]);
  // Which versions of the question there are is read afterwards.
  await vi.waitFor(() => expect(asked).toEqual(["chats/chat1", "chat_stream", "chats/chat1"]));
  expect(session.snapshot().exchanges).toHaveLength(1);
});

test("stopping asks the server to stop; asked again, it hangs up and shows what was kept", async () => {
  answers = [pending(wire(EVENTS.slice(0, half))), () => new Response(null, { status: 202 }), view(RUN_STORED)];
  const session = new ChatSession(null, () => undefined);
  session.ask(QUESTION);
  await vi.waitFor(() => expect(session.snapshot().exchanges[0]?.answer.text).toBeTruthy());
  session.stop();
  await vi.waitFor(() => expect(asked).toEqual(["chat_stream", "chat_stream/run1/stop"]));
  expect(session.snapshot().running).toBe(true);
  session.stop();
  await vi.waitFor(() => expect(session.snapshot().exchanges[0]).toMatchObject({ recovering: false, answer: { phase: "complete", text: TEXT } }), 3000);
  expect(session.snapshot().running).toBe(false);
});

test("a server that stays away ends the waiting, and what it kept is read once it is back", async () => {
  vi.useFakeTimers();
  try {
    answers = [stream(wire(EVENTS.slice(0, half))), ...Array.from({ length: 30 }, () => away)];
    const session = new ChatSession(null, () => undefined);
    session.ask(QUESTION);
    await vi.advanceTimersByTimeAsync(3000);
    expect(session.snapshot().exchanges[0]).toMatchObject({ recovering: true, answer: { phase: "running" } });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(session.snapshot()).toMatchObject({ running: false, exchanges: [{ recovering: false, answer: { phase: "lost", failure: { code: "lost_unknown" } } }] });
    answers = [view(RUN_STORED)];
    session.returned();
    await vi.advanceTimersByTimeAsync(1000);
    expect(session.snapshot().exchanges[0]).toMatchObject({ recovering: false, answer: { phase: "complete", text: TEXT } });
  } finally {
    vi.useRealTimers();
  }
});

test("a run that the server does not have is not waited for", async () => {
  answers = [stream(wire(EVENTS.slice(0, half))), refused(404, "run_not_found"), ...Array.from({ length: 6 }, () => refused(404, "chat_not_found"))];
  vi.useFakeTimers();
  try {
    const session = new ChatSession(null, () => undefined);
    session.ask(QUESTION);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(session.snapshot()).toMatchObject({ running: false, exchanges: [{ answer: { phase: "lost", ids: null, failure: { code: "lost_not_kept" } } }] });
  } finally {
    vi.useRealTimers();
  }
});

test("a question that did not get to the server stays when the conversation is read again", async () => {
  answers = [view({ ...STORED }), away, view({ ...STORED })];
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(session.snapshot().load).toBe("ready"));
  session.ask("Und im Jahr davor?");
  await vi.waitFor(() => expect(phase(session)).toBe("error"));
  await session.load();
  await vi.waitFor(() => expect(session.snapshot().exchanges.map((one) => one.question)).toEqual([QUESTION, "Und im Jahr davor?"]));
});

test("what could not be read at first is read when the server is back", async () => {
  answers = [away, view({ ...STORED })];
  const session = new ChatSession("chat1", () => undefined);
  await vi.waitFor(() => expect(session.snapshot().load).toMatchObject({ code: "network" }));
  session.returned();
  await vi.waitFor(() => expect(session.snapshot()).toMatchObject({ load: "ready", exchanges: [{ question: QUESTION }] }));
});
