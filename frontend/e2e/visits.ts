// Pages that are looked at after each test: what they did that they may not do fails it.
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";

import { openBrowser, Watched, WIDE } from "./browser";
import { TestServer } from "./server";

interface Visit {
  /** Where it is asked, if not at the server itself. */
  origin?: string;
  /** What is done to the browser's context before the page is opened. */
  before?: (context: BrowserContext) => Promise<unknown>;
}

/** Opens a page of the server that all files share; gives the server to `take` before the first test of a file. */
export function visiting(take: (server: TestServer) => void): (options?: BrowserContextOptions, path?: string, visit?: Visit) => Promise<Watched> {
  let server: TestServer;
  let browser: Browser;
  let seen: Watched[] = [];
  beforeAll(async () => {
    [server, browser] = await Promise.all([TestServer.shared(), openBrowser()]);
    take(server);
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
  return async (options = WIDE, path = "/", { origin = server.url, before } = {}) => {
    const context = await browser.newContext(options);
    await before?.(context);
    const watched = await Watched.open(context, origin + path);
    seen.push(watched);
    return watched;
  };
}
