// One card for all chips: shows the source of the chip that is pointed at or has the focus.
import { autoUpdate, computePosition, flip, offset, shift } from "@floating-ui/dom";
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";

import type { Citation } from "@/api/types";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { placeOf } from "@/strings/pages";

import { shownQuote, sourceOf } from "./model";
import { signOf } from "./signs";
import { VerdictLine, Worked } from "./verdict";

interface Shown {
  chip: HTMLElement;
  id: string;
}

const OPEN_MS = 150;
const CLOSE_MS = 200;

interface Props {
  /** Where the chips are. */
  within: RefObject<HTMLElement | null>;
  find: (citationId: string) => { answer: Answer; citation: Citation } | null;
}

export function HoverCard({ within, find }: Props): ReactNode {
  const [shown, setShown] = useState<Shown | null>(null);
  const card = useRef<HTMLDivElement>(null);
  useChips(within, card, setShown);
  useEffect(() => {
    const floating = card.current;
    if (shown === null || floating === null) return undefined;
    return autoUpdate(shown.chip, floating, () => void place(shown.chip, floating));
  }, [shown]);
  const found = shown === null ? null : find(shown.id);
  if (found === null) return null;
  return (
    <div ref={card} className="hover-card" role="tooltip">
      <Summary {...found} />
    </div>
  );
}

async function place(chip: HTMLElement, floating: HTMLElement): Promise<void> {
  const middleware = [offset(6), flip({ padding: 8 }), shift({ padding: 8 })];
  const { x, y } = await computePosition(chip, floating, { placement: "top", strategy: "fixed", middleware });
  floating.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

function useChips(
  within: RefObject<HTMLElement | null>,
  card: RefObject<HTMLElement | null>,
  show: (shown: Shown | null) => void,
): void {
  useEffect(() => {
    const root = within.current;
    if (root === null) return undefined;
    let timer = 0;
    const later = (ms: number, shown: Shown | null): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => show(shown), ms);
    };
    const chipOf = (target: EventTarget | null): Shown | null => {
      const chip = target instanceof Element ? target.closest<HTMLElement>("[data-citation]") : null;
      const id = chip?.dataset["citation"];
      return chip === null || id === undefined ? null : { chip, id };
    };
    const over = (event: PointerEvent): void => {
      if (event.pointerType === "touch") return;
      if (card.current?.contains(event.target as Node) === true) clearTimeout(timer);
      else later(chipOf(event.target) === null ? CLOSE_MS : OPEN_MS, chipOf(event.target));
    };
    const focus = (event: FocusEvent): void => {
      const chip = chipOf(event.target);
      if (chip?.chip.matches(":focus-visible") === true) later(0, chip);
    };
    const hide = (): void => later(0, null);
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") hide();
    };
    document.addEventListener("pointerover", over);
    root.addEventListener("focusin", focus);
    root.addEventListener("focusout", hide);
    root.addEventListener("click", hide);
    document.addEventListener("keydown", escape);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerover", over);
      root.removeEventListener("focusin", focus);
      root.removeEventListener("focusout", hide);
      root.removeEventListener("click", hide);
      document.removeEventListener("keydown", escape);
    };
  }, [within, card, show]);
}

function Summary({ answer, citation }: { answer: Answer; citation: Citation }): ReactNode {
  const strings = useStrings();
  const source = sourceOf(answer, citation);
  return (
    <>
      <p className="card-title">
        <strong dir="auto">{source?.title ?? citation.passage_id}</strong>{" "}
        {source !== undefined && <span className="soft">{placeOf(source, strings)}</span>}
      </p>
      {citation.quote.text !== "" && <blockquote dir="auto">{shownQuote(source, citation.quote.text)}</blockquote>}
      <VerdictLine sign={signOf(citation.verification)} inferred={citation.origin === "inferred"} />
      <Worked verification={citation.verification} />
    </>
  );
}
