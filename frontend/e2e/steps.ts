// What a person does in a conversation.
import type { Locator, Page } from "playwright-core";

export const EMITTED = "The Trust emitted **8,310 tonnes** of CO2 equivalent in 2024 [1].";
export const EMITTED_QUESTION = "How many tonnes of CO2 equivalent did the Trust emit in 2024?";
/** An answer that takes a while to write. */
export const LONG = "The river was low for most of the year and the harbour went on. ".repeat(40);

export async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel("Ask a question").fill(question);
  await page.keyboard.press("Enter");
}

/** The last exchange, once its answer is over. */
export async function answered(page: Page): Promise<Locator> {
  await page.locator(".exchange[aria-busy=true]").waitFor({ state: "attached", timeout: 300 }).catch(() => undefined);
  await page.locator(".exchange[aria-busy=true]").waitFor({ state: "detached" });
  return page.locator(".exchange").last();
}

export async function askAndWait(page: Page, question: string): Promise<Locator> {
  // Not by their count: those out of sight leave the page.
  const before = await page.evaluateHandle(() => [...document.querySelectorAll(".exchange")].at(-1));
  await ask(page, question);
  await page.waitForFunction((was) => {
    const last = [...document.querySelectorAll(".exchange")].at(-1);
    return last !== undefined && last !== was;
  }, before);
  await page.locator(".exchange[aria-busy=true]").waitFor({ state: "detached" });
  return page.locator(".exchange").last();
}

export async function streaming(page: Page, text: string): Promise<void> {
  await page.locator(".exchange[aria-busy=true] .answer-text").filter({ hasText: text }).waitFor();
}

/** The words of the page that lie under the marked rectangles, as the page's own text says them. */
export async function markedWords(page: Page): Promise<string> {
  await page.locator(".sheet[aria-busy=false] .mark.current").first().waitFor();
  return page.evaluate(() => {
    const marks = [...document.querySelectorAll(".mark.current")].map((mark) => mark.getBoundingClientRect());
    const inside = (box: DOMRect): boolean => {
      const x = box.left + box.width / 2;
      const y = box.top + box.height / 2;
      return marks.some((mark) => mark.left <= x && x <= mark.right && mark.top <= y && y <= mark.bottom);
    };
    const layer = document.querySelector(".mark.current")?.closest(".sheet")?.querySelector(".textLayer");
    if (!layer) return "";
    const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
    const words: string[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? "";
      let found = "";
      for (let at = 0; at < text.length; at += 1) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        if (inside(range.getBoundingClientRect())) found += text.charAt(at);
      }
      if (found.trim() !== "") words.push(found.trim());
    }
    return words.join(" ").replace(/\s+/g, " ");
  });
}
