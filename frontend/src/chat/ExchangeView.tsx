// One question with its answer.
import { memo, useCallback, useState, type ReactNode } from "react";

import { copyExported, type Exported } from "@/api/exports";
import { PrintedNotes } from "@/citations/PrintedNotes";
import { FirstSigns } from "@/citations/SignsHelp";
import { SourceStrip } from "@/citations/SourceStrip";
import type { Exchange } from "@/session/exchanges";
import { language, useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { ExportMenu } from "@/ui/ExportMenu";

import { AnswerText } from "./AnswerText";
import { EditQuestion } from "./EditQuestion";
import { FeedbackButtons } from "./FeedbackButtons";
import { Notes } from "./Notes";
import { AskedAs, StageLine } from "./Stage";

export interface ExchangeActions {
  /** What only the owner may do; null: one only reads. */
  own: OwnActions | null;
  /** The share that is read, if it is not one's own conversation. */
  shareId: string | null;
  openCitation: (key: string, citationId: string) => void;
  openSources: (key: string) => void;
}

export interface OwnActions {
  /** Asks in place of an exchange, given by its key; of one report alone if it is named. */
  askInstead: (question: string, key: string, docId?: string) => void;
  showVersion: (messageId: string) => void;
}

interface Props {
  exchange: Exchange;
  /** The citation that is open in the panel. */
  current: string | null;
  canAsk: boolean;
  /** Its signs are met here for the first time. */
  explains: boolean;
  actions: ExchangeActions;
}

export const ExchangeView = memo(function ExchangeView({ exchange, current, canAsk, explains, actions }: Props): ReactNode {
  const strings = useStrings();
  const { answer } = exchange;
  const { own } = actions;
  const again = (question = exchange.question): void => own?.askInstead(question, exchange.key);
  const exported = exportedOf(exchange, actions.shareId);
  const openCitation = useCallback((id: string) => actions.openCitation(exchange.key, id), [actions, exchange.key]);
  return (
    <article className="exchange" aria-busy={answer.phase === "running"}>
      <Question exchange={exchange} canAsk={canAsk} onAsk={own && again} />
      {own !== null && exchange.versions.length > 1 && <Versions exchange={exchange} canShow={canAsk} onShow={own.showVersion} />}
      <section className="answer" aria-label={strings.answer}>
        <StageLine answer={answer} />
        <AskedAs answer={answer} canAsk={canAsk} onAsk={own && again} />
        <AnswerText answer={answer} current={current} openCitation={openCitation} />
        <Notes
          exchange={exchange}
          canAsk={canAsk}
          onAgain={own && (() => again())}
          onChoose={own && ((docId) => own.askInstead(exchange.question, exchange.key, docId))}
        />
        {answer.phase !== "running" && (
          <>
            {explains && <FirstSigns answer={answer} />}
            <SourceStrip answer={answer} onOpen={openCitation} onAll={() => actions.openSources(exchange.key)} />
            <div className="actions">
              {exported !== null && <CopyButton label={strings.copyAnswer} write={() => copyExported(exported, language())} />}
              {own !== null && <IconButton icon="retry" label={strings.retry} disabled={!canAsk} onClick={() => again()} />}
              {own !== null && answer.text !== "" && <FeedbackButtons answer={answer} />}
              {exported !== null && <ExportMenu label={strings.exportAnswer} of={exported} />}
            </div>
            <PrintedNotes answer={answer} />
          </>
        )}
      </section>
    </article>
  );
});

/** What leaves of an exchange; null where nothing was said that is kept. */
function exportedOf({ answer }: Exchange, shareId: string | null): Exported | null {
  if (answer.ids === null || answer.text === "") return null;
  const { chat_id: chatId, assistant_message_id: messageId } = answer.ids;
  return shareId === null ? { chatId, messageId } : { shareId, messageId };
}

function Versions(props: { exchange: Exchange; canShow: boolean; onShow: (messageId: string) => void }): ReactNode {
  const strings = useStrings();
  const { exchange, canShow, onShow } = props;
  const { versions } = exchange;
  const at = versions.indexOf(exchange.answer.ids?.user_message_id ?? "");
  const step = (icon: "previous" | "next", label: string, to: string | undefined): ReactNode => (
    <IconButton icon={icon} label={label} disabled={!canShow || to === undefined} onClick={() => to !== undefined && onShow(to)} />
  );
  return (
    <div className="versions" role="group" aria-label={strings.otherVersions}>
      {step("previous", strings.versionBefore, versions[at - 1])}
      <span>{strings.version(at + 1, versions.length)}</span>
      {step("next", strings.versionAfter, versions[at + 1])}
    </div>
  );
}

function Question(props: { exchange: Exchange; canAsk: boolean; onAsk: ((question: string) => void) | null }): ReactNode {
  const strings = useStrings();
  const [editing, setEditing] = useState(false);
  const { exchange, canAsk, onAsk } = props;
  if (editing && onAsk !== null) {
    return (
      <EditQuestion
        text={exchange.question}
        label={strings.editQuestion}
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
    <div className="question">
      <h2 dir="auto">
        <span className="unseen">{strings.you}: </span>
        {exchange.question}
      </h2>
      {onAsk !== null && <IconButton icon="edit" label={strings.editQuestion} onClick={() => setEditing(true)} />}
    </div>
  );
}
