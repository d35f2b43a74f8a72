// Beside the conversation: a citation in its report, two of them side by side, or all sources of the answer.
import "@/styles/reader.css";

import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from "react";

import type { Citation } from "@/api/types";
import { go, type Place, type Route } from "@/base/route";
import { beginning, inOrder, shownQuote, sourceOf } from "@/citations/model";
import { SourceList } from "@/citations/SourceList";
import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";
import type { Answer } from "@/stream/reduce";
import { IconButton } from "@/ui/Button";
import { readChoice, writeChoice } from "@/base/choices";
import { CopyButton } from "@/ui/CopyButton";
import { Menu } from "@/ui/Menu";
import { useMedia } from "@/ui/useMedia";
import { useModal } from "@/ui/useModal";

import { CitationPane } from "./CitationPane";
import { Compare } from "./Compare";
import type { OnAsk } from "./quoting";
import { SourcePane } from "./SourcePane";
import { Splitter, within } from "./Splitter";

type Shown = NonNullable<Place["panel"]>;

interface Props {
  /** A conversation, one's own or shared. */
  route: Extract<Route, Place>;
  panel: Shown;
  answer: Answer;
  onClose: () => void;
  onAsk: OnAsk | undefined;
}

export const SMALL = "(max-width: 62rem)";
const [NARROWEST, WIDEST, USUAL] = [28, 75, 52];

export function Panel(props: Props): ReactNode {
  const strings = useStrings();
  const small = useMedia(SMALL);
  const [share, setShare] = useState(() => within(Number(readChoice("panel") ?? USUAL) || USUAL, NARROWEST, WIDEST));
  const aside = useRef<HTMLElement>(null);
  const { panel } = props;
  const label = panel.kind === "sources" ? strings.allSources : panel.kind === "compare" ? strings.compare : strings.citation;
  if (small) {
    return (
      <SmallSheet label={label} onClose={props.onClose}>
        <Inside {...props} frame={null} />
      </SmallSheet>
    );
  }
  const isWhole = panel.kind === "compare";
  const resize = (wanted: number): void => {
    setShare(wanted);
    writeChoice("panel", String(wanted));
  };
  return (
    <>
      {!isWhole && <Splitter label={strings.panelWidth} value={share} min={NARROWEST} max={WIDEST} onChange={resize} />}
      <aside ref={aside} className={isWhole ? "panel whole" : "panel"} aria-label={label} style={isWhole ? undefined : { width: `${String(share)}%` }}>
        <Inside {...props} frame={aside} />
      </aside>
    </>
  );
}

function SmallSheet({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }): ReactNode {
  const { ref, onCancel } = useModal(onClose);
  return (
    <dialog
      ref={ref}
      className="panel sheet-panel"
      aria-label={label}
      onCancel={onCancel}
    >
      {children}
    </dialog>
  );
}

