// A page of another origin that embeds the elements of the package, against the real server.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openBrowser, WIDE } from "./browser";
import { ELSEWHERE_PORT, TestServer } from "./server";
import { EMITTED, EMITTED_QUESTION } from "./steps";

const PACKAGE = fileURLToPath(new URL("../packages/citewire", import.meta.url));
const TYPES: Record<string, string> = { ".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html" };

let server: TestServer;
let browser: Browser;
let elsewhere: Server;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.shared(), openBrowser(), built()]);
  await server.model({ text: EMITTED });
  elsewhere = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
    const file = join(PACKAGE, "dist", path);
    if (path === "/") response.setHeader("Content-Type", "text/html").end(embedding(server.url));
    else if (path === "/favicon.ico") response.writeHead(204).end();
    else if (!existsSync(file)) response.writeHead(404).end();
    else response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream").end(readFileSync(file));
  });
  await new Promise<void>((resolve) => elsewhere.listen(ELSEWHERE_PORT, "127.0.0.1", resolve));
}, 180_000);
afterAll(async () => {
  elsewhere.close();
  await browser.close();
});

/** Made in a process of its own, as for whoever installs it: this one is a test's. */
async function built(): Promise<void> {
  const vite = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [vite, "build", "--logLevel", "error", "--config", join(PACKAGE, "vite.config.ts")], { env });
}

/** The example of the package's README, of this server. */
function embedding(url: string): string {
  const [, example = ""] = /```html\n([\s\S]*?)```/.exec(readFileSync(join(PACKAGE, "README.md"), "utf8")) ?? [];
  const page = example.replaceAll("https://reports.example.org", url).replace("/assets/citewire.js", "/citewire.js").replace(/question="[^"]*"/, `question="${EMITTED_QUESTION}"`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>citewire-answer { --citewire-text: rgb(1, 2, 3) }</style>${page}</html>`;
}

test("a page elsewhere shows an answer with its citations, and the page that a click on one opens", async () => {
  const page = await (await browser.newContext(WIDE)).newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(`http://127.0.0.1:${ELSEWHERE_PORT}/`);

  // Playwright looks into shadow roots.
  const answer = page.locator("citewire-answer");
  await answer.locator(".printed-notes").waitFor().catch(() => expect(faults).toEqual([]));
  expect(await answer.locator("strong").first().textContent()).toBe("8,310 tonnes");
  expect(await answer.evaluate((element) => getComputedStyle(element).color)).toBe("rgb(1, 2, 3)");
  await answer.locator("button.chip").first().click();
  const shown = page.locator("citewire-page");
  await shown.locator(".sheet[aria-busy=false] .mark").first().waitFor();
  expect(await shown.locator(".textLayer").textContent()).toContain("8,310");
  expect(faults).toEqual([]);
});
