// What is marked on a page, and which mark lies under the pointer. Pure.
import type { Rectangle } from "@/api/types";

/** The open citation, another one of the answer, a passage that was only found, a searched word, and the one gone to. */
export type MarkKind = "current" | "other" | "found" | "hit" | "hit-current";

export interface PageMark {
  id: string;
  page: number;
  kind: MarkKind;
  rectangles: readonly Rectangle[];
  /** What stands on its tab; none has no tab. */
  tab?: string;
  /** What its tab is called for those who do not see it. */
  name?: string;
}

export function byPage(marks: readonly PageMark[]): Map<number, PageMark[]> {
  const pages = new Map<number, PageMark[]>();
  for (const mark of marks) {
    const there = pages.get(mark.page);
    if (there === undefined) pages.set(mark.page, [mark]);
    else there.push(mark);
  }
  return pages;
}

/** The mark with a tab that covers a place of the page, given in shares of it; the smallest if there are several. */
export function markAt(marks: readonly PageMark[], x: number, y: number): PageMark | null {
  let best: PageMark | null = null;
  let size = Infinity;
  for (const mark of marks) {
    if (mark.tab === undefined) continue;
    for (const at of mark.rectangles) {
      const own = (at.x1 - at.x0) * (at.y1 - at.y0);
      if (at.x0 <= x && x <= at.x1 && at.y0 <= y && y <= at.y1 && own < size) [best, size] = [mark, own];
    }
  }
  return best;
}

/** One rectangle around some; null around none. */
export function around(rectangles: readonly Rectangle[]): Rectangle | null {
  const [first] = rectangles;
  if (first === undefined) return null;
  return rectangles.reduce(
    (all, one) => ({ x0: Math.min(all.x0, one.x0), y0: Math.min(all.y0, one.y0), x1: Math.max(all.x1, one.x1), y1: Math.max(all.y1, one.y1) }),
    first,
  );
}
