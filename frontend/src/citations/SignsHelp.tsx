// What the signs of an answer mean, where they stand: those that this answer can have.
import type { ReactNode } from "react";

import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";

import { isQuotation, type Sign } from "./signs";
import { VerdictShape } from "./verdict";

const VERDICTS: Sign[] = ["supported", "partial", "unsupported", "unchecked"];

export function SignsHelp({ answer }: { answer: Answer }): ReactNode {
  const strings = useStrings();
  if (answer.sources.length === 0) return null;
  const quoted = isQuotation(answer);
  return (
    <details className="signs">
      <summary aria-label={strings.signs} title={strings.signs}>
        ?
      </summary>
      <ul aria-label={strings.signs}>
        <li>{strings.evidenceHelp}</li>
        {(quoted ? (["quoted"] as Sign[]) : VERDICTS).map((sign) => (
          <li key={sign}>
            <VerdictShape sign={sign} /> {strings.verdicts[sign]}. {strings.verdictHelp[sign]}
          </li>
        ))}
        {!quoted && (
          <li>
            <span className="untraced-example">12.5</span> {strings.untracedHelp}
          </li>
        )}
      </ul>
    </details>
  );
}
