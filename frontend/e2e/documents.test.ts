import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openBrowser, overflow, seriousViolations, shot, SMALL, Watched, WIDE } from "./browser";
import { TestServer } from "./server";
import { askAndWait, EMITTED, EMITTED_QUESTION, markedWords } from "./steps";

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

async function visit(options = WIDE, path = "/", origin = server.url): Promise<Watched> {
  const watched = await Watched.open(await browser.newContext(options), origin + path);
  seen.push(watched);
  return watched;
}

test("a report is uploaded, read, and answers a question about itself", async () => {
  const { page } = await visit(WIDE, "/#/documents");
  await page.getByText("Trevanza Harbour Trust: Annual Report 2024").waitFor();
  const text = "# Lighthouse of Skerrow\n\nThe lamp of Skerrow was lit on 411 nights of the storm season.\n";
  const files = [
    { name: "skerrow.md", mimeType: "text/markdown", buffer: Buffer.from(text) },
    { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("not a PDF") },
  ];
  await page.getByLabel("Choose files").setInputFiles(files);
  await page.locator(".job-files .failed .reason").waitFor({ timeout: 30_000 });
  await page.locator(".document-row").filter({ hasText: "skerrow.md" }).waitFor();
  await shot(page, "documents");
  expect(await seriousViolations(page)).toEqual([]);
  await server.model({ text: "The lamp of Skerrow was lit on 411 nights [1]." });
  await page.getByRole("button", { name: /^More: Lighthouse of Skerrow/ }).click();
  await page.getByRole("menuitem", { name: "Ask about this" }).click();
  await page.getByRole("button", { name: /1 report$/ }).waitFor();
  const answer = await askAndWait(page, "On how many nights was the lamp of Skerrow lit?");
  await answer.locator(".chip").click();
  await page.locator(".panel mark").waitFor();
  expect(await page.locator(".panel mark").textContent()).toContain("411 nights");
  await shot(page, "citation-of-text");
  expect(await seriousViolations(page)).toEqual([]);
});

test("the reports fit on a small screen, in the dark", async () => {
  const { page } = await visit({ ...SMALL, colorScheme: "dark" }, "/#/documents");
  await page.getByText("Trevanza Harbour Trust: Annual Report 2024").waitFor();
  await shot(page, "documents-small-dark");
  expect(await seriousViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await page.getByRole("button", { name: "Open the menu" }).click();
  await page.getByRole("dialog", { name: "Menu" }).waitFor();
  await shot(page, "menu-small-dark");
  expect(await seriousViolations(page)).toEqual([]);
});

test("which reports answer can be chosen", async () => {
  const { page } = await visit();
  await page.getByRole("button", { name: /^Ask only some reports/ }).click();
  await page.getByRole("checkbox", { name: "samples" }).check();
  await shot(page, "scope");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: /1 folder$/ }).waitFor();
});

test("conversations are found, renamed, exported, deleted and brought back", async () => {
  await server.model({ text: EMITTED });
  const { page } = await visit();
  await askAndWait(page, "What of the emissions of Skerrow?");
  const list = page.getByRole("navigation", { name: "Conversations" });
  const row = list.locator(".chat-row.current");
  await row.waitFor();
  await row.getByRole("button").click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Rename" }).fill("Smoke over the harbour");
  await page.keyboard.press("Enter");
  await list.getByRole("link", { name: "Smoke over the harbour" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("nothing of this kind");
  await page.getByText("Nothing found.").waitFor();
  await page.getByRole("searchbox", { name: "Search conversations" }).fill("smoke");
  const found = list.getByRole("link", { name: "Smoke over the harbour" });
  await found.waitFor();
  await shot(page, "conversations");
  expect(await seriousViolations(page)).toEqual([]);
  const downloading = page.waitForEvent("download");
  await row.getByRole("button").click();
  await page.getByRole("menuitem", { name: "Export as Markdown" }).click();
  expect((await downloading).suggestedFilename()).toMatch(/\.md$/);
  await row.getByRole("button").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await found.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await found.waitFor();
  await page.locator(".chip").waitFor();
  await page.getByRole("button", { name: "Good answer" }).click();
  await page.getByText("Thank you").waitFor();
  await page.reload();
  expect(await page.getByRole("button", { name: "Good answer" }).getAttribute("aria-pressed")).toBe("true");
});

test("everything works behind a path prefix", async () => {
  await server.model({ text: EMITTED });
  const proxy = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    if (!path.startsWith("/citewire/")) {
      outgoing.writeHead(404).end();
      return;
    }
    const to = { method: incoming.method, headers: incoming.headers };
    const passed = request(server.url + path.slice("/citewire".length), to, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  try {
    const { port } = proxy.address() as AddressInfo;
    const { page } = await visit(WIDE, "/citewire/", `http://127.0.0.1:${port}`);
    const answer = await askAndWait(page, EMITTED_QUESTION);
    await answer.locator(".chip").click();
    expect(await markedWords(page)).not.toBe("");
    await page.reload();
    expect(await markedWords(page)).not.toBe("");
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
