// People who sign in at the provider, each in a browser of their own.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

import { Watched, WIDE } from "./browser";
import type { TestServer } from "./server";

export interface Person {
  watched: Watched;
  page: Page;
}

/** Opens a browser of somebody's own and signs in at the provider, as a person does. */
export async function signedIn(browser: Browser, server: TestServer, name: string, options: BrowserContextOptions = WIDE): Promise<Person> {
  const context = await browser.newContext(options);
  // The provider's page asks for a style sheet of the internet.
  await context.route(/^https:/, (route) => route.abort());
  const watched = await Watched.open(context, `${server.url}/`, server.provider, "https://cdn.jsdelivr.net/");
  const { page } = watched;
  // Signing in is what the dialog is for, and has the focus as soon as the page knows that people do.
  await page.locator("button:focus").filter({ hasText: /^Sign in$/ }).press("Enter");
  await page.getByPlaceholder("sub").fill(name);
  await page.getByRole("button", { name: "Authorize", exact: true }).click();
  await page.locator(".who").waitFor({ state: "attached" });
  return { watched, page };
}

/** Uploads a file into what is chosen to be uploaded into. */
export async function uploadFile(page: Page, name: string, content: Buffer): Promise<void> {
  await page.getByLabel("Choose files").setInputFiles([{ name, mimeType: name.endsWith(".pdf") ? "application/pdf" : "text/markdown", buffer: content }]);
  await page.locator(".document-row").filter({ hasText: name }).waitFor({ timeout: 30_000 });
}
