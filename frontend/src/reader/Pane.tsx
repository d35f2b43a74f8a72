// What is to be known, which may be folded away, and the report below it.
import { useState, type ReactNode } from "react";

import { useStrings } from "@/strings";
import { readChoice, writeChoice } from "@/base/choices";
import { Icon } from "@/ui/Icon";
import { useMedia } from "@/ui/useMedia";

/** Where there is little height, the report has it. */
const LOW = "(max-width: 40rem), (max-height: 34rem)";

export function Pane({ facts, children }: { facts: ReactNode; children: ReactNode }): ReactNode {
  const strings = useStrings();
  const isLow = useMedia(LOW);
  const [chosen, setChosen] = useState(readChoice("facts"));
  const isOpen = chosen === null ? !isLow : chosen === "open";
  const toggle = (): void => {
    const next = isOpen ? "folded" : "open";
    writeChoice("facts", next);
    setChosen(next);
  };
  return (
    <div className="pane">
      <div className={isOpen ? "pane-facts" : "pane-facts folded"} tabIndex={0} role="group" aria-label={strings.sources}>
        {facts}
      </div>
      <button type="button" className="pane-fold" aria-expanded={isOpen} onClick={toggle}>
        <Icon name={isOpen ? "up-page" : "down-page"} /> {isOpen ? strings.foldFacts : strings.unfoldFacts}
      </button>
      {children}
    </div>
  );
}
