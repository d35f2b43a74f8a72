// What leaves the client keeps its proof: files, the clipboard and paper.
import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openBrowser, seriousViolations, Watched, WIDE } from "./browser";
import { TestServer } from "./server";
import { askAndWait, EMITTED, EMITTED_QUESTION } from "./steps";

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.shared(), openBrowser()]);
  await server.model({ text: EMITTED });
});
afterAll(() => browser.close());

async function opened(): Promise<Watched> {
  const context = await browser.newContext({ ...WIDE, permissions: ["clipboard-read", "clipboard-write"] });
  return Watched.open(context, server.url);
}

async function textOf(pdf: Uint8Array): Promise<string> {
  const task = getDocument({ data: pdf, verbosity: 0 });
  const document = await task.promise;
  let text = "";
  for (let at = 1; at <= document.numPages; at += 1) {
    const { items } = await (await document.getPage(at)).getTextContent();
    text += `${items.map((item) => ("str" in item ? item.str : "")).join(" ")} `;
  }
  await task.destroy();
  return text.replace(/\s+/g, " ");
}

async function saved(page: Page, menu: string, item: string): Promise<{ name: string; bytes: Buffer }> {
  // By keyboard alone.
  await page.getByRole("button", { name: menu }).last().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: item }).focus();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test("an answer leaves as files, as rich text and on paper, each with its quote and verdict", async () => {
  const watched = await opened();
  const { page } = watched;
  await askAndWait(page, EMITTED_QUESTION);
  for (let more = 0; more < 7; more += 1) await askAndWait(page, `${EMITTED_QUESTION} (${more})`);

  const pdf = await saved(page, "Export this answer", "Export as PDF");
  expect(pdf.name).toMatch(/^chat-.*\.pdf$/);
  const text = await textOf(new Uint8Array(pdf.bytes));
  for (const said of ["8,310 tonnes", "supported by this source", "Open the passage"]) expect(text).toContain(said);
  const word = await saved(page, "Export this answer", "Export as Word");
  expect(word.bytes.subarray(0, 2).toString()).toBe("PK");

  await page.getByRole("button", { name: "Copy with citations" }).last().click();
  await page.getByText("Copied", { exact: true }).waitFor({ state: "attached" });
  const copied = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const read = async (type: string): Promise<string> => (await item?.getType(type))?.text() ?? "";
    return { html: await read("text/html"), plain: await read("text/plain") };
  });
  expect(copied.html).toContain("<strong>8,310 tonnes</strong>");
  expect(copied.html).toContain("supported by this source");
  expect(copied.plain).toContain("[^1]: ");

  // What is out of sight is not in the page, but on paper.
  expect(await page.locator(".exchange").count()).toBeLessThan(8);
  const paper = await textOf(new Uint8Array(await page.pdf({ format: "A4" })));
  for (let more = 0; more < 7; more += 1) expect(paper).toContain(`(${more})`);
  expect(paper.match(/8,310 tonnes of CO2/g)?.length).toBeGreaterThanOrEqual(8);
  expect(paper.match(/Written by/g)?.length).toBe(8);
  expect(paper).not.toContain("Ask a question");
  expect(await seriousViolations(page)).toEqual([]);
  watched.expectClean();
});
