import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openBrowser, overflow, seriousViolations, shot, SMALL, Watched, WIDE } from "./browser";
import { TestServer } from "./server";
import { answered, ask, askAndWait, EMITTED, EMITTED_QUESTION, markedWords, streaming } from "./steps";

const LONG = "The river was low for most of the year and the harbour went on. ".repeat(40);

let server: TestServer;
let browser: Browser;
let seen: Watched[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.shared(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
});
afterEach(async () => {
  const pages = seen;
  seen = [];
  for (const watched of pages) await watched.page.context().close();
  for (const watched of pages) watched.expectClean();
});

async function visit(options = WIDE, path = "/"): Promise<Watched> {
  const watched = await Watched.open(await browser.newContext(options), server.url + path);
  seen.push(watched);
  return watched;
}

test("a question streams into an answer with its citations, and a follow-up shows what was searched for", async () => {
  await server.model({ text: EMITTED, inter_delay: 0.06, first_delay: 0.3 });
  const { page } = await visit();
  await shot(page, "welcome");
  expect(await seriousViolations(page)).toEqual([]);
  await ask(page, EMITTED_QUESTION);
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await streaming(page, "The Trust emitted");
  const first = await answered(page);
  expect(await first.locator("strong").first().textContent()).toBe("8,310 tonnes");
  expect(await first.locator(".chip").getAttribute("aria-label")).toContain("Supported by the source");
  expect(await first.locator(".evidence").textContent()).not.toBe("");
  expect(page.url()).toMatch(/#\/chat\/\w+$/);
  await server.model({ text: "In 2023 it was less [1].", aux_text: "How many tonnes of cargo did the harbour handle in 2023?" });
  const second = await askAndWait(page, "And in 2023?");
  expect(await second.locator(".asked-as q").textContent()).toBe("How many tonnes of cargo did the harbour handle in 2023?");
  await shot(page, "chat");
  expect(await seriousViolations(page)).toEqual([]);
  await second.getByRole("button", { name: "Edit what was searched for" }).click();
  await page.getByRole("textbox", { name: "Edit what was searched for" }).fill("How many ships called in 2023?");
  await page.getByRole("button", { name: "Ask this" }).click();
  await page.getByRole("heading", { name: "How many ships called in 2023?" }).waitFor();
  await answered(page);
  expect(await page.locator(".exchange").count()).toBe(2);
});

test("a citation opens its page with the words of the quote marked, also by its address", async () => {
  await server.model({ text: `${EMITTED} It was much more than before [1].` });
  const { page } = await visit();
  const answer = await askAndWait(page, EMITTED_QUESTION);
  await answer.locator(".chip").first().hover();
  await page.locator(".hover-card blockquote").waitFor();
  await shot(page, "hover-card");
  await answer.locator(".chip").first().click();
  await page.locator(".panel .quote").waitFor();
  const quote = ((await page.locator(".panel .quote").textContent()) ?? "").replace(/\s+/g, " ").trim();
  expect(await markedWords(page)).toBe(quote);
  await shot(page, "citation");
  expect(await seriousViolations(page)).toEqual([]);
  const address = page.url();
  await page.locator(".panel h2").click();
  await page.keyboard.press("]");
  await page.getByText("Citation 2 of 2").waitFor();
  await page.keyboard.press("k");
  await page.getByText("Citation 1 of 2").waitFor();
  await page.locator(".panel").getByRole("button", { name: "All sources of this answer" }).click();
  await page.getByRole("heading", { name: /^Found, but not cited/ }).waitFor();
  await shot(page, "sources");
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator(".panel").waitFor({ state: "detached" });

  const other = (await visit({ ...SMALL, colorScheme: "dark" }, address.slice(server.url.length))).page;
  expect(await markedWords(other)).toBe(quote);
  await shot(other, "citation-small-dark");
  expect(await seriousViolations(other)).toEqual([]);
  expect(await overflow(other)).toBe(0);
  await other.getByRole("button", { name: "Close" }).click();
  await shot(other, "chat-small-dark");
  expect(await seriousViolations(other)).toEqual([]);
  expect(await overflow(other)).toBe(0);
});

test("stopping stops the model, and the part that was said stays, also after a reload", async () => {
  await server.model({ text: LONG, inter_delay: 0.02 });
  const { page } = await visit();
  await ask(page, EMITTED_QUESTION);
  await streaming(page, "The river was low");
  await page.keyboard.press("Escape");
  const answer = await answered(page);
  await answer.getByText("Stopped.").waitFor();
  await expect.poll(async () => (await server.modelStats())["aborted"]).toBe(1);
  await expect.poll(() => page.locator(".notes").textContent()).toContain("The part above is kept.");
  await page.waitForTimeout(600); // what was stored takes the place of what was seen
  const kept = await page.locator(".answer-text").textContent();
  await page.reload();
  expect(await (await answered(page)).locator(".answer-text").textContent()).toBe(kept);
  await server.model({ text: EMITTED });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".chip").waitFor();
});

