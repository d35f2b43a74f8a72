// What an empty conversation shows: what has been read, what one may ask of it, and what an answer is.
import type { ReactNode } from "react";

import type { DocumentView, ExampleView } from "@/api/types";
import { useMayWrite } from "@/api/useMe";
import { formatRoute } from "@/base/route";
import { VerdictShape } from "@/citations/verdict";
import { glanceOf, useLibrary, useSuggestions } from "@/library/library";
import { useStrings } from "@/strings";
import { formOf, labelOf, placed, placeOf } from "@/strings/pages";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

interface Props {
  /** Asks a suggested question. */
  onAsk: (question: string) => void;
  /** Chooses files to upload; they can be dropped anywhere on the conversation, too. */
  onChoose: () => void;
}

export function Welcome({ onAsk, onChoose }: Props): ReactNode {
  const strings = useStrings();
  const { data } = useLibrary();
  return (
    <div className="welcome">
      <h2>{strings.welcome}</h2>
      <p>{strings.welcomeText}</p>
      {data !== null && (data.length === 0 ? <Empty onChoose={onChoose} /> : <Filled documents={data} onAsk={onAsk} />)}
    </div>
  );
}

function Empty({ onChoose }: { onChoose: () => void }): ReactNode {
  const strings = useStrings();
  const mayWrite = useMayWrite();
  if (!mayWrite) return <p className="soft">{strings.noDocumentsForYou}</p>;
  return (
    <div className="drop">
      <Icon name="upload" />
      <p>
        {strings.dropHere}{" "}
        <Button kind="primary" onClick={onChoose}>
          {strings.chooseFiles}
        </Button>
      </p>
      <p className="soft">{strings.dropThen}</p>
    </div>
  );
}

function Filled({ documents, onAsk }: { documents: readonly DocumentView[]; onAsk: (question: string) => void }): ReactNode {
  const strings = useStrings();
  const { data } = useSuggestions();
  const { reports, pages, years, named } = glanceOf(documents);
  const rest = reports - named.length;
  return (
    <>
      <p className="soft" dir="auto">
        {strings.haveRead(reports, pages, years)} {named.map((one) => one.title).join(" · ")}{" "}
        <a href={formatRoute({ view: "documents", collectionId: null })}>{rest > 0 ? strings.andMore(rest) : strings.seeReports}</a>
      </p>
      {data !== null && data.questions.length > 0 && (
        <section>
          <h3>{strings.tryAsking}</h3>
          <ul className="suggestions">
            {data.questions.map(({ text }) => (
              <li key={text}>
                <button type="button" dir="auto" onClick={() => onAsk(text)}>
                  {text}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {data !== null && data.example !== null && <Example example={data.example} documents={documents} />}
    </>
  );
}

/** A question with words of a report: its number opens the page, as in any answer. */
function Example({ example, documents }: { example: ExampleView; documents: readonly DocumentView[] }): ReactNode {
  const strings = useStrings();
  const { question, answer, unit, quote, title } = example;
  const fileName = documents.find((one) => one.doc_id === example.doc_id)?.locations[0]?.path ?? "";
  const at = { ...example, file_name: fileName };
  return (
    <section className="example">
      <h3>{strings.exampleTitle}</h3>
      <p className="example-question" dir="auto">
        {question}
      </p>
      <p dir="auto">
        {answer}
        {unit !== "" && <span className="soft"> ({unit})</span>}{" "}
        <a className="chip quoted" href={formatRoute({ view: "passage", passageId: example.passage_id, quote })} aria-label={strings.chip(1, title, strings.placeSpoken(labelOf(at), formOf(fileName)), strings.verdicts.quoted)}>
          1
          <VerdictShape sign="quoted" />
        </a>
      </p>
      <p className="soft" dir="auto">
        {strings.exampleFrom(placed(title, placeOf(at, strings)))}
      </p>
    </section>
  );
}
