// The end of a text that is still being written, made whole: open emphasis closed, half syntax held back.

const FENCE = /^ {0,3}(```|~~~)/;
const ROW = /^\s*\|/;
const HALF_LINE = /^\s*(?:[-*+]|\d{1,9}[.)]?|#{1,6}|>|={1,}|`{1,2}|~{1,2})\s*$/;

/** `text` as it should be shown while more may follow. */
export function closed(text: string): string {
  const lines = text.split("\n");
  if (lines.filter((line) => FENCE.test(line)).length % 2 === 1) return text;
  const end = lines.at(-1) ?? "";
  if (HALF_LINE.test(end)) return lines.slice(0, -1).join("\n");
  const before = lines.at(-2) ?? "";
  if (ROW.test(end) || (end === "" && ROW.test(before))) return withTable(lines);
  return withEmphasis(text);
}

/** A table shows from its delimiter row on, and row by row. */
function withTable(lines: string[]): string {
  const whole = lines.slice(0, -1);
  let start = whole.length;
  while (start > 0 && ROW.test(whole[start - 1] ?? "")) start -= 1;
  const rows = whole.length - start;
  return (rows >= 2 ? whole : whole.slice(0, start)).join("\n");
}

function withEmphasis(text: string): string {
  const from = text.lastIndexOf("\n\n") + 1;
  const shown = text.replace(/(?:\*{1,3}|~{1,2}|_{1,3}|!?\[[^\]\n]*|!?\[[^\]\n]*\]\([^)\n]*)$/, "");
  const paragraph = shown.slice(from);
  const ticks = paragraph.match(/`/g)?.length ?? 0;
  if (ticks % 2 === 1) return `${shown}\``;
  const outside = paragraph.replace(/`[^`]*`/g, "");
  const strong = outside.match(/\*\*/g)?.length ?? 0;
  const single = outside.replace(/\*\*/g, "").match(/(?<![\s*])\*|\*(?![\s*])/g)?.length ?? 0;
  const struck = outside.match(/~~/g)?.length ?? 0;
  const trimmed = strong % 2 || single % 2 || struck % 2 ? shown.trimEnd() : shown;
  return trimmed + (single % 2 ? "*" : "") + (strong % 2 ? "**" : "") + (struck % 2 ? "~~" : "");
}