test("a reload in mid-stream shows what was kept and says that it was stopped", async () => {
  await server.model({ text: LONG, inter_delay: 0.02 });
  const { page } = await visit();
  await ask(page, EMITTED_QUESTION);
  await streaming(page, "The river was low");
  await page.reload();
  await page.locator(".notes").getByText("Stopped: the connection to the page was lost.").waitFor();
  expect(await page.locator(".answer-text").textContent()).toContain("The river was low");
});

test("two pages on one conversation: the second is told to wait, and sees the answer afterwards", async () => {
  await server.model({ text: EMITTED });
  const { page } = await visit();
  await askAndWait(page, EMITTED_QUESTION);
  const other = (await visit(WIDE, page.url().slice(server.url.length))).page;
  await other.locator(".chip").waitFor();
  await server.model({ text: LONG, inter_delay: 0.02 });
  await ask(page, "And then?");
  await streaming(page, "The river was low");
  await ask(other, "What about me?");
  await other.locator(".notes").getByText("This conversation is being answered right now").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await answered(page);
  await other.reload();
  await other.getByRole("heading", { name: "And then?" }).waitFor();
});

test("when the server dies in mid-stream the page says so, and goes on when it is back", async () => {
  await server.model({ text: LONG, inter_delay: 0.02 });
  const { page } = await visit();
  await ask(page, EMITTED_QUESTION);
  await streaming(page, "The river was low");
  await server.tell("kill");
  await page.locator(".notes").getByText("The connection to the server was lost").waitFor();
  await shot(page, "lost");
  expect(await seriousViolations(page)).toEqual([]);
  await server.tell("start");
  await page.locator(".notes").getByText(/the server did not keep it|it is not known what it kept/).waitFor({ timeout: 20_000 });
  expect(await page.locator(".answer-text").textContent()).toContain("The river was low");
  await server.model({ text: EMITTED });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".chip").waitFor();
});

test("an error of the model is said in plain words, with another try", async () => {
  await server.model({ fail: "429", fail_kind: "chat" });
  const { page } = await visit();
  await ask(page, EMITTED_QUESTION);
  await page.locator(".notes").getByText("The model is busy. Try again in a moment.").waitFor();
  await server.model({ text: EMITTED });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".chip").waitFor();
});

test("the interface speaks the browser's language, and another when it is asked to", async () => {
  const { page } = await visit({ ...WIDE, locale: "es-ES", colorScheme: "dark" });
  await page.getByRole("heading", { name: "Pregunta a tus informes" }).waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("es");
  await page.getByLabel("Idioma").selectOption("en");
  await page.getByRole("heading", { name: "Ask your reports" }).waitFor();
  await page.getByRole("heading", { name: "Ask your reports" }).click();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await shot(page, "shortcuts-dark");
  expect(await seriousViolations(page)).toEqual([]);
});
