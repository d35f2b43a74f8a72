// The AI SDK's own chat asks the real server: no browser is needed for it.
import { AbstractChat, DefaultChatTransport, type ChatState, type ChatStatus, type UIMessage } from "ai";
import { beforeAll, expect, test } from "vitest";

import { TestServer } from "./server";

const QUESTION = "How many tonnes of cargo did the harbour handle in 2024?";
const ANSWER = "It handled 4.86 million tonnes in 2024 [1].";

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.shared();
});

/** What `useChat` keeps in React's state. */
class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = "ready";
  error: Error | undefined = undefined;
  messages: UIMessage[] = [];
  pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message];
  };
  popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.with(index, message);
  };
  snapshot = <T>(thing: T): T => structuredClone(thing);
}

class PlainChat extends AbstractChat<UIMessage> {
  constructor(id?: string) {
    super({ ...(id === undefined ? {} : { id }), state: new PlainState(), transport: new DefaultChatTransport({ api: `${server.url}/ui/chat` }) });
  }
  get text(): string {
    if (this.lastMessage?.role !== "assistant") return "";
    return this.lastMessage.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  }
}

async function newChat(): Promise<string> {
  const answer = await fetch(`${server.url}/chats`, { method: "POST" });
  return ((await answer.json()) as { chat_id: string }).chat_id;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("it asks, gets sources, text, citations and verdicts, and asks on", async () => {
  await server.model({ text: ANSWER });
  const chat = new PlainChat();
  await chat.sendMessage({ text: QUESTION });

  expect(chat.error).toBeUndefined();
  expect([chat.status, chat.text]).toEqual(["ready", ANSWER]);
  const kinds = chat.lastMessage?.parts.map((part) => part.type) ?? [];
  expect(kinds).toEqual(expect.arrayContaining(["source-document", "data-citation", "data-verdict"]));
  await chat.sendMessage({ text: "And in 2023?" });
  expect(chat.messages.map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
});

test("stopping it stops the model", async () => {
  await server.model({ tokens: 1000, inter_delay: 0.05 });
  const chat = new PlainChat();
  const asking = chat.sendMessage({ text: QUESTION });
  await until(() => chat.text.length > 0);
  await chat.stop();
  await asking;

  await until(async () => (await server.modelStats())["aborted"] === 1);
  expect(chat.status).toBe("ready");
});

test("a failing model is its error, in words for people", async () => {
  await server.model({ text: ANSWER, fail: "400", fail_kind: "chat" });
  const chat = new PlainChat();
  await chat.sendMessage({ text: QUESTION });

  expect(chat.status).toBe("error");
  expect(chat.error?.message).not.toContain("{");
  expect(chat.lastMessage?.metadata).toMatchObject({ error: { code: "model_rejected" } });
});

test("what is refused is its error, with our code", async () => {
  const chat = new PlainChat("f".repeat(32));
  await chat.sendMessage({ text: QUESTION });

  expect(JSON.parse(chat.error?.message ?? "{}")).toMatchObject({ code: "chat_not_found" });
});

test("a stored chat keeps the answer, and the last one is made again in its place", async () => {
  await server.model({ text: ANSWER });
  const id = await newChat();
  const chat = new PlainChat(id);
  await chat.sendMessage({ text: QUESTION });
  await chat.regenerate();

  const kept = (await (await fetch(`${server.url}/chats/${id}`)).json()) as { turns: { text: string; message_id: string }[] };
  expect(kept.turns.map((turn) => turn.text)).toEqual([QUESTION, ANSWER]);
  expect(kept.turns[1]?.message_id).toBe(chat.lastMessage?.id);
});

test("another page of the same chat listens to the answer under way", async () => {
  await server.model({ text: ANSWER, inter_delay: 0.1 });
  const id = await newChat();
  const first = new PlainChat(id);
  const asking = first.sendMessage({ text: QUESTION });
  await until(() => first.text.length > 0);
  const second = new PlainChat(id);
  await second.resumeStream();
  await asking;

  expect(second.text).toBe(ANSWER);
  expect(second.lastMessage?.id).toBe(first.lastMessage?.id);
  await second.resumeStream();
  expect(second.messages.length).toBe(1);
});
