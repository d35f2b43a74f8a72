// Two people share an archive, each in a browser of their own, signed in at a real provider.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openBrowser, overflow, seriousViolations, shot } from "./browser";
import { signedIn, uploadFile, type Person } from "./people";
import { TestServer } from "./server";
import { askAndWait, EMITTED, EMITTED_QUESTION, markedWords } from "./steps";

const REPORT = readFileSync(fileURLToPath(new URL("../../samples/reports/annual-report-2024.pdf", import.meta.url)));

let server: TestServer;
let browser: Browser;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.withPeople(), openBrowser()]);
  ann = await signedIn(browser, server, "ann");
  bob = await signedIn(browser, server, "bob");
});
afterAll(async () => {
  ann.watched.expectClean();
  bob.watched.expectClean();
  await browser.close();
  server.end();
});

async function looked(page: Page, name: string): Promise<void> {
  await shot(page, name);
  expect(await seriousViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

async function toReports(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Reports", exact: true }).click();
  await page.getByRole("heading", { name: "Reports", level: 2 }).waitFor();
}

const tab = (page: Page, name: string): ReturnType<Page["locator"]> => page.getByRole("navigation", { name: "Collections" }).getByRole("link", { name });

test("somebody makes a collection, brings a report into it and adds a reader", async () => {
  const { page } = ann;
  await toReports(page);
  await page.getByRole("button", { name: "New collection" }).click();
  await looked(page, "collection-new");
  await page.getByRole("dialog").getByLabel("Name").fill("Harbour archive");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Harbour archive", level: 2 }).waitFor();
  await uploadFile(page, "trevanza-2024.pdf", REPORT);
  await page.getByLabel("Name of the member").fill("Bob Example");
  await page.keyboard.press("Enter");
  await page.getByText("Nobody can be called that here").waitFor();
  await page.getByLabel("Name of the member").fill("bob");
  await page.keyboard.press("Enter");
  await page.getByText("bob is a member now.").waitFor();
  await looked(page, "collection-manager");
});

test("a reader sees the collection and its members, and no button that would be refused", async () => {
  const { page } = bob;
  await toReports(page);
  await tab(page, "Harbour archive").click();
  await page.locator(".document-row").waitFor();
  await page.getByText("Your role: Reader").waitFor();
  expect(await page.getByRole("list", { name: "Members" }).getByRole("listitem").allTextContents()).toEqual(["ann Manager", "bob (you)Reader"]);
  expect(await page.getByRole("button", { name: /Choose files|Rename|Delete|Add|Remove/ }).count()).toBe(0);
  await page.getByRole("button", { name: /^More:/ }).click();
  expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Ask about this"]);
  await page.keyboard.press("Escape");
  await looked(page, "collection-reader");
});
