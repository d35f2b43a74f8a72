// What leaves with its proof: the files that the server writes of an answer or a chat.
import { request } from "./client";

export type ExportFormat = "docx" | "pdf" | "html" | "md" | "json";

/** A chat of one's own or one that somebody shared; with `messageId` that answer of it alone. */
export type Exported = ({ chatId: string } | { shareId: string }) & { messageId?: string };

export function exportPath(of: Exported, format: ExportFormat, language: string): string {
  const chat = "shareId" in of ? `shared/${encodeURIComponent(of.shareId)}` : `chats/${encodeURIComponent(of.chatId)}`;
  const query = new URLSearchParams({ format, language });
  if (of.messageId !== undefined) query.set("message_id", of.messageId);
  return `${chat}/export?${query}`;
}

/** Without the style sheet: the browser would apply it to this page while it looks at what is copied. */
function unstyled(html: string): string {
  return html.replace(/<style>[^<]*<\/style>/, "");
}

/** Puts it on the clipboard for what takes rich text, and as Markdown for what takes letters. */
export async function copyExported(of: Exported, language: string): Promise<void> {
  const as = (format: ExportFormat, type: string): Promise<Blob> =>
    request(exportPath(of, format, language)).then(async (response) => new Blob([unstyled(await response.text())], { type }));
  // Promises: a browser lets a page write only right after a click, before the files are here.
  await navigator.clipboard.write([new ClipboardItem({ "text/html": as("html", "text/html"), "text/plain": as("md", "text/plain") })]);
}
