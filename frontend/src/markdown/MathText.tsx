// A formula; what draws it is loaded when there is one.
import { useEffect, useRef, useState, type ReactNode } from "react";

import type { Formula } from "./math";

type Katex = typeof import("katex").default;

let library: Promise<Katex> | null = null;

function loadKatex(): Promise<Katex> {
  library ??= Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(
    ([katex]) => katex.default,
    (error: unknown) => {
      library = null; // the next formula may have a connection
      throw error;
    },
  );
  return library;
}

/** Nothing of a formula may fetch, link, or grow without end. */
const BOUNDS = { trust: false, maxSize: 20, maxExpand: 200, strict: "ignore", throwOnError: true } as const;

export function MathText({ formula: { tex, isDisplay } }: { formula: Formula }): ReactNode {
  const place = useRef<HTMLSpanElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    let isWanted = true;
    loadKatex().then(
      (katex) => {
        if (!isWanted || place.current === null) return;
        // It sets styles one by one, which the page's policy allows; markup with styles it would not.
        katex.render(tex, place.current, { ...BOUNDS, displayMode: isDisplay });
        setDrawn(true);
      },
      () => undefined,
    ).catch(() => isWanted && setDrawn(false)); // no formula after all: its source is shown
    return () => {
      isWanted = false;
    };
  }, [tex, isDisplay]);
  return (
    <span className={isDisplay ? "formula display" : "formula"}>
      <span ref={place} hidden={!isDrawn} />
      {!isDrawn && <code>{tex}</code>}
    </span>
  );
}
