// What a person must know of an answer besides its text: how it ended, what to be careful with.
import type { ReactNode } from "react";

import type { DocumentName, Source } from "@/api/types";
import { isUnasked } from "@/citations/signs";
import { untracedIn } from "@/citations/untraced";
import type { Exchange } from "@/session/exchanges";
import type { Answer } from "@/stream/reduce";
import { useStrings } from "@/strings";
import { shownDate } from "@/strings/dates";
import type { Strings } from "@/strings/en";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

import { Again } from "./Stage";

interface Note {
  text: string;
  kind: "note" | "error";
  again: boolean;
  /** The reports of which the question may mean one. */
  choices?: readonly DocumentName[];
}

export function notesOf({ answer, recovering }: Exchange, strings: Strings): Note[] {
  return [...endOf(answer, recovering, strings), ...warningsOf(answer, strings)];
}

function endOf(answer: Answer, recovering: boolean, strings: Strings): Note[] {
  const said = answer.text !== "";
  switch (answer.phase) {
    case "running":
      return recovering ? [{ text: `${strings.lost} ${strings.lostAgain}`, kind: "error", again: false }] : [];
    case "complete": {
      const text = answer.finishReason === null || isUnasked(answer) ? "" : strings.finished[answer.finishReason];
      return text === "" ? [] : [{ text, kind: "note", again: false }];
    }
    case "stopped": {
      const why = strings.stoppedBy[answer.stoppedBy ?? "user"];
      return [{ text: `${why} ${said ? strings.partKept : strings.nothingSaid}`, kind: "note", again: true }];
    }
    case "lost":
      return [{ text: lostText(answer, recovering, strings), kind: "error", again: !recovering }];
    case "error": {
      const { code, message, retryable, saved } = answer.failure ?? { code: "internal", message: "", retryable: true, saved: false };
      const parts = [said ? strings.brokeOff : strings.noAnswer, sentence(strings.problem(code, message))];
      if (said && saved) parts.push(strings.partKept);
      return [{ text: parts.join(" "), kind: "error", again: retryable }];
    }
  }
}

function lostText(answer: Answer, recovering: boolean, strings: Strings): string {
  if (recovering || answer.failure === null) return `${strings.lost} ${strings.lostReading}`;
  return `${strings.lost} ${answer.failure.code === "lost_not_kept" ? strings.lostKept : strings.lostUnknown}`;
}

function warningsOf(answer: Answer, strings: Strings): Note[] {
  const codes = new Set(answer.warnings.map((warning) => warning.code));
  // The end of the answer says so already.
  if (answer.finishReason === "length") codes.delete("truncated");
  // What a further source made good meanwhile is not underlined.
  if (untracedIn(answer).length === 0) codes.delete("unsupported_number");
  return [...codes].flatMap((code) => {
    if (code === "outdated_document") return outdatedNotes(answer, strings);
    const name = code === "condense_fallback" && answer.query?.rewritten === true ? "condensed_by_rule" : code;
    const own = (strings.warnings as Partial<Record<string, string>>)[name];
    const warning = answer.warnings.find((one) => one.code === code);
    const choices = warning?.documents ?? [];
    return [{ text: own ?? sentence(warning?.message ?? ""), kind: "note", again: false, choices }];
  });
}

/** One for each document that is cited as it was before its file changed. */
function outdatedNotes(answer: Answer, strings: Strings): Note[] {
  return answer.warnings
    .filter((warning) => warning.code === "outdated_document")
    .map(({ message, documents }) => {
      const source: Partial<Source> | undefined = answer.sources.find((one) => one.doc_id === documents[0]?.doc_id);
      const outdated = source?.outdated ?? null;
      const text =
        outdated === null ? sentence(message) : strings.outdated(source?.title ?? "", shownDate(outdated.read_at), shownDate(outdated.changed_at));
      return { text, kind: "note", again: false };
    });
}

function sentence(text: string): string {
  if (text === "") return "";
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

interface NotesProps {
  exchange: Exchange;
  canAsk: boolean;
  /** Null: one only reads. */
  onAgain: (() => void) | null;
  /** One of the reports was chosen, by its id. */
  onChoose: ((docId: string) => void) | null;
}

export function Notes(props: NotesProps): ReactNode {
  const strings = useStrings();
  const { onAgain, onChoose } = props;
  const notes = notesOf(props.exchange, strings);
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map((note) => (
        <li key={note.text} className={note.kind}>
          <Icon name="warning" />
          <span>{note.text}</span>
          {note.again && onAgain !== null && <Again onAgain={onAgain} disabled={!props.canAsk} />}
          {onChoose !== null && note.choices !== undefined && note.choices.length > 0 && (
            <Choices choices={note.choices} sources={props.exchange.answer.sources} disabled={!props.canAsk} onChoose={onChoose} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface ChoicesProps {
  choices: readonly DocumentName[];
  sources: readonly Source[];
  disabled: boolean;
  onChoose: (docId: string) => void;
}

/** The reports that may be meant: one of them is asked when it is chosen. */
function Choices(props: ChoicesProps): ReactNode {
  const strings = useStrings();
  return (
    <span className="choices" role="group" aria-label={strings.chooseReport}>
      {props.choices.map(({ doc_id: id, title }) => (
        <Button key={id} disabled={props.disabled} title={strings.askOnly(title)} onClick={() => props.onChoose(id)}>
          <span dir="auto">{title}</span>
          <span className="soft" dir="auto">
            {factsOf(title, props.sources.find((source) => source.doc_id === id))}
          </span>
        </Button>
      ))}
    </span>
  );
}

/** What tells a report from others of much the same title, as far as its title does not. */
function factsOf(title: string, source: Partial<Source> | undefined): string {
  const { organisation = "", periods = [], file_name = "" } = source ?? {};
  const said = title.toLocaleLowerCase();
  const facts = [organisation, ...periods].filter((fact) => fact !== "" && !said.includes(fact.toLocaleLowerCase()));
  return facts.length > 0 ? facts.join(", ") : file_name;
}
