// Makes the pictures of the docs: `node scripts/pictures.mjs http://127.0.0.1:8000` while `citewire demo` runs.
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const QUESTION = "How many tonnes of cargo did the harbour handle in 2024?";
const PATIENCE_MS = 60_000;
const [, , url = "http://127.0.0.1:8000"] = process.argv;
const place = (name) => fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, locale: "en-GB", colorScheme: "light" });
page.setDefaultTimeout(PATIENCE_MS);

/** When nothing is being fetched or drawn any more. */
async function settled() {
  await page.waitForLoadState("networkidle");
  await page.locator("canvas").first().waitFor();
  await page.getByText("Loading …").first().waitFor({ state: "detached" });
}

await page.goto(url);
await page.locator("#question").fill(QUESTION);
await page.keyboard.press("Enter");
await page.getByRole("button", { name: "Got it" }).click();
await page.locator(".chip").first().click();
await page.locator(".panel .quote").first().waitFor();
await settled();
await page.screenshot({ path: place("answer") });

await page.goto(`${url}/#/documents`);
await page.getByRole("link", { name: "Annual Report 2024" }).click();
await settled();
await page.screenshot({ path: place("document") });
await browser.close();
