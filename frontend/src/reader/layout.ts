// Where the pages of a report lie one below the other, which of them are in sight, and how they are zoomed. Pure.

/** Width and height in points. */
export type Size = readonly [number, number];
export type Zoom = "width" | "page" | number;

export interface Room {
  width: number;
  height: number;
}

export interface Layout {
  /** Of each page, in pixels: where it begins, how wide and how high it is. */
  starts: readonly number[];
  widths: readonly number[];
  heights: readonly number[];
  total: number;
  widest: number;
}

export const A4: Size = [595, 842];
export const GAP = 12;
const PIXELS_PER_POINT = 96 / 72;
export const STEPS = [0.25, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4] as const;

export function layoutOf(sizes: readonly Size[], zoom: Zoom, room: Room): Layout {
  const starts: number[] = [];
  const widths: number[] = [];
  const heights: number[] = [];
  let [total, widest] = [GAP, 0];
  for (const size of sizes) {
    const scale = scaleOf(size, zoom, room);
    const width = Math.max(1, Math.round(size[0] * scale));
    const height = Math.max(1, Math.round(size[1] * scale));
    starts.push(total);
    widths.push(width);
    heights.push(height);
    total += height + GAP;
    widest = Math.max(widest, width);
  }
  return { starts, widths, heights, total, widest };
}

/** Pixels for a point. */
function scaleOf([width, height]: Size, zoom: Zoom, room: Room): number {
  const across = Math.max(1, room.width - 2 * GAP) / width;
  if (zoom === "width") return across;
  if (zoom === "page") return Math.min(across, Math.max(1, room.height - 2 * GAP) / height);
  return zoom * PIXELS_PER_POINT;
}

/** The zoom of a page as it is shown, 1 being as large as on paper. */
export function shownZoom(size: Size, zoom: Zoom, room: Room): number {
  return scaleOf(size, zoom, room) / PIXELS_PER_POINT;
}

/** The next step from a zoom, larger or smaller; the same at the end. */
export function stepped(zoom: number, by: 1 | -1): number {
  const found = by === 1 ? STEPS.find((one) => one > zoom * 1.01) : STEPS.findLast((one) => one < zoom * 0.99);
  return found ?? zoom;
}

/** The last page that begins at or above a height, by its place. */
export function pageAt({ starts }: Layout, top: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= top) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

export interface View {
  /** Places of the first and the last page that are in sight. */
  first: number;
  last: number;
  /** The place of the page that is read: it covers what lies a third down. */
  read: number;
}

export function viewOf(layout: Layout, top: number, height: number): View {
  const first = pageAt(layout, top);
  const isPast = (layout.starts[first] ?? 0) + (layout.heights[first] ?? 0) < top;
  // The last page may be too short to be scrolled up to a third.
  const isEnd = top > 0 && top + height >= layout.total - 1;
  return {
    first: Math.min(isPast ? first + 1 : first, Math.max(0, layout.starts.length - 1)),
    last: pageAt(layout, top + height),
    read: pageAt(layout, top + (isEnd ? height : height / 3)),
  };
}

/** A place of a page that is to stay where it is in sight. */
export interface Anchor {
  at: number;
  /** How far down its page, as a share of its height. */
  share: number;
  /** How far below the upper edge of what is seen, in pixels. */
  offset: number;
}

export function anchorAt(layout: Layout, top: number, offset = 0): Anchor {
  const at = pageAt(layout, top + offset);
  return { at, share: (top + offset - (layout.starts[at] ?? 0)) / (layout.heights[at] ?? 1), offset };
}

/** How far one has to scroll for an anchor. */
export function topOf(layout: Layout, { at, share, offset }: Anchor): number {
  return Math.max(0, (layout.starts[at] ?? 0) + share * (layout.heights[at] ?? 0) - offset);
}

/** What a page is called: what is printed on it, as citations have it, and else its number in the file. */
export function calledPage(page: number, labels: readonly string[]): string {
  return labels[page - 1] || String(page);
}

/** What somebody wrote into the page box: what a page is called, or its number in the file; null if there is none. */
export function pageNamed(written: string, pages: readonly number[], labels: readonly string[]): number | null {
  const wanted = written.trim();
  const called = pages.find((page) => calledPage(page, labels).toLowerCase() === wanted.toLowerCase());
  if (called !== undefined) return called;
  const number = Number(wanted);
  return /^\d+$/.test(wanted) && pages.includes(number) ? number : null;
}
