// Mathematics in Markdown, taken out before it is parsed: `\(…\)`, `\[…\]`, and `$…$` or `$$…$$` where it can be no amount. Pure.

/** A formula, and whether it stands by itself. */
export interface Formula {
  tex: string;
  isDisplay: boolean;
}

/** One private character stands for each formula; masked.ts has those around it. */
const FIRST = 0xf800;
const MOST = 0xf0;
export const FORMULA = /[\uf800-\uf8ef]/;
/** Citations, and the edges of untraced numbers. */
const MARKS = /[\ue000-\uf7ff]/g;
const [OPEN, CLOSE] = ["\uf8fd", "\uf8fe"];
/** A longer one is none: its end was forgotten. */
const LONGEST = 2000;
const LONGEST_OF_ONE = 300;
const BEGINS = /`+|~{3,}|\\[([]|\$\$?|\\[^([]/g;
/** What an amount of money does not have. */
const IS_MATH = /\\[a-zA-Z]|[\^_={}]/;
/** `x`, `n + 1`: what one dollar sign encloses may be as short. */
const IS_TERM = /^[a-zA-Z](?: ?[-+*/<>] ?(?:[a-zA-Z]|[0-9]+))*$/;
/** Two words that no sign parts; and after a number one. */
const IS_PROSE = /(?:^|[^\\a-zA-Z])[a-zA-Z]{2,} +[a-zA-Z]{2,}|^[0-9].*?(?:[^\\a-zA-Z{]|[0-9])[a-zA-Z]{2,}/;
const ENDS: Partial<Record<string, string>> = { "\\(": "\\)", "\\[": "\\]", $: "$", $$: "$$" };

export const formulaAt = (char: string): number => char.charCodeAt(0) - FIRST;

/** The masked text with a character in the place of each formula; code is left alone. `streaming` holds back one that has not ended. */
export function withoutMath(source: string, streaming: boolean): { text: string; formulas: Formula[] } {
  if (!source.includes("\\(") && !source.includes("\\[") && !source.includes("$")) return { text: source, formulas: [] };
  const formulas: Formula[] = [];
  let [text, seen] = ["", 0];
  BEGINS.lastIndex = 0;
  for (let found = BEGINS.exec(source); found !== null; found = BEGINS.exec(source)) {
    const [sign] = found;
    const at = found.index;
    const begin = at + sign.length;
    if (sign.startsWith("`") || sign.startsWith("~")) {
      const end = source.indexOf(sign, begin);
      // Code that has not ended goes on to the end of what is there, if it is a block.
      if (end >= 0) BEGINS.lastIndex = end + sign.length;
      else if (sign.length >= 3) break;
      continue;
    }
    const close = ENDS[sign];
    if (close === undefined || formulas.length >= MOST) continue;
    const most = sign === "$" ? LONGEST_OF_ONE : LONGEST;
    const room = source.slice(begin, begin + most);
    const length = room.indexOf(close);
    const inside = length < 0 ? room : room.slice(0, length);
    if (length < 0 && streaming && room.length < most && isBegun(sign, inside)) {
      return { text: text + source.slice(seen, at), formulas };
    }
    if (length < 0 || inside.includes("\n\n") || inside.trim() === "") continue;
    if (sign === "$" && !isInline(source, at, begin + length + 1, inside)) continue;
    if (sign === "$$" && !isMath(source, at, begin + length + 2, inside)) continue;
    const marks = [...(inside.match(MARKS) ?? [])].join("");
    const [before, after] = [inside.includes(OPEN) ? OPEN : "", inside.includes(CLOSE) ? CLOSE : ""];
    const tex = inside.replace(MARKS, "").replaceAll(OPEN, "").replaceAll(CLOSE, "").trim();
    text += source.slice(seen, at) + before + String.fromCharCode(FIRST + formulas.length) + after + marks;
    formulas.push({ tex, isDisplay: sign !== "\\(" && sign !== "$" });
    seen = begin + length + close.length;
    BEGINS.lastIndex = seen;
  }
  return { text: text + source.slice(seen), formulas };
}

/** Two dollar signs are two of an amount unless what is between them can be none. */
function isMath(source: string, at: number, end: number, inside: string): boolean {
  const isApart = !/[\w$]/.test(source.charAt(at - 1)) && !/[\w$]/.test(source.charAt(end));
  return isApart && IS_MATH.test(inside) && !/^\s*\d[\d.,]*\s+[a-z]/i.test(inside);
}

/** Whether what has not ended is held back: an amount would be for long. */
function isBegun(sign: string, inside: string): boolean {
  if (sign === "$") return /^\\?[a-zA-Z]/.test(inside) && /\\[a-zA-Z]/.test(inside) && !inside.includes("\n");
  return !inside.includes("\n\n") && (sign !== "$$" || IS_MATH.test(inside));
}

/** One dollar sign is one of an amount unless both stand close to what is between them, and that can be none. */
function isInline(source: string, at: number, end: number, inside: string): boolean {
  const bare = inside.replace(MARKS, "").replaceAll(OPEN, "").replaceAll(CLOSE, "");
  const isApart = !/[\w$]/.test(source.charAt(at - 1)) && !/^\uf8fd?[\w$]/.test(source.slice(end, end + 2));
  const isClose = /^[^\s]/.test(bare) && /[^\s\\=+*/(<,–-]$/.test(bare) && !bare.includes("\n");
  return isApart && isClose && !IS_PROSE.test(bare.replace(/\{[^{}]*\}/g, "{}")) && (IS_MATH.test(bare) || IS_TERM.test(bare));
}
