// What turns pages and zooms.
import { useState, type ReactNode } from "react";

import type { Form } from "@/api/formats";
import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";

import { calledPage, pageNamed, type Zoom } from "./layout";

interface Props {
  /** What can be turned: pages, or slides, or sheets. */
  pages: readonly number[];
  form: Form;
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
  const { pages, form, labels, page, onPage, zoom, shown, onZoom, onStep, side, onSide, searching, onSearch, children } = props;
  const isPaged = form === "pages";
  const words = form === "text" ? null : strings.turning[form];
  // A slide that nothing leads to lies between two others.
  const [before, after] = [pages.findLast((one) => one < page), pages.find((one) => one > page)];
  return (
    <div className="reader-bar" role="toolbar" aria-label={strings.readerBar}>
      <IconButton icon="outline" label={strings.outline} aria-pressed={side} onClick={onSide} />
      {words !== null && (isPaged || pages.length > 1) && <span className="reader-group">
        <IconButton icon="up-page" label={words.previous} disabled={before === undefined} onClick={() => before !== undefined && onPage(before)} />
        <PageBox key={page} words={words} page={page} pages={pages} labels={labels} onPage={onPage} />
        <IconButton icon="down-page" label={words.next} disabled={after === undefined} onClick={() => after !== undefined && onPage(after)} />
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

type BoxProps = Pick<Props, "pages" | "labels" | "page" | "onPage"> & { words: { number: string; sign: string } };

function PageBox({ words, page, pages, labels, onPage }: BoxProps): ReactNode {
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
      <span className="soft page-label">{words.sign}</span>
      <input
        className="field"
        inputMode="numeric"
        aria-label={words.number}
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
