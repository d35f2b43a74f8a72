// All sources of an answer: those that it cites apart from those that were only found.
import type { ReactNode } from "react";

import type { Source } from "@/api/types";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { placeOf } from "@/strings/pages";

import { beginning, shownQuote, sortedSources } from "./model";
import { evidenceSign, signOf } from "./signs";
import { VerdictShape } from "./verdict";

const SHOWN = 160;

interface Props {
  answer: Answer;
  onOpen: (id: string) => void;
  /** A source that is not cited was chosen, by its number. */
  onSource: (n: number) => void;
}

export function SourceList({ answer, onOpen, onSource }: Props): ReactNode {
  const strings = useStrings();
  const { cited, rest } = sortedSources(answer);
  const evidence = evidenceSign(answer);
  return (
    <>
      {evidence !== null && (
        <div>
          <p className={`evidence ${evidence}`}>{strings.evidence[evidence]}</p>
          <p className="soft">{strings.evidenceHelp}</p>
        </div>
      )}
      {answer.sources.length === 0 && <p className="soft">{strings.noSources}</p>}
      {cited.length > 0 && <h3>{strings.citedSources(cited.length)}</h3>}
      <ol className="source-list">
        {cited.map(({ label, source, citations }) => (
          <li key={source.n}>
            <SourceHead source={source} label={label} />
            <ul className="source-citations">
              {citations.map((citation) => (
                <li key={citation.citation_id}>
                  <button type="button" onClick={() => onOpen(citation.citation_id)}>
                    <VerdictShape sign={signOf(citation.verification)} />
                    <span className="unseen">{strings.verdicts[signOf(citation.verification)]}: </span>
                    <span dir="auto">{citation.quote.text === "" ? strings.showPassage : shownQuote(source, citation.quote.text)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {rest.length > 0 && <h3>{strings.retrievedOnly(rest.length)}</h3>}
      <ol className="source-list">
        {rest.map((source) => (
          <li key={source.n}>
            <SourceHead source={source} label={null} />
            <ul className="source-citations">
              <li>
                <button type="button" onClick={() => onSource(source.n)}>
                  <span dir="auto">{beginning(shownQuote(source, source.text), SHOWN)}</span>
                </button>
              </li>
            </ul>
          </li>
        ))}
      </ol>
    </>
  );
}

function SourceHead({ source, label }: { source: Source; label: number | null }): ReactNode {
  const strings = useStrings();
  return (
    <p className="source-head">
      {label !== null && <b>{label}</b>} <span dir="auto">{source.title}</span>{" "}
      <span className="soft">{placeOf(source, strings)}</span>
    </p>
  );
}
