// What is selected in a part of the page, as somebody may ask about it.
import { useEffect, useState, type RefObject } from "react";

export interface Selected {
  text: string;
  /** The page that it begins on; 0 if that is unknown. */
  page: number;
}

const SETTLED_MS = 150;
const LONGEST = 1000;

export function useSelected(within: RefObject<HTMLElement | null>): Selected | null {
  const [selected, setSelected] = useState<Selected | null>(null);
  useEffect(() => {
    let timer = 0;
    const look = (): void => {
      const selection = getSelection();
      const start = selection?.anchorNode ?? null;
      const isInside = start !== null && within.current?.contains(start) === true && selection?.isCollapsed === false;
      const text = isInside ? tidied(selection.toString()) : "";
      setSelected(text === "" ? null : { text, page: pageOf(start) });
    };
    const later = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(look, SETTLED_MS);
    };
    document.addEventListener("selectionchange", later);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("selectionchange", later);
    };
  }, [within]);
  return selected;
}

function pageOf(node: Node | null): number {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  return Number(element?.closest<HTMLElement>("[data-page]")?.dataset["page"] ?? 0);
}

/** In one line, cut where it is too long to be asked with. */
export function tidied(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST).trimEnd()} …`;
}
