// Beside the pages: the outline of the report, or small pictures of its pages.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import type { Form } from "@/api/formats";
import { pageSource } from "@/api/reading";
import type { OutlineEntry, OutlineView } from "@/api/types";
import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";

import { calledPage, type Size } from "./layout";
import { entryOf, linesOf } from "./outline";
import { PageSheet } from "./PageSheet";

interface Props {
  outline: OutlineView | null;
  form: Form;
  docId: string;
  /** Empty for what has no pages to be seen: then there are no pictures. */
  pages: readonly number[];
  sizes: readonly Size[];
  page: number;
  onEntry: (entry: OutlineEntry) => void;
  onPage: (page: number) => void;
}

export function SideList(props: Props): ReactNode {
  const strings = useStrings();
  const { outline, pages } = props;
  const hasOutline = outline !== null && outline.entries.length > 0;
  const [tab, setTab] = useState<"outline" | "pages">(hasOutline || pages.length === 0 ? "outline" : "pages");
  return (
    <nav className="reader-side" aria-label={strings.outline}>
      {pages.length > 0 && (
        <div className="side-tabs" role="group" aria-label={strings.outline}>
          <button type="button" aria-pressed={tab === "outline"} onClick={() => setTab("outline")}>
            {strings.outline}
          </button>
          <button type="button" aria-pressed={tab === "pages"} onClick={() => setTab("pages")}>
            {strings.thumbnails}
          </button>
        </div>
      )}
      {tab === "outline" ? <Entries {...props} /> : <Thumbnails {...props} />}
    </nav>
  );
}

const ENTRY_PX = 36;

function Entries({ outline, form, page, onEntry }: Props): ReactNode {
  const strings = useStrings();
  const frame = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => outline?.entries ?? [], [outline]);
  const current = entryOf(entries, page);
  const [toggled, setToggled] = useState<ReadonlyMap<number, boolean>>(new Map());
  const lines = useMemo(() => linesOf(entries, current, toggled), [entries, current, toggled]);
  // Of what is folded away, what it lies beneath is the current one.
  const line = lines.findLastIndex(({ at }) => at <= current);
  const isTree = lines.some(({ isOpen }) => isOpen !== null);
  const keyOf = useCallback((index: number) => lines[index]?.at ?? index, [lines]);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => frame.current, estimateSize: () => ENTRY_PX, getItemKey: keyOf, overscan: 10 });
  const latest = useRef(line);
  useEffect(() => {
    latest.current = line;
  });
  // Only when another one is read: who folds something stays where they are.
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(latest.current, { align: "auto" });
  }, [current, virtual]);
  if (entries.length === 0) return <p className="soft side-none">{strings.noOutline}</p>;
  return (
    <div ref={frame} className="side-scroll">
      {outline?.origin === "headings" && <p className="soft side-none">{strings.outlineRead}</p>}
      <ol className="side-entries" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const { at, isOpen } = lines[item.index] ?? { at: -1, isOpen: null };
          const entry = entries[at];
          if (entry === undefined) return null;
          return (
            <li
              key={item.key}
              data-index={item.index}
              ref={virtual.measureElement}
              className="entry"
              style={{ top: item.start, paddingInlineStart: `${String(0.8 * Math.min(entry.level, 5))}rem` }}
            >
              {isOpen !== null && (
                <IconButton
                  icon={isOpen ? "down-page" : "next"}
                  className="entry-fold"
                  label={strings.beneath(entry.title)}
                  aria-expanded={isOpen}
                  onClick={() => setToggled((old) => new Map(old).set(at, !isOpen))}
                />
              )}
              <button type="button" dir="auto" className={isTree && isOpen === null ? "leaf" : undefined} aria-current={item.index === line ? "true" : undefined} onClick={() => onEntry(entry)}>
                <span className="entry-title" title={entry.title}>
                  {entry.title}
                </span>{" "}
                {(form === "pages" || form === "slides") && <span className="soft entry-page">{calledPage(entry.page, outline?.page_labels ?? [])}</span>}
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const THUMB_PX = 116;

function Thumbnails({ outline, docId, pages, sizes, page, onPage }: Props): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const heightOf = useCallback((at: number) => Math.round((THUMB_PX * (sizes[at]?.[1] ?? 842)) / (sizes[at]?.[0] ?? 595)), [sizes]);
  const virtual = useVirtualizer({
    count: pages.length,
    getScrollElement: () => frame.current,
    estimateSize: (at) => heightOf(at) + 34,
    overscan: 1,
  });
  const current = pages.indexOf(page);
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current, { align: "auto" });
  }, [current, virtual]);
  return (
    <div ref={frame} className="side-scroll">
      <ol className="side-entries thumbs" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const number = pages[item.index] ?? 0;
          return (
            <li key={item.key} style={{ top: item.start }}>
              <Thumbnail
                docId={docId}
                page={number}
                called={calledPage(number, outline?.page_labels ?? [])}
                height={heightOf(item.index)}
                isCurrent={number === page}
                onPage={onPage}
              />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

interface ThumbnailProps {
  docId: string;
  page: number;
  /** What is printed on it, or its number. */
  called: string;
  height: number;
  isCurrent: boolean;
  onPage: (page: number) => void;
}

function Thumbnail({ docId, page, called, height, isCurrent, onPage }: ThumbnailProps): ReactNode {
  const strings = useStrings();
  const ignore = useCallback(() => undefined, []);
  return (
    <button type="button" aria-label={strings.goToPage(called)} aria-current={isCurrent ? "true" : undefined} onClick={() => onPage(page)}>
      <span aria-hidden="true">
        <PageSheet source={pageSource(docId, page)} label="" waiting="" marks={[]} size={{ width: THUMB_PX, height }} wait={250} hasText={false} onFailure={ignore} />
        {called}
      </span>
    </button>
  );
}
