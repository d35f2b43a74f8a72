import type { BrowserContext } from "playwright-core";
import { expect, test } from "vitest";

import { overflow, seriousViolations, shot, SMALL, WIDE } from "./browser";
import type { TestServer } from "./server";
import { answered, ask, askAndWait, EMITTED, EMITTED_QUESTION, LONG, markedWords, streaming } from "./steps";
import { visiting } from "./visits";

let server: TestServer;
const visit = visiting((shared) => (server = shared));

test("a question with several parts shows what was searched for, as it is answered and when it is opened again", async () => {
  const parts = ["How many ships called in 2023?", "How many tonnes of cargo did the harbour handle in 2022?"];
  await server.model({ text: "In 2023 it was less [1]." });
  const { page } = await visit();
  const answer = await askAndWait(page, parts.join(" "));
  const searchedFor = answer.getByRole("list", { name: "searched for, one by one:" }).getByRole("listitem");
  expect(await searchedFor.allTextContents()).toEqual(parts);
  await shot(page, "parts");
  await page.reload();
  await searchedFor.first().waitFor();
  expect(await searchedFor.allTextContents()).toEqual(parts);
  expect(await seriousViolations(page)).toEqual([]);
});

test("the reports are listed, and the one that is meant is chosen by a button", async () => {
  const { page } = await visit();
  const list = await askAndWait(page, "Which reports do you have?");
  expect(await list.locator(".answer-text li").count()).toBeGreaterThan(1);
  expect(await list.locator(".evidence, .notes").count()).toBe(0);
  const which = await askAndWait(page, "What is this report about?");
  const choice = which.getByRole("group", { name: "The reports that may be meant" }).getByRole("button").first();
  const title = (await choice.textContent()) ?? "";
  await shot(page, "which-report");
  expect(await seriousViolations(page)).toEqual([]);
  await choice.click();
  const about = await answered(page);
  expect(await about.locator("strong").first().textContent()).toBe(title);
  expect(await page.locator(".exchange").count()).toBe(2);
});

test("a question streams into an answer with its citations, and a follow-up shows what was searched for", async () => {
  await server.model({ text: EMITTED, inter_delay: 0.06, first_delay: 0.3 });
  const { page } = await visit();
  await shot(page, "welcome");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "New chat", exact: true }).click();
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
  await page.getByText("2 / 2").waitFor();
  await page.getByRole("button", { name: "Version before" }).click();
  await page.getByRole("heading", { name: "And in 2023?" }).waitFor();
  await page.getByText("1 / 2").waitFor();
  await shot(page, "versions");
  expect(await seriousViolations(page)).toEqual([]);
  await page.reload();
  await page.getByRole("heading", { name: "And in 2023?" }).waitFor();
  expect(await page.locator(".evidence").count()).toBe(2);
});

