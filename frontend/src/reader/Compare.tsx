// Two citations side by side, each in its report.
import type { ReactNode } from "react";

import type { Citation } from "@/api/types";
import { sourceOf } from "@/citations/model";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";

import { CitationPane } from "./CitationPane";
import type { OnAsk } from "./quoting";

interface Props {
  answer: Answer;
  left: Citation | undefined;
  right: Citation | undefined;
  onMark: (id: string) => void;
  onAsk: OnAsk | undefined;
}

export function Compare({ answer, left, right, onMark, onAsk }: Props): ReactNode {
  const strings = useStrings();
  return (
    <div className="compare">
      {[left, right].map((citation, at) =>
        citation === undefined ? (
          <p key={at} className="centre soft">
            {strings.citationGone}
          </p>
        ) : (
          <section key={at} aria-label={strings.side(at === 0, citation.label, sourceOf(answer, citation)?.title ?? "")}>
            <CitationPane answer={answer} citation={citation} onMark={onMark} onAsk={onAsk} />
          </section>
        ),
      )}
    </div>
  );
}
