// What turns pages and zooms.
import { useState, type ReactNode } from "react";

import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";

import { calledPage, pageNamed, type Zoom } from "./layout";

interface Props {
  pages: readonly number[];
  labels: readonly string[];
  /** The page that is read. */
  page: number;
  onPage: (page: number) => void;
  zoom: Zoom;
  /** 1 is as large as on paper. */
  shown: number;
  onZoom: (zoom: Zoom) => void;
  onStep: (by: 1 | -1) => void;
  side: boolean;
  onSide: () => void;
  searching: boolean;
  onSearch: () => void;
  children?: ReactNode;
}

export function Toolbar(props: Props): ReactNode {
  const strings = useStrings();
  const { pages, labels, page, onPage, zoom, shown, onZoom, onStep, side, onSide, searching, onSearch, children } = props;
  // What has no pages is not turned, nor zoomed.
  const isPaged = pages.length > 0;
  const at = pages.indexOf(page);
  const turn = (by: number): void => {
    const next = pages[at + by];
    if (next !== undefined) onPage(next);
  };
  return (
    <div className="reader-bar" role="toolbar" aria-label={strings.readerBar}>
      <IconButton icon="outline" label={strings.outline} aria-pressed={side} onClick={onSide} />
      {isPaged && <span className="reader-group">
        <IconButton icon="up-page" label={strings.previousPage} disabled={at <= 0} onClick={() => turn(-1)} />
        <PageBox key={page} page={page} pages={pages} labels={labels} onPage={onPage} />
        <IconButton icon="down-page" label={strings.nextPage} disabled={at < 0 || at + 1 >= pages.length} onClick={() => turn(1)} />
      </span>}
      {isPaged && <span className="reader-group">
        <IconButton icon="minus" label={strings.zoomOut} onClick={() => onStep(-1)} />
        <span className="reader-zoom" aria-live="polite">
          {Math.round(shown * 100)} %
        </span>
        <IconButton icon="plus" label={strings.zoomIn} onClick={() => onStep(1)} />
        <IconButton className="fit-width" icon="fit-width" label={strings.fitWidth} aria-pressed={zoom === "width"} onClick={() => onZoom("width")} />
        <IconButton className="fit-page" icon="fit-page" label={strings.fitPage} aria-pressed={zoom === "page"} onClick={() => onZoom("page")} />
      </span>}
      <span className="grow" />
      <IconButton icon="search" label={strings.searchInReport} aria-pressed={searching} onClick={onSearch} />
      {children}
    </div>
  );
}

type BoxProps = Pick<Props, "pages" | "labels" | "page" | "onPage">;

function PageBox({ page, pages, labels, onPage }: BoxProps): ReactNode {
  const strings = useStrings();
  const called = calledPage(page, labels);
  const [written, setWritten] = useState(called);
  const go = (): void => {
    const wanted = pageNamed(written, pages, labels);
    if (wanted === null) setWritten(called);
    else onPage(wanted);
  };
  return (
    <span className="page-box">
      <span className="soft page-label">{strings.pageSign}</span>
      <input
        className="field"
        inputMode="numeric"
        aria-label={strings.pageNumber}
        value={written}
        size={3}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setWritten(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") go();
        }}
        onBlur={() => setWritten(called)}
      />
      <span className="soft">{strings.pageOf(called === String(page) ? "" : String(page), pages.at(-1) ?? page)}</span>
    </span>
  );
}
