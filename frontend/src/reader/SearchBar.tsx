// The field for words in a report, and the way from one place of them to the next.
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";

import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";

import type { Searching } from "./useHits";

export function SearchBar({ searching, onClose }: { searching: Searching; onClose: () => void }): ReactNode {
  const strings = useStrings();
  const field = useRef<HTMLInputElement>(null);
  const { search, ask, step } = searching;
  useEffect(() => field.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const { hits, at, more, isBusy, problem, query } = search;
  const told = problem !== null ? strings.problem(problem.code, problem.message) : query === "" || isBusy ? "" : strings.hitOf(at + 1, hits.length, more);
  return (
    <div className="reader-search" role="search">
      <input
        ref={field}
        type="search"
        className="field"
        maxLength={200}
        dir="auto"
        placeholder={strings.searchInReport}
        aria-label={strings.searchInReport}
        onChange={(event) => ask(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className="soft" role="status">
        {told}
      </span>
      <IconButton icon="up-page" label={strings.previousHit} disabled={hits.length === 0} onClick={() => step(-1)} />
      <IconButton icon="down-page" label={strings.nextHit} disabled={hits.length === 0} onClick={() => step(1)} />
      <IconButton icon="close" label={strings.closeSearch} onClick={onClose} />
    </div>
  );
}
