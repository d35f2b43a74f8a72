// Two people share an archive, each in a browser of their own, signed in at a real provider.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openBrowser, overflow, seriousViolations, shot } from "./browser";
import { signedIn, uploadFile, type Person } from "./people";
import { TestServer } from "./server";
import { ask, askAndWait, EMITTED, EMITTED_QUESTION, markedWords, streaming } from "./steps";

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

const SCREENS = [
  [1440, 900, "light"],
  [1024, 768, "dark"],
  [390, 844, "light"],
  [390, 844, "dark"],
] as const;

/** On wide, middle and small screens, in the light and in the dark. */
async function lookedEverywhere(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const [width, height, colorScheme] of SCREENS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await looked(page, `${name}-${width}-${colorScheme}`);
  }
  if (before !== null) await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

async function toReports(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Reports", exact: true }).click();
  await page.getByRole("heading", { name: "Reports", level: 2 }).waitFor();
}

const tab = (page: Page, name: string): ReturnType<Page["locator"]> => page.locator(".collection-tabs").getByRole("link", { name });

test("somebody makes a collection, brings a report into it and adds a reader", async () => {
  const { page } = ann;
  await toReports(page);
  await page.getByRole("button", { name: "New collection" }).click();
  await lookedEverywhere(page, "collection-new");
  await page.getByRole("dialog").getByLabel("Name").fill("Harbour archive");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Harbour archive", level: 2 }).waitFor();
  await uploadFile(page, "trevanza-2024.pdf", REPORT);
  await page.getByRole("textbox", { name: "Name of the member" }).fill("Bob Example");
  await page.keyboard.press("Enter");
  await page.getByText("This cannot be a name here").waitFor();
  await page.getByRole("textbox", { name: "Name of the member" }).fill("bob");
  await page.keyboard.press("Enter");
  await page.getByText("bob is a member now.").waitFor();
  await lookedEverywhere(page, "collection-manager");
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
  await lookedEverywhere(page, "collection-reader");
});

test("the reader asks, opens the page, and nobody else sees that conversation", async () => {
  await server.model({ text: EMITTED });
  const answer = await askAndWaitAnew(bob.page, EMITTED_QUESTION);
  await answer.locator(".chip").click();
  expect(await markedWords(bob.page)).not.toBe("");
  const list = ann.page.getByRole("navigation", { name: "Conversations" });
  await ann.page.reload();
  await ann.page.getByText("Your conversations appear here.").waitFor();
  expect(await list.getByRole("link").count()).toBe(0);
  const chats = (await (await ann.page.request.get(`${server.url}/chats`)).json()) as { chats: unknown[] };
  expect(chats.chats).toEqual([]);
  const chatId = /#\/chat\/(\w+)/.exec(bob.page.url())?.[1] ?? "";
  expect((await ann.page.request.get(`${server.url}/chats/${chatId}`)).status()).toBe(404);
  await ann.page.goto(bob.page.url());
  await ann.page.getByText("This conversation does not exist any more, or it is not yours.").waitFor();
});

