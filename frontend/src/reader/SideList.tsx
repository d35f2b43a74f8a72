// Beside the pages: the outline of the report, or small pictures of its pages.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";

import type { OutlineEntry, OutlineView } from "@/api/types";
import { useStrings } from "@/strings";

import type { Size } from "./layout";
import { PageSheet } from "./PageSheet";
import { pageSource } from "./remote";

interface Props {
  outline: OutlineView | null;
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

function Entries({ outline, page, onEntry }: Props): ReactNode {
  const strings = useStrings();
  const frame = useRef<HTMLDivElement>(null);
  const entries = outline?.entries ?? [];
  const current = entries.findLastIndex((one) => one.page <= page);
  const virtual = useVirtualizer({ count: entries.length, getScrollElement: () => frame.current, estimateSize: () => ENTRY_PX, overscan: 10 });
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current, { align: "auto" });
  }, [current, virtual]);
  if (entries.length === 0) return <p className="soft side-none">{strings.noOutline}</p>;
  return (
    <div ref={frame} className="side-scroll">
      {outline?.origin === "headings" && <p className="soft side-none">{strings.outlineRead}</p>}
      <ol className="side-entries" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const entry = entries[item.index];
          if (entry === undefined) return null;
          return (
            <li key={item.key} data-index={item.index} ref={virtual.measureElement} style={{ top: item.start }}>
              <button
                type="button"
                dir="auto"
                aria-current={item.index === current ? "true" : undefined}
                style={{ paddingInlineStart: `${String(0.6 + 0.9 * Math.min(entry.level, 4))}rem` }}
                onClick={() => onEntry(entry)}
              >
                <span>{entry.title}</span> <span className="soft">{entry.page}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const THUMB_PX = 116;

function Thumbnails({ docId, pages, sizes, page, onPage, outline }: Props): ReactNode {
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
                label={outline?.page_labels[number - 1] ?? ""}
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
  label: string;
  height: number;
  isCurrent: boolean;
  onPage: (page: number) => void;
}

function Thumbnail({ docId, page, label, height, isCurrent, onPage }: ThumbnailProps): ReactNode {
  const strings = useStrings();
  const ignore = useCallback(() => undefined, []);
  return (
    <button type="button" aria-label={strings.goToPage(label === "" ? String(page) : label)} aria-current={isCurrent ? "true" : undefined} onClick={() => onPage(page)}>
      <span aria-hidden="true">
        <PageSheet source={pageSource(docId, page)} label="" waiting="" marks={[]} size={{ width: THUMB_PX, height }} wait={250} hasText={false} onFailure={ignore} />
        {page}
      </span>
    </button>
  );
}
