// Citations and untraced numbers inside Markdown, as private characters that no parser takes for
// syntax: `[1]` would be a link reference wherever the answer defines one.
import type { Citation, Span } from "@/api/types";

const FIRST = 0xe000;
const ROOM = 0x1800;
const OPEN = "\uf8fd";
const CLOSE = "\uf8fe";
const PRIVATE = /[\ue000-\uf8ff]/g;
const PIECES = /([\ue000-\uf7ff\uf8fd\uf8fe])/;

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "citation"; index: number }
  | { kind: "untraced"; text: string };

interface Mark {
  at: number;
  end: number;
  put: string;
}

/** The text with every marker replaced by one private character, and untraced numbers enclosed. */
export function masked(text: string, citations: readonly Citation[], untraced: readonly Span[]): string {
  const marks: Mark[] = [];
  citations.slice(0, ROOM).forEach(({ marker_span: { start, end } }, index) => {
    if (end <= text.length) marks.push({ at: start, end, put: String.fromCharCode(FIRST + index) });
  });
  for (const { start, end } of untraced) {
    if (end > text.length) continue;
    marks.push({ at: start, end: start, put: OPEN }, { at: end, end, put: CLOSE });
  }
  marks.sort((a, b) => a.at - b.at);
  let seen = 0;
  let out = "";
  for (const { at, end, put } of marks) {
    if (at < seen) continue;
    out += plain(text.slice(seen, at)) + put;
    seen = end;
  }
  return out + plain(text.slice(seen));
}

// Reports have private characters of their own: symbols of fonts that nobody else can show.
function plain(text: string): string {
  return text.replace(PRIVATE, "\ufffd");
}

/** Takes masked text apart again. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let open = false;
  for (const part of text.split(PIECES)) {
    if (part === OPEN || part === CLOSE) open = part === OPEN;
    else if (part !== "" && PIECES.test(part)) {
      found.push({ kind: "citation", index: part.charCodeAt(0) - FIRST });
    } else if (part !== "") found.push({ kind: open ? "untraced" : "text", text: part });
  }
  return found;
}