test("one chooses which collections are asked, which the browser remembers", async () => {
  const { page } = bob;
  await toReports(page);
  await tab(page, "My own").click();
  await uploadFile(page, "tides.md", Buffer.from("# Tides of Skerrow\n\nThe tide of Skerrow rose 7 metres in the storm season.\n"));
  await page.getByRole("button", { name: "New chat", exact: true }).click();
  await page.getByRole("button", { name: "Ask only some reports: All reports" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Which reports should answer?" });
  await dialog.getByText("All 2 reports are searched.").waitFor();
  await dialog.getByRole("checkbox", { name: "My own" }).press("Space");
  await dialog.getByText("1 of 2 reports is searched.").waitFor();
  await lookedEverywhere(page, "scope-collections");
  await dialog.getByRole("button", { name: "Apply" }).press("Enter");
  await page.reload();
  await page.getByRole("button", { name: "Ask only some reports: Harbour archive" }).waitFor();
  const asked = page.waitForRequest("**/chat_stream");
  await server.model({ text: EMITTED });
  await askAndWait(page, EMITTED_QUESTION);
  const { filters } = (await asked).postDataJSON() as { filters: { collections: string[] } };
  expect(filters.collections.length).toBe(1);
  expect(filters.collections).not.toContain("private");
});

test("a conversation is shared by a link, read by a member with its page, and no longer when that is stopped", async () => {
  const list = bob.page.getByRole("navigation", { name: "Conversations" });
  const row = list.locator(".chat-row.current");
  await row.getByRole("button").click();
  await bob.page.getByRole("menuitem", { name: "Share by link" }).click();
  const dialog = bob.page.getByRole("dialog", { name: "Share by link" });
  await dialog.getByText("a member of “Harbour archive”").waitFor();
  await looked(bob.page, "share-chat");
  await dialog.getByRole("button", { name: "Make a link" }).click();
  const link = await dialog.getByLabel("Link to the conversation").inputValue();
  await dialog.getByText("The conversation is shared.").waitFor();
  await looked(bob.page, "share-chat-link");

  await ann.page.goto(link);
  await ann.page.getByText(/^Shared by bob, as it was on/).waitFor();
  expect(await ann.page.getByRole("textbox", { name: "Ask a question" }).count()).toBe(0);
  expect(await ann.page.locator("main").getByRole("button", { name: /Edit the question|Ask again|Good answer/ }).count()).toBe(0);
  await lookedEverywhere(ann.page, "shared-chat");
  await ann.page.locator(".chip").first().click();
  expect(await markedWords(ann.page)).not.toBe("");
  await lookedEverywhere(ann.page, "shared-chat-page");

  await dialog.getByRole("button", { name: "Stop sharing" }).click();
  await dialog.getByText("The conversation is not shared any more.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).first().click();
  await ann.page.reload();
  await ann.page.getByText("You cannot open this conversation.").waitFor();
  await lookedEverywhere(ann.page, "shared-chat-gone");
});

test("a conversation that cites reports of one's own is not shared, and is told which", async () => {
  const { page } = bob;
  await toReports(page);
  await page.getByRole("button", { name: /^More: Tides of Skerrow/ }).click();
  await page.getByRole("menuitem", { name: "Ask about this" }).click();
  await server.model({ text: "The tide of Skerrow rose 7 metres [1]." });
  await askAndWait(page, "How many metres did the tide of Skerrow rise?");
  await page.getByRole("navigation", { name: "Conversations" }).locator(".chat-row.current").getByRole("button").click();
  await page.getByRole("menuitem", { name: "Share by link" }).click();
  const dialog = page.getByRole("dialog", { name: "Share by link" });
  await dialog.getByText("Tides of Skerrow", { exact: true }).waitFor();
  expect(await dialog.getByRole("button", { name: "Make a link" }).isDisabled()).toBe(true);
  await looked(page, "share-chat-private");
  await page.keyboard.press("Escape");
});

test("on a small screen, in Spanish and in the dark, a conversation is shared, too", async () => {
  const { page } = bob;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("button", { name: "Open the menu" }).click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("es");
  await looked(page, "menu-small");
  await page.locator(".chat-row:not(.current)").first().getByRole("button").click();
  await page.getByRole("menuitem", { name: "Compartir con un enlace" }).click();
  const dialog = page.getByRole("dialog", { name: "Compartir con un enlace" });
  await dialog.getByRole("button", { name: "Crear un enlace" }).click();
  await dialog.getByText("La conversación está compartida.").waitFor();
  await looked(page, "share-chat-small");
  await dialog.getByRole("button", { name: "Cerrar" }).last().click();
  await page.getByRole("link", { name: "Informes", exact: true }).click();
  await tab(page, "Harbour archive").click();
  await page.getByText("Tu rol: Lectura").waitFor();
  await looked(page, "collection-small");
  await page.getByRole("button", { name: "Abrir el menú" }).click();
  await page.getByRole("combobox", { name: "Idioma" }).selectOption("en");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: null });
});

test("an editor shares reports of their own into the collection, where all read them", async () => {
  await openCollection(ann.page);
  await ann.page.getByLabel("Role of bob").selectOption({ label: "Editor" });
  await toReports(bob.page);
  const into = bob.page.getByLabel("in the collection");
  await into.selectOption({ label: "Harbour archive" });
  await bob.page.reload();
  const remembered = (): Promise<string | null> => into.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent ?? null);
  await expect.poll(remembered).toBe("Harbour archive");
  await bob.page.getByRole("button", { name: "Share: uploads" }).click();
  const dialog = bob.page.getByRole("dialog", { name: "Share this report" });
  await lookedEverywhere(bob.page, "share-reports");
  await dialog.getByLabel("Folder of the collection").fill("from bob");
  await dialog.getByRole("button", { name: "Share" }).click();
  await bob.page.getByRole("heading", { name: "Harbour archive", level: 2 }).waitFor();
  await bob.page.locator(".document-row").filter({ hasText: "tides.md" }).waitFor({ timeout: 30_000 });
  await ann.page.reload();
  await ann.page.locator(".document-row").filter({ hasText: "tides.md" }).waitFor();
  await lookedEverywhere(ann.page, "collection-full");
});

