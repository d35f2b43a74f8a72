// Chromium as it is installed, and the checks that every page is put to.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { expect } from "vitest";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = fileURLToPath(new URL("shots", import.meta.url));

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** What a page did that it may not do: errors, violations of its policy, requests elsewhere. */
export class Watched {
  readonly page: Page;
  readonly faults: string[] = [];

  private constructor(page: Page, allowed: readonly string[]) {
    this.page = page;
    page.on("pageerror", (error) => this.faults.push(`error: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !text.startsWith("Failed to load resource")) this.faults.push(text);
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!/^(data|blob):/.test(url) && !allowed.some((origin) => url.startsWith(origin))) this.faults.push(`request: ${url}`);
    });
  }

  /** `elsewhere` are other origins that the page may lead to. */
  static async open(context: BrowserContext, url: string, ...elsewhere: string[]): Promise<Watched> {
    const watched = new Watched(await context.newPage(), [new URL(url).origin, ...elsewhere]);
    watched.page.setDefaultTimeout(10_000);
    await watched.page.goto(url);
    return watched;
  }

  expectClean(): void {
    expect(this.faults).toEqual([]);
  }
}

export const WIDE: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, locale: "en-GB" };
export const SMALL: BrowserContextOptions = { viewport: { width: 360, height: 740 }, locale: "en-GB", hasTouch: true, isMobile: true };

export async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string; failureSummary?: string }[];
}

/** Runs axe on what is shown; gives the serious findings. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // Through the debugger: the page's policy allows no script that is not a file.
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary ?? ""}`).join(" | ")}`);
}

/** The page is never wider than the screen. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
