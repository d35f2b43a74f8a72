// What is happening now, and what was searched for, which can be changed and asked again.
import { useState, type ReactNode } from "react";

import type { Query } from "@/api/types";
import type { Strings } from "@/strings/en";
import { useStrings } from "@/strings";
import type { Answer } from "@/stream/reduce";
import { evidenceSign } from "@/citations/signs";
import { SignsHelp } from "@/citations/SignsHelp";
import { Button, IconButton } from "@/ui/Button";

import { EditQuestion } from "./EditQuestion";

/** No model wrote it, or the model failed and extracts took its place. */
export const isLocal = ({ model, warnings }: Answer): boolean => model === "extractive" || warnings.some(({ code }) => code === "model_fallback");

/** Whether the sources were given to something that answers. */
const wasAnswered = ({ sources, finishReason, text }: Answer): boolean => sources.length > 0 && text !== "" && finishReason !== "no_evidence" && finishReason !== "blocked";

export function stageText(answer: Answer, strings: Strings): string {
  if (answer.stage === null) return strings.sending;
  return answer.stage === "generate" && isLocal(answer) ? strings.stageExtracting : strings.stages[answer.stage];
}

/** Its line keeps its height when the answer begins, so that nothing below it moves. */
export function StageLine({ answer }: { answer: Answer }): ReactNode {
  const strings = useStrings();
  const { phase, sources } = answer;
  const evidence = evidenceSign(answer);
  const waiting = phase === "running" && answer.text === "";
  return (
    <div className="stage">
      {waiting ? (
        <span className="working">{stageText(answer, strings)}</span>
      ) : (
        <>
          {evidence !== null && (
            <span className={`evidence ${evidence}`} title={strings.evidenceHelp}>
              {strings.evidence[evidence]}
            </span>
          )}
          {sources.length > 0 && <span className="soft">{strings.passages(sources.length)}</span>}
          {wasAnswered(answer) && (isLocal(answer) || answer.model !== null) && (
            <span className="badge" dir="auto">
              {isLocal(answer) ? strings.extracts : strings.writtenBy(answer.model ?? "")}
            </span>
          )}
          {phase !== "running" && <SignsHelp answer={answer} />}
        </>
      )}
    </div>
  );
}

export function AskedAs(props: { answer: Answer; canAsk: boolean; onAsk: ((question: string) => void) | null }): ReactNode {
  const strings = useStrings();
  const [editing, setEditing] = useState(false);
  const { answer, canAsk, onAsk } = props;
  const { query } = answer;
  if (query === null) return null;
  const within = <AskedOf document={query.document} />;
  if (!query.rewritten) {
    return (
      <>
        {within}
        <SearchedFor parts={query.sub_questions} />
      </>
    );
  }
  if (editing && onAsk !== null) {
    return (
      <EditQuestion
        text={query.standalone}
        label={strings.editAskedAs}
        canAsk={canAsk}
        onCancel={() => setEditing(false)}
        onAsk={(question) => {
          setEditing(false);
          onAsk(question);
        }}
      />
    );
  }
  return (
    <>
      <p className="asked-as">
        <span className="soft">{strings.askedAs}</span> <q dir="auto">{query.standalone}</q>{" "}
        {onAsk !== null && <IconButton icon="edit" label={strings.editAskedAs} onClick={() => setEditing(true)} />}
      </p>
      {within}
      <SearchedFor parts={query.sub_questions} />
    </>
  );
}

/** The report that "this report" was taken for. */
function AskedOf({ document }: { document: Query["document"] }): ReactNode {
  const strings = useStrings();
  if (document === null) return null;
  return (
    <p className="asked-as">
      <span className="soft">{strings.askedOf}</span> <cite dir="auto">{document.title}</cite>
    </p>
  );
}

/** The questions that one with several parts was taken apart into, each searched for by itself. */
function SearchedFor({ parts }: { parts: readonly string[] }): ReactNode {
  const strings = useStrings();
  if (parts.length === 0) return null;
  return (
    <div className="asked-as">
      <span className="soft">{strings.searchedFor}</span>
      <ul aria-label={strings.searchedFor}>
        {parts.map((part, at) => (
          <li key={at} dir="auto">
            {part}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Again({ onAgain, disabled }: { onAgain: () => void; disabled: boolean }): ReactNode {
  const strings = useStrings();
  return (
    <Button icon="retry" onClick={onAgain} disabled={disabled}>
      {strings.tryAgain}
    </Button>
  );
}