test("who is taken out sees the page close, in plain words, and keeps what was quoted", async () => {
  await server.model({ text: EMITTED });
  const answer = await askAndWaitAnew(bob.page, EMITTED_QUESTION);
  await answer.locator(".chip").click();
  expect(await markedWords(bob.page)).not.toBe("");
  await openCollection(ann.page);
  await ann.page.getByRole("button", { name: "Remove bob" }).click();
  await lookedEverywhere(ann.page, "member-remove");
  await ann.page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await bob.page.getByText("You are no longer a member of “Harbour archive”.").waitFor({ timeout: 15_000 });
  await bob.page.getByText("This report is in “Harbour archive”, which you may not read.").waitFor();
  expect(await bob.page.locator(".sheet").count()).toBe(0);
  expect(await bob.page.locator(".panel").getByRole("link", { name: "Open the report" }).count()).toBe(0);
  expect(await bob.page.locator(".panel .quote").textContent()).toContain("8,310");
  await lookedEverywhere(bob.page, "access-lost");
  await toReports(bob.page);
  expect(await bob.page.getByText("Harbour archive").count()).toBe(1); // the notice
  await bob.page.getByRole("button", { name: "Dismiss" }).first().click();
  expect(await bob.page.getByText("Harbour archive").count()).toBe(0);
});

test("an answer under way ends for who is taken out, and says why", async () => {
  await openCollection(ann.page);
  await ann.page.getByRole("textbox", { name: "Name of the member" }).fill("bob");
  await ann.page.keyboard.press("Enter");
  await ann.page.getByText("bob is a member now.").waitFor();
  await bob.page.reload();
  await server.model({ text: EMITTED, cut: 2, tokens: 600, inter_delay: 0.1 });
  await bob.page.getByRole("button", { name: "New chat", exact: true }).click();
  await ask(bob.page, EMITTED_QUESTION);
  await streaming(bob.page, "The");
  await ann.page.getByRole("button", { name: "Remove bob" }).click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await bob.page.locator(".notes").getByText("Stopped: you may no longer read one of the collections that were searched.").waitFor();
});

test("a collection is renamed and deleted, and is gone for everybody", async () => {
  const { page } = ann;
  await openCollection(page);
  await page.getByRole("button", { name: "Rename the collection" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Archive of the harbour");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Archive of the harbour", level: 2 }).waitFor();
  await page.getByRole("button", { name: "Delete the collection" }).click();
  await page.getByText("All 2 reports in it are removed.").waitFor();
  await looked(page, "collection-delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("heading", { name: "Reports", level: 2 }).waitFor();
  await page.getByText("There are no reports yet.").waitFor();
  expect(await page.locator(".notice").count()).toBe(0);
});

async function askAndWaitAnew(page: Page, question: string): ReturnType<typeof askAndWait> {
  await page.getByRole("button", { name: "New chat", exact: true }).click();
  return askAndWait(page, question);
}

async function openCollection(page: Page): Promise<void> {
  await toReports(page);
  await tab(page, "Harbour archive").click();
  await page.getByRole("heading", { name: "Harbour archive", level: 2 }).waitFor();
}
