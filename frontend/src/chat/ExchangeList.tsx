// The exchanges of a conversation; only those in sight are in the page.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode, type RefObject } from "react";

import type { Exchange } from "@/session/exchanges";
import { useSignsKnown } from "@/citations/signsKnown";
import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";

import { ExchangeView, type ExchangeActions } from "./ExchangeView";
import { useFollow } from "./useFollow";
import { usePrinting } from "./usePrinting";

interface Props {
  exchanges: readonly Exchange[];
  running: boolean;
  actions: ExchangeActions;
  scroller: RefObject<HTMLDivElement | null>;
  /** The message to bring into sight, and the citation of it that is open. */
  messageId: string | null;
  citationId: string | null;
}

const CHARS_PER_LINE = 80;
const LINE_PX = 26;
const REST_PX = 190;

function guessedHeight({ question, answer }: Exchange): number {
  return REST_PX + LINE_PX * Math.ceil((question.length + answer.text.length) / CHARS_PER_LINE);
}

export function ExchangeList({ exchanges, running, actions, scroller, messageId, citationId }: Props): ReactNode {
  const strings = useStrings();
  const content = useRef<HTMLDivElement>(null);
  const follow = useFollow(scroller, content, actions.own !== null);
  const virtual = useVirtualizer({
    count: exchanges.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => {
      const exchange = exchanges[at];
      return exchange === undefined ? REST_PX : guessedHeight(exchange);
    },
    getItemKey: (at) => exchanges[at]?.key ?? at,
    overscan: 3,
  });
  const { toEnd, release } = follow;
  const asked = exchanges.at(-1)?.key;
  useEffect(() => {
    if (running) toEnd();
  }, [asked, running, toEnd]);
  const target = exchanges.findIndex((one) => one.answer.ids?.assistant_message_id === messageId);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    const wanted = `${messageId ?? ""}/${citationId ?? ""}`;
    if (target < 0 || messageId === null || shown.current === wanted) return undefined;
    shown.current = wanted;
    const inSight = citationId !== null && bringIntoSight(scroller.current, citationId);
    if (inSight) return undefined;
    release();
    virtual.scrollToIndex(target, { align: "start" });
    const timer = setTimeout(() => citationId !== null && bringIntoSight(scroller.current, citationId), 120);
    return () => clearTimeout(timer);
  }, [target, messageId, citationId, release, scroller, virtual]);
  const printing = usePrinting();
  const items = printing ? exchanges.map((one, index) => ({ index, key: one.key, start: 0, end: 0 })) : virtual.getVirtualItems();
  const isKnown = useSignsKnown();
  const first = isKnown ? -1 : exchanges.findIndex(({ answer }) => answer.phase !== "running" && answer.citations.length > 0);
  const before = items[0]?.start ?? 0;
  const after = printing ? 0 : virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <>
      <div ref={content} className="exchanges" style={{ paddingTop: before, paddingBottom: after }}>
        {items.map((item) => {
          const exchange = exchanges[item.index];
          if (exchange === undefined) return null;
          const own = exchange.answer.ids?.assistant_message_id === messageId;
          return (
            <div key={item.key} data-index={item.index} ref={virtual.measureElement} className="slot">
              <ExchangeView exchange={exchange} current={own ? citationId : null} canAsk={!running} explains={item.index === first} actions={actions} />
            </div>
          );
        })}
      </div>
      {follow.away && <IconButton className="to-end" icon="end" label={strings.toEnd} onClick={toEnd} />}
    </>
  );
}

/** False if the chip is not in the page. */
function bringIntoSight(scroller: HTMLElement | null, citationId: string): boolean {
  const chip = scroller?.querySelector(`[data-citation="${CSS.escape(citationId)}"]`);
  chip?.scrollIntoView({ block: "nearest" });
  return chip !== null && chip !== undefined;
}
