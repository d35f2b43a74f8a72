// A conversation that is being answered for another tab.
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

let answers: (() => Response | Promise<Response>)[] = [];
let asked: string[] = [];

beforeEach(() => {
  answers = [];
  asked = [];
  vi.stubGlobal("document", { hidden: true });
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`${path} was not foreseen`);
    return answer();
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
