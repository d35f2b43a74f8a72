// An outline as a tree: what is folded in it, and which entry is read. Pure.
import type { OutlineEntry } from "@/api/types";

/** So few entries are all shown at first. */
export const FEW = 30;

type Entries = readonly Pick<OutlineEntry, "level" | "page">[];

/** A line of the outline that is shown. */
export interface Line {
  /** Its place among all entries. */
  at: number;
  /** Whether what is beneath it is shown; null if nothing is beneath it. */
  isOpen: boolean | null;
}

/** The entry under which one reads on a page: the first that begins on it, else the last before it; -1 before all. */
export function entryOf(entries: Entries, page: number): number {
  const first = entries.findIndex((one) => one.page === page);
  return first >= 0 ? first : entries.findLastIndex((one) => one.page < page);
}

/** The entries that an entry lies beneath, by their places. */
export function aboveOf(entries: Entries, at: number): Set<number> {
  const above = new Set<number>();
  let level = entries[at]?.level ?? 0;
  for (let before = at - 1; before >= 0 && level > 0; before -= 1) {
    const entry = entries[before];
    if (entry === undefined || entry.level >= level) continue;
    above.add(before);
    level = entry.level;
  }
  return above;
}

/** What is shown: `toggled` is what somebody opened or folded, else what is read is open, and all of a short outline. */
export function linesOf(entries: Entries, current: number, toggled: ReadonlyMap<number, boolean>): Line[] {
  const above = aboveOf(entries, current);
  const lines: Line[] = [];
  let shownTo = Infinity; // what lies deeper is beneath something folded
  for (const [at, { level }] of entries.entries()) {
    if (level > shownTo) continue;
    shownTo = Infinity;
    const hasMore = (entries[at + 1]?.level ?? 0) > level;
    const isOpen = toggled.get(at) ?? (entries.length <= FEW || above.has(at));
    if (hasMore && !isOpen) shownTo = level;
    lines.push({ at, isOpen: hasMore ? isOpen : null });
  }
  return lines;
}
