// A long conversation: scrolling, streaming and typing, with the browser's long tasks reported.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { ChatView, Citation, Turn } from "../src/api/types";
import { openBrowser, Watched, WIDE } from "./browser";
import { TestServer } from "./server";
import { ask } from "./steps";

const TURNS = 200;
const SENTENCE = "The harbour handled **4.86 million tonnes** of cargo in 2024 and the river was low [1]. ";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.shared(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
});

/** As stored: 200 turns of a hundred words, each with citations. */
function longChat(): ChatView {
  const text = SENTENCE.repeat(7).trim();
  const marks = [...text.matchAll(/\[1\]/g)].map(({ index }) => index);
  const turns = Array.from({ length: TURNS }, (_, turn) => {
    const before = turn ? `a${turn - 1}` : null;
    const asked: Turn = { message_id: `u${turn}`, role: "user", text: `Question ${turn}?`, status: "complete", created_at: "2026-01-01T00:00:00Z", parent_id: before, siblings: [], feedback: null, sources: [], evidence: null, citations: [], warnings: [], run_id: null, model: null, standalone: null, sub_questions: [], document: null, finish_reason: null, stopped_by: null, usage: null, timings: null, error: null };
    const citations = marks.map((start, at): Citation => ({
      citation_id: `${turn}-${at}`,
      n: 1,
      label: 1,
      passage_id: "p",
      claim_span: { start: 0, end: start },
      marker_span: { start, end: start + 3 },
      quote: { text: "A quote.", page: 1, match: "exact", address: "" },
      verification: { status: "supported", score: 0.9, method: "words", reason: "", calculations: [], beside: null, code: "", facts: [] },
      origin: "marked",
    }));
    const source = { n: 1, passage_id: "p", doc_id: "d", title: "A report", file_name: "a.pdf", folder: "f", page_start: 1, page_end: 1, page_label: "1", text: "A quote.", score: 1, url: "", cited: true, withheld: [], kind: "text", table: null, section: "", organisation: "", periods: [], document_kind: "", found_by: [], context: [], also_in: [], collection: "private", collection_name: "", outdated: null };
    const answered: Turn = { ...asked, message_id: `a${turn}`, role: "assistant", text, parent_id: asked.message_id, sources: [source], evidence: "strong", citations, run_id: `r${turn}`, model: "m", finish_reason: "stop" };
    return [asked, answered];
  }).flat();
  return { chat_id: "long", title: "Long", created_at: "", updated_at: "", leaf_id: `a${TURNS - 1}`, message_count: turns.length, turns, running: null, share: null };
}

interface Measured {
  longTasks: number[];
  frames: number;
  slowFrames: number;
  slowestFrame: number;
  slowestKey: number;
}

/** What the browser saw since the last call. */
async function measured(page: Page): Promise<Measured> {
  return page.evaluate(() => (window as unknown as { measured: () => Measured }).measured());
}

function watch(): void {
  let longTasks: number[] = [];
  let frames: number[] = [];
  let keys: number[] = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: "longtask" });
  new PerformanceObserver((list) => keys.push(...list.getEntries().filter((entry) => entry.name === "keydown").map((entry) => entry.duration))).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  let last = performance.now();
  const frame = (now: number): void => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  (window as unknown as { measured: () => Measured }).measured = () => {
    const found = { longTasks, frames: frames.length, slowFrames: frames.filter((ms) => ms > 50).length, slowestFrame: Math.round(Math.max(0, ...frames)), slowestKey: Math.max(0, ...keys) };
    longTasks = [];
    frames = [];
    keys = [];
    return found;
  };
}

test("a conversation of 200 turns and 20,000 words opens, scrolls, streams and is typed in", async () => {
  await server.model({ text: SENTENCE.repeat(12), inter_delay: 0.015 });
  const context = await browser.newContext(WIDE);
  const chat = JSON.stringify(longChat());
  await context.route("**/chats/long", (route) => route.fulfill({ contentType: "application/json", body: chat }));
  // The server does not have this conversation: the question starts one there.
  await context.route("**/chat_stream", (route) => route.continue({ postData: JSON.stringify({ message: "How much cargo?" }) }));
  await context.addInitScript(watch);
  const { page } = await Watched.open(context, `${server.url}/#/chat/long`);
  await page.getByRole("heading", { name: "Question 199?" }).waitFor();
  await expect.poll(() => fromEnd(page)).toBeLessThan(4);
  const report: Record<string, Measured> = { opening: await measured(page) };

  await page.locator(".scroller").hover();
  for (let step = 0; step < 60; step += 1) {
    await page.mouse.wheel(0, -600);
    await page.waitForTimeout(16);
  }
  report["scrolling"] = await measured(page);
  expect(await page.locator(".exchange").count()).toBeLessThan(40);
  expect(await fromEnd(page)).toBeGreaterThan(5000);

  const typed = "typing goes on while the answer streams";
  await ask(page, "How much cargo?");
  await page.locator(".exchange[aria-busy=true] .chip").first().waitFor();
  await page.getByLabel("Ask a question").pressSequentially(typed, { delay: 40 });
  expect(await page.getByLabel("Ask a question").inputValue()).toBe(typed);
  expect(await fromEnd(page)).toBeLessThan(80);
  report["streaming and typing"] = await measured(page);

  await page.locator(".scroller").hover();
  await page.mouse.wheel(0, -500);
  await page.waitForTimeout(400);
  const away = await fromEnd(page);
  await page.waitForTimeout(400);
  expect(away).toBeGreaterThan(200);
  expect(await fromEnd(page)).toBeGreaterThanOrEqual(away);
  await page.getByRole("button", { name: "Go to the end" }).click();
  expect(await fromEnd(page)).toBeLessThan(80);
  await page.getByRole("button", { name: "Stop" }).click();
  console.log(JSON.stringify(report, null, 1));
  await context.close();
});

async function fromEnd(page: Page): Promise<number> {
  return page.locator(".scroller").evaluate((at) => at.scrollHeight - at.clientHeight - at.scrollTop);
}
