// What the signs of an answer mean: where they stand, where they are met for the first time, and in the help.
import type { ReactNode } from "react";

import type { Answer } from "@/stream/reduce";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";

import { isQuotation, type Sign } from "./signs";
import { knowSigns } from "./signsKnown";
import { VerdictShape } from "./verdict";

const VERDICTS: Sign[] = ["supported", "partial", "unsupported", "unchecked"];

/** The three signs: evidence, verdicts, underlines; `of` leaves out what an answer cannot have. */
export function SignsList({ of }: { of?: Answer }): ReactNode {
  const strings = useStrings();
  const isQuoted = of !== undefined && isQuotation(of);
  const verdicts: Sign[] = of === undefined ? [...VERDICTS, "quoted"] : isQuoted ? ["quoted"] : VERDICTS;
  return (
    <ul className="signs-list" aria-label={strings.signs}>
      <li>{strings.evidenceHelp}</li>
      <li>
        {strings.verdictsHelp}
        <ul>
          {verdicts.map((sign) => (
            <li key={sign}>
              <VerdictShape sign={sign} /> {strings.verdicts[sign]}. {strings.verdictHelp[sign]}
            </li>
          ))}
        </ul>
      </li>
      {!isQuoted && (
        <li>
          <span className="untraced-example">12.5</span> {strings.underlineHelp}
        </li>
      )}
    </ul>
  );
}

export function SignsHelp({ answer }: { answer: Answer }): ReactNode {
  const strings = useStrings();
  if (answer.sources.length === 0) return null;
  return (
    <details className="signs">
      <summary aria-label={strings.signs} title={strings.signs}>
        ?
      </summary>
      <SignsList of={answer} />
    </details>
  );
}

/** Explains the signs under the first answer that has them, until it is put away. */
export function FirstSigns({ answer }: { answer: Answer }): ReactNode {
  const strings = useStrings();
  return (
    <aside className="first-signs" aria-label={strings.signsTitle}>
      <p>
        <strong>{strings.signsTitle}</strong>
      </p>
      <SignsList of={answer} />
      <div className="row-end">
        <span className="soft grow">{strings.signsAgain}</span>
        <Button onClick={knowSigns}>{strings.signsKnown}</Button>
      </div>
    </aside>
  );
}
