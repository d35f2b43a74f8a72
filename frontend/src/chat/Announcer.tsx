// What a screen reader hears: each stage, and the answer once it is whole; never its tokens.
import type { ReactNode } from "react";

import { sortedSources } from "@/citations/model";
import type { Exchange } from "@/session/exchanges";
import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";

import { notesOf } from "./Notes";
import { stageText } from "./Stage";

/** What was there when the page opened is not announced. */
export function Announcer({ last }: { last: Exchange | undefined }): ReactNode {
  const strings = useStrings();
  return (
    <div className="unseen" role="status" aria-live="polite">
      {last?.live === true ? said(last, strings) : ""}
    </div>
  );
}

function said(last: Exchange, strings: Strings): string {
  const { answer } = last;
  if (answer.phase === "running") return stageText(answer, strings);
  const notes = notesOf(last, strings).map((note) => note.text);
  if (answer.phase !== "complete") return notes.join(" ");
  const text = answer.text.replace(/\[\d+\]/g, "").replace(/[*_`#|]/g, "");
  return [strings.answerComplete(sortedSources(answer).cited.length), text, ...notes].join(" ");
}
