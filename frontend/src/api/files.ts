// Files that a link opens: with an API key they are fetched, for a link can send none.
import type { MouseEvent } from "react";

import { request } from "./client";
import { currentKey } from "./key";

/** For `onClick` of a link to a file: saves it where the browser could not open it by itself. */
export function openWithKey(event: MouseEvent<HTMLAnchorElement>): void {
  if (currentKey() === null) return;
  event.preventDefault();
  void saveFile(event.currentTarget.getAttribute("href")?.replace(/#.*/, "") ?? "");
}

/** Saves a file of the server under the name that the server gives it. */
export async function saveFile(path: string): Promise<void> {
  const link = document.createElement("a");
  link.download = "";
  link.href = path;
  if (currentKey() !== null) {
    const response = await request(path);
    link.download = nameOf(response.headers.get("Content-Disposition") ?? "");
    link.href = URL.createObjectURL(await response.blob());
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
  link.click();
}

function nameOf(disposition: string): string {
  const encoded = /filename\*=(?:utf-8)''([^;]+)/i.exec(disposition)?.[1];
  return encoded === undefined ? (/filename="?([^";]+)/i.exec(disposition)?.[1] ?? "") : decodeURIComponent(encoded);
}
