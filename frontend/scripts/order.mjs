// The order of the client's folders, as a rule of eslint: a folder imports only from those before it.
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** From the bottom to the top. */
export const ORDER = ["base", "api", "strings", "ui", "stream", "markdown", "library", "collections", "session", "citations", "reader", "documents", "chats", "chat", "app"];
const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** The folder that an import leads to, from anywhere in `src`; null of a package or a neighbour. */
function folderOf(specifier) {
  return /^@\/([^/]+)/.exec(specifier)?.[1] ?? null;
}

/** Forbids an import of a folder that is not below one's own, and paths that climb. */
export const downward = {
  meta: { type: "problem", schema: [], messages: { upward: "{{from}}/ imports nothing of {{to}}/: the order is {{order}}.", climbing: "Name the folder: @/folder/module.", unknown: "{{to}}/ has no place in the order of scripts/order.mjs." } },
  create(context) {
    const path = relative(SRC, context.filename).split(sep);
    // What stands in no folder starts the page, and is above all.
    const own = path.length > 1 && path[0] !== ".." ? path[0] : null;
    const check = (source) => {
      if (typeof source?.value !== "string" || path[0] === "..") return;
      if (source.value.startsWith("../")) context.report({ node: source, messageId: "climbing" });
      const to = folderOf(source.value);
      if (to === null || to === own || own === null || to === "styles") return;
      const [at, below] = [ORDER.indexOf(own), ORDER.indexOf(to)];
      if (at < 0 || below < 0) context.report({ node: source, messageId: "unknown", data: { to: at < 0 ? own : to } });
      else if (below > at) context.report({ node: source, messageId: "upward", data: { from: own, to, order: ORDER.join(" < ") } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
    };
  },
};