function Inside({ route, panel, answer, onClose, onAsk, frame }: Props & { frame: RefObject<HTMLElement | null> | null }): ReactNode {
  const strings = useStrings();
  const order = inOrder(answer.citations);
  const id = panel.kind === "citation" || panel.kind === "compare" ? panel.id : null;
  const at = order.findIndex((one) => one.citation_id === id);
  const citation = order[at];
  const show = useCallback((shown: Shown): void => go({ ...route, panel: shown }, { replace: true }), [route]);
  const onMark = useCallback(
    (mark: string): void => show(mark.startsWith("source ") ? { kind: "source", n: Number(mark.slice(7)) } : { kind: "citation", id: mark }),
    [show],
  );
  const step = (by: number): void => {
    const next = order[at + by];
    if (next === undefined) return;
    show(panel.kind === "compare" ? { ...panel, id: next.citation_id } : { kind: "citation", id: next.citation_id });
  };
  const items = comparable(order, citation).map((one) => ({
    icon: "compare" as const,
    label: strings.compareWith(one.label, sourceOf(answer, one)?.title ?? "", quoteOf(answer, one)),
    onSelect: () => id !== null && show({ kind: "compare", id, other: one.citation_id }),
  }));
  return (
    <>
      <header className="panel-head">
        {panel.kind === "sources" ? (
          <h2>{strings.allSources}</h2>
        ) : panel.kind === "source" ? (
          <h2>{strings.foundSource}</h2>
        ) : (
          <>
            <IconButton icon="previous" label={strings.previousCitation} disabled={at < 1} onClick={() => step(-1)} />
            <h2 aria-live="polite">{headOf(strings, at, panel.kind === "compare" ? order.findIndex((one) => one.citation_id === panel.other) : -1, order.length)}</h2>
            <IconButton icon="next" label={strings.nextCitation} disabled={at < 0 || at + 1 >= order.length} onClick={() => step(1)} />
          </>
        )}
        <span className="grow" />
        {id !== null && items.length > 0 && <Menu icon="compare" label={strings.compareWithOther} items={items} />}
        {panel.kind === "compare" && <IconButton icon="columns" label={strings.endCompare} onClick={() => show({ kind: "citation", id: panel.id })} />}
        {panel.kind !== "sources" && <CopyButton icon="link" label={strings.copyLink} text={() => location.href} />}
        {panel.kind !== "sources" && <IconButton icon="list" label={strings.allSources} onClick={() => show({ kind: "sources" })} />}
        {frame !== null && <FullScreen of={frame} />}
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </header>
      {panel.kind === "sources" && (
        <div className="panel-body" tabIndex={0} role="region" aria-label={strings.sources}>
          <SourceList answer={answer} onOpen={(one) => show({ kind: "citation", id: one })} onSource={(n) => show({ kind: "source", n })} />
        </div>
      )}
      {panel.kind === "citation" && citation !== undefined && <CitationPane answer={answer} citation={citation} onMark={onMark} onAsk={onAsk} />}
      {panel.kind === "compare" && <Compare answer={answer} left={citation} right={order.find((one) => one.citation_id === panel.other)} onMark={onMark} onAsk={onAsk} />}
      {panel.kind === "source" && <OneSource answer={answer} n={panel.n} onMark={onMark} onAsk={onAsk} />}
      {id !== null && citation === undefined && <p className="centre soft">{strings.citationGone}</p>}
    </>
  );
}

const SHOWN = 60;

function quoteOf(answer: Answer, citation: Citation): string {
  return beginning(shownQuote(sourceOf(answer, citation), citation.quote.text), SHOWN);
}

/** What is shown of the citations: one of them, or two. */
function headOf(strings: Strings, at: number, other: number, all: number): ReactNode {
  if (at < 0) return strings.citation;
  return (
    <>
      <span className="head-word">{other < 0 ? strings.citation : strings.citations} </span>
      {other < 0 ? strings.citationOf(at + 1, all) : strings.citationsOf(at + 1, other + 1, all)}
    </>
  );
}

function OneSource({ answer, n, ...rest }: { answer: Answer; n: number; onMark: (id: string) => void; onAsk: OnAsk | undefined }): ReactNode {
  const strings = useStrings();
  const source = answer.sources.find((one) => one.n === n);
  if (source === undefined) return <p className="centre soft">{strings.citationGone}</p>;
  return <SourcePane answer={answer} source={source} {...rest} />;
}

/** The citations that say something else than one does, each once. */
export function comparable(order: readonly Citation[], citation: Citation | undefined): Citation[] {
  const keyOf = (one: Citation): string => `${one.passage_id} ${one.quote.text}`;
  const seen = new Set(citation === undefined ? [] : [keyOf(citation)]);
  return order.filter((one) => !seen.has(keyOf(one)) && seen.add(keyOf(one)));
}

/** The panel on all of the screen, where the browser can do that. */
function FullScreen({ of }: { of: RefObject<HTMLElement | null> }): ReactNode {
  const strings = useStrings();
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  if (!document.fullscreenEnabled) return null;
  // It may be refused: then nothing changes.
  const toggle = (): void => void (isFull ? document.exitFullscreen() : of.current?.requestFullscreen())?.catch(() => undefined);
  return <IconButton icon={isFull ? "shrink" : "expand"} label={isFull ? strings.leaveFullScreen : strings.fullScreen} onClick={toggle} />;
}