test("a screen reader hears each stage and the whole answer, and on a small screen in the light all fits", async () => {
  await server.model({ text: EMITTED, inter_delay: 0.05, first_delay: 0.4 });
  const { page } = await visit(SMALL);
  await page.evaluate(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    new MutationObserver(() => {
      const text = document.querySelector(".chat > .unseen[role=status]")?.textContent ?? "";
      if (told.at(-1) !== text) told.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const answer = await askAndWait(page, EMITTED_QUESTION);
  const whole = (): Promise<string> => page.locator(".chat > .unseen[role=status]").textContent().then((text) => text ?? "");
  await expect.poll(whole).toContain("The Trust emitted 8,310 tonnes of CO2 equivalent in 2024");
  const told = await page.evaluate(() => (window as unknown as { told: string[] }).told);
  expect(told).toContain("Writing the answer …");
  expect(told.filter((text) => text.includes("The Trust")).length).toBe(1);
  await shot(page, "chat-small");
  expect(await seriousViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await answer.locator(".chip").click();
  expect(await markedWords(page)).not.toBe("");
  await shot(page, "citation-small");
  expect(await seriousViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
});

test("local mode says that its answers are extracts", async () => {
  await server.model({ text: EMITTED });
  // As a server without a model names itself.
  const before = (context: BrowserContext): Promise<unknown> =>
    context.route("**/chat_stream", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/"model":"[^"]*"/g, '"model":"extractive"') });
    });
  const { page } = await visit(WIDE, "/", { before });
  const answer = await askAndWait(page, EMITTED_QUESTION);
  await answer.getByText("Extracts, not written by a model").waitFor();
});

test("a question that is too long says so, and keeps its end", async () => {
  const { page } = await visit();
  const question = page.getByLabel("Ask a question");
  await question.fill("tonnes ".repeat(1200));
  await page.getByText("A question has at most 8,000 characters: 399 too many.").waitFor();
  expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  expect((await question.inputValue()).length).toBe(8400);
});

test("a number that no source holds is underlined where it stands, also after a reload", async () => {
  await server.model({ text: "It was 8,310 tonnes in 2024 [1]. Elsewhere it was 77,777 tonnes [1]." });
  const { page } = await visit();
  const untraced = async (): Promise<string[]> => page.locator(".untraced").evaluateAll((all) => all.map((one) => one.firstChild?.textContent ?? ""));
  await askAndWait(page, EMITTED_QUESTION);
  expect(await untraced()).toEqual(["77,777 tonnes"]);
  await page.reload();
  await page.locator(".untraced").waitFor();
  expect(await untraced()).toEqual(["77,777 tonnes"]);
});

test("a connection that breaks in mid-stream is taken up again from the server's log", async () => {
  await server.model({ text: EMITTED });
  const { page } = await visit();
  let cut = "";
  // What a broken connection leaves: some whole events and a part of one, and then nothing.
  await page.route("**/chat_stream", async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    cut = body.slice(0, body.indexOf("event: delta") + 40);
    await route.fulfill({ response, body: cut });
  });
  const followed = page.waitForRequest(/chat_stream\/\w+$/);
  const answer = await askAndWait(page, EMITTED_QUESTION);
  expect((await followed).headers()["last-event-id"]).toMatch(/^\w+:\d+$/);
  expect(cut).not.toContain("event: done");
  await answer.locator(".chip").waitFor();
  expect(await answer.locator(".answer-text").textContent()).toContain("The Trust emitted 8,310 tonnes");
  expect(await answer.locator(".notes").count()).toBe(0);
});

test("a server with keys is asked with one, and forgets nothing but on signing out", async () => {
  await server.model({ text: EMITTED });
  const unsigned: string[] = [];
  const before = (context: BrowserContext): Promise<unknown> =>
    context.route(/\/(chats|documents|passages|jobs|chat_stream)\b/, async (route) => {
      if ((await route.request().headerValue("authorization")) === "Bearer right") return route.continue();
      unsigned.push(route.request().url());
      const problem = { type: "about:blank", title: "", status: 401, detail: "", code: "api_key_refused", retryable: false, request_id: "r" };
      return route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify(problem) });
    });
  const { page } = await visit(WIDE, "/", { before });
  const dialog = page.getByRole("dialog", { name: "API key" });
  await dialog.waitFor();
  await shot(page, "key");
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  await dialog.getByText("The server does not know this key.").waitFor();
  await page.getByLabel("Your API key").fill("right");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  const asked = unsigned.length;
  const answer = await askAndWait(page, EMITTED_QUESTION);
  await answer.locator(".chip").click();
  expect(await markedWords(page)).not.toBe("");
  await page.reload();
  expect(await markedWords(page)).not.toBe("");
  expect(unsigned.length).toBe(asked);
  await page.getByRole("button", { name: "Sign out" }).click();
  await dialog.waitFor();
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
  await page.locator(".notes").getByText(/the server did not keep it|it is not known what it kept|that was writing the answer failed/).waitFor({ timeout: 20_000 });
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
  await page.getByRole("dialog", { name: "Help" }).waitFor();
  await shot(page, "shortcuts-dark");
  expect(await seriousViolations(page)).toEqual([]);
});

test("a second tab follows an answer as it is written, and the first shows what is asked there", async () => {
  await server.model({ text: EMITTED, inter_delay: 0.25 });
  const first = await visit();
  await ask(first.page, EMITTED_QUESTION);
  await streaming(first.page, "The Trust");
  const second = await visit(WIDE, `/${new URL(first.page.url()).hash}`);
  await second.page.getByRole("heading", { name: EMITTED_QUESTION }).waitFor();
  await streaming(second.page, "The Trust");
  const answer = await answered(second.page);
  await answer.locator(".chip").waitFor();
  expect(await answer.locator("strong").first().textContent()).toBe("8,310 tonnes");
  await server.model({ text: "In 2023 it was less [1]." });
  await askAndWait(second.page, "How many ships called in 2023?");
  await first.page.evaluate(() => dispatchEvent(new Event("focus")));
  await first.page.getByRole("heading", { name: "How many ships called in 2023?" }).waitFor();
  expect(await first.page.locator(".exchange").count()).toBe(2);
});
