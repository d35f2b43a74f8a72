// What the server tells in the AI SDK's words, read by the SDK's own reader: the bytes were recorded
// by tests/server/test_transcripts.py.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import { expect, test } from "vitest";

const RECORDED = fileURLToPath(new URL("../../tests/server/transcripts/ui_chat.sse", import.meta.url));
const ANSWER = "Quillmere harbour counted 538 ships in 2023 [1]. 🚢 That was in its own books.";

type Told = UIMessage<
  { run_id: string; finish_reason: string; usage: { totalTokens: number } },
  { citation: { page: number; quote: string; url: string }; verdict: { status: string }; query: { standalone: string } }
>;

async function recorded(piece = 1000): Promise<ReadableStream<UIMessageChunk>> {
  const bytes = new Uint8Array(readFileSync(RECORDED));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece) controller.enqueue(bytes.slice(at, at + piece));
      controller.close();
    },
  });
  const transport = new DefaultChatTransport({ api: "http://server.test/ui/chat", fetch: () => Promise.resolve(new Response(body)) });
  return transport.sendMessages({ trigger: "submit-message", chatId: "x", messageId: undefined, messages: [], abortSignal: undefined });
}

async function last(stream: ReadableStream<UIMessageChunk>): Promise<Told> {
  let message: Told | undefined;
  for await (const now of readUIMessageStream<Told>({ stream, terminateOnError: true })) message = now;
  if (message === undefined) throw new Error("nothing was told");
  return message;
}

test.each([7, 1000])("the SDK makes one message of a recorded run, in pieces of %i bytes", async (piece) => {
  const message = await last(await recorded(piece));

  expect(message.parts.filter((part) => part.type === "text").map((part) => part.text)).toEqual([ANSWER]);
  const kinds = message.parts.map((part) => part.type);
  expect(kinds.lastIndexOf("source-document")).toBeLessThan(kinds.indexOf("text"));
  expect(message.metadata?.finish_reason).toBe("stop");
  expect(message.metadata?.usage.totalTokens).toBeGreaterThan(0);
});

test("a citation has its page, words and link, and its verdict has the same id", async () => {
  const message = await last(await recorded());
  const citation = message.parts.find((part) => part.type === "data-citation");
  const verdicts = message.parts.filter((part) => part.type === "data-verdict");

  expect(citation?.data).toMatchObject({ page: 4, quote: expect.stringContaining("538 ships") as string });
  expect(citation?.data.url).toMatch(/#\/passage\/[^/]+\/Quillmere/);
  expect(verdicts.map((part) => [part.id, part.data.status])).toEqual([[citation?.id, "supported"]]);
});

test("a source is a document with its page, and what goes on is not kept", async () => {
  const message = await last(await recorded());
  const source = message.parts.find((part) => part.type === "source-document");

  expect(source).toMatchObject({ title: "Quillmere Harbour 2023, p. A-4", filename: "Quillmere Harbour 2023.pdf", mediaType: "application/pdf" });
  expect(source?.providerMetadata?.["citewire"]).toMatchObject({ page: 4, n: 1 });
  expect(message.parts.some((part) => (part.type as string) === "data-status")).toBe(false);
});
