import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";

import { overflow, seriousViolations, shot, WIDE } from "./browser";
import type { TestServer } from "./server";
import { ask, askAndWait, EMITTED, EMITTED_QUESTION, LONG, streaming } from "./steps";
import { visiting } from "./visits";

let server: TestServer;
const open = visiting((shared) => (server = shared));

type Options = Parameters<typeof open>;
const visit = async (options?: Options[0], path?: Options[1], before?: (context: BrowserContext) => Promise<unknown>): Promise<Page> =>
  (await open(options, path, before === undefined ? {} : { before })).page;

/** The words of buttons and choices that stand on more than one line, or are cut. */
async function broken(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const button of document.querySelectorAll<HTMLElement>(".button")) {
      if (button.offsetParent === null) continue;
      const lines = button.getBoundingClientRect().height / parseFloat(getComputedStyle(button).lineHeight);
      if (lines > 2.2 || button.scrollWidth > button.clientWidth + 1) found.push(button.textContent);
    }
    for (const select of document.querySelectorAll("select")) {
      const canvas = document.createElement("canvas").getContext("2d");
      if (canvas === null || select.offsetParent === null) continue;
      canvas.font = getComputedStyle(select).font;
      const words = select.selectedOptions[0]?.text ?? "";
      // Beside its words there is the arrow.
      if (canvas.measureText(words).width + 18 > select.clientWidth) found.push(words);
    }
    return found;
  });
}

test.each(["en-GB", "es-ES"])("no button breaks its words and no choice is cut, with the panel open, in %s", async (locale) => {
  await server.model({ text: EMITTED });
  for (const viewport of [{ width: 1440, height: 900 }, { width: 1024, height: 768 }, { width: 390, height: 844 }]) {
    const page = await visit({ viewport, locale }, "/", (context) =>
      context.route("**/auth/me", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...((await response.json()) as object), name: "somebody.with.a.long.name@example.org", by: "session", sign_in: true } });
      }),
    );
    await page.locator("#question").fill(EMITTED_QUESTION);
    await page.keyboard.press("Enter");
    await page.locator(".chip").waitFor();
    await page.locator(".question").hover();
    await page.locator(".question .icon-button").click();
    expect(await broken(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator(".chip").click();
    await page.locator(".panel .quote").waitFor();
    expect(await broken(page)).toEqual([]);
    const hint = await page.locator(".hint").boundingBox();
    expect(hint?.height ?? 0).toBeLessThan(30);
    if (viewport.width > 992) continue;
    await page.keyboard.press("Escape");
    await page.locator(".topbar .icon-button").first().click();
    const drawer = page.locator(".drawer");
    await drawer.locator(".chat-row").first().waitFor();
    expect(await broken(page)).toEqual([]);
    const [close, more] = await Promise.all([drawer.locator(".drawer-close").boundingBox(), drawer.locator(".brand .icon-button").boundingBox()]);
    expect((more?.x ?? 0) + (more?.width ?? 0)).toBeLessThanOrEqual(close?.x ?? 0);
    expect(await overflow(page)).toBe(0);
  }
});

test("editing a question begins at its end, and another name takes the place of the old one", async () => {
  await server.model({ text: EMITTED });
  const page = await visit();
  await askAndWait(page, EMITTED_QUESTION);
  await page.locator(".question").hover();
  await page.getByRole("button", { name: "Edit the question" }).click();
  await page.keyboard.type(" Tell me!");
  expect(await page.getByRole("textbox", { name: "Edit the question" }).inputValue()).toBe(`${EMITTED_QUESTION} Tell me!`);
  await page.keyboard.press("Escape");
  const row = page.locator(".chat-row.current");
  await row.getByRole("button").click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Rename" }).waitFor();
  await page.keyboard.type("Smoke of the year");
  await page.keyboard.press("Enter");
  await page.locator(".chat-row").filter({ hasText: /^Smoke of the year/ }).waitFor();
});

test("a key dialog that was closed opens again, and what was refused meanwhile is read", async () => {
  const page = await visit(WIDE, "/", (context) =>
    context.route(/\/(chats|documents|collections|chat_stream|suggestions)\b/, async (route) => {
      if ((await route.request().headerValue("authorization")) === "Bearer right") return route.continue();
      const problem = { type: "about:blank", title: "", status: 401, detail: "", code: "api_key_refused", retryable: false, request_id: "r" };
      return route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify(problem) });
    }),
  );
  const dialog = page.getByRole("dialog", { name: "API key" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("You are not signed in").first().waitFor();
  await shot(page, "declined");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Your API key").fill("right");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.getByText("You are not signed in").first().waitFor({ state: "detached" });
  await page.getByText(/reports? (is|are) ready|reports have been read|report has been read/i).first().waitFor();
});

test("while a server is away Enter says why and keeps the question, the waiting ends, and the page goes on by itself", async () => {
  await server.model({ text: LONG, inter_delay: 0.02 });
  const page = await visit();
  await ask(page, EMITTED_QUESTION);
  await streaming(page, "The river was low");
  await ask(page, EMITTED_QUESTION);
  await page.getByText("The last answer is still being written.").waitFor();
  expect(await page.getByLabel("Ask a question").inputValue()).toBe(EMITTED_QUESTION);
  await server.tell("kill");
  await page.getByText("The server cannot be reached. This page keeps looking for it.").waitFor();
  await page.locator(".notes").getByText("Connecting again …").waitFor();
  await page.locator(".notes").getByText("The rest is fetched as soon as the server can be reached again.").waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("your question was not sent. It stays here").waitFor();
  await shot(page, "away");
  expect(await seriousViolations(page)).toEqual([]);
  await server.tell("start");
  await page.getByText("This page keeps looking for it.").waitFor({ state: "detached", timeout: 20_000 });
  await page.locator(".notes").getByText(/the server did not keep it|it is not known what it kept|that was writing (?:the|this) answer (?:failed|ended)/).waitFor({ timeout: 45_000 });
  await server.model({ text: EMITTED });
  await page.getByRole("button", { name: "Send" }).click();
  // The conversation is free once the run of the server that was killed is known to be lost.
  const isAnswered = async (): Promise<boolean> => {
    if ((await page.locator(".chip").count()) > 0) return true;
    await page.getByRole("button", { name: "Try again" }).last().click({ timeout: 1000 }).catch(() => undefined);
    return false;
  };
  await expect.poll(isAnswered, { timeout: 60_000, interval: 2000 }).toBe(true);
  expect(await page.getByLabel("Ask a question").inputValue()).toBe("");
}, 150_000);

test("the signs are explained where they are first met, until that is put away, and in the help", async () => {
  await server.model({ text: EMITTED });
  const page = await visit();
  const answer = await askAndWait(page, EMITTED_QUESTION);
  const explained = answer.getByRole("complementary", { name: "How to read an answer" });
  await explained.waitFor();
  await shot(page, "first-signs");
  expect(await seriousViolations(page)).toEqual([]);
  await explained.getByRole("button", { name: "Got it" }).click();
  await explained.waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".chip").waitFor();
  expect(await explained.count()).toBe(0);
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("dialog", { name: "Help" }).getByText(/Supported by the source/).waitFor();
  await shot(page, "help");
  expect(await seriousViolations(page)).toEqual([]);
});

