// The text of an answer: Markdown with chips where it cites and lines under untraced numbers.
import { memo, useMemo, type ReactNode } from "react";

import { Chip, CitedContext } from "@/citations/Chip";
import { Markdown, type Inserts } from "@/markdown/Markdown";
import { untracedIn } from "@/citations/untraced";
import { isQuotation } from "@/citations/signs";
import { masked } from "@/markdown/masked";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";

const INSERTS: Inserts = {
  citation: (index) => <Chip index={index} />,
  untraced: (text, key) => <Untraced key={key} text={text} />,
};

function Untraced({ text }: { text: string }): ReactNode {
  const strings = useStrings();
  return (
    <span className="untraced" title={strings.untraced}>
      {text}
      <span className="unseen"> ({strings.untraced})</span>
    </span>
  );
}

interface Props {
  answer: Answer;
  current: string | null;
  openCitation: (id: string) => void;
}

export const AnswerText = memo(function AnswerText({ answer, current, openCitation }: Props): ReactNode {
  const cited = useMemo(() => ({ answer, current, openCitation }), [answer, current, openCitation]);
  const source = masked(answer.text, answer.citations, untracedIn(answer));
  return (
    <CitedContext value={cited}>
      <div className={isQuotation(answer) ? "answer-text quotation" : "answer-text"}>
        <Markdown source={source} streaming={answer.phase === "running"} inserts={INSERTS} />
      </div>
    </CitedContext>
  );
});
