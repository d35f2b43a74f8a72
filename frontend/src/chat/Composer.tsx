// Where a question is written. It keeps its own text: nothing that streams makes it render.
import { memo, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { lookForServer, reachStore } from "@/api/reach";
import { useStore } from "@/base/store";
import { setQuoted, useQuoted, withQuoted } from "@/reader/quoted";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";

interface Props {
  /** Whose next question is written: what is quoted for one is not asked with in another. */
  conversation: object;
  /** Why nothing can be asked now: an answer is being written, or its connection looked for. */
  busy: "answering" | "connecting" | null;
  /** False if it was not taken. */
  onAsk: (question: string) => boolean;
  onStop: () => void;
  /** Beside the buttons: which reports are asked. */
  children?: ReactNode;
}

export const COMPOSER_ID = "question";
const LONGEST = 8000;

export const Composer = memo(function Composer({ conversation, busy, onAsk, onStop, children }: Props): ReactNode {
  const strings = useStrings();
  const [text, setText] = useState("");
  /** Why what was to be sent is still here. */
  const [held, setHeld] = useState<"busy" | "unreachable" | null>(null);
  const isLost = useStore(reachStore, (reach) => reach.isLost);
  const quoted = useQuoted(conversation);
  // The end of what is pasted is not cut off without a word.
  const question = withQuoted(text.trim(), quoted);
  const over = question.length - LONGEST;
  const canSend = text.trim() !== "" && over <= 0;
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus(); // no keyboard over a phone's page
  }, []);
  const send = async (): Promise<void> => {
    if (!canSend) return;
    const isThere = !isLost || (await lookForServer());
    if (isThere && onAsk(question)) {
      setText("");
      setQuoted(conversation, null);
      setHeld(null);
    } else setHeld(isThere ? "busy" : "unreachable");
    field.current?.focus();
  };
  const said = (): string => {
    if (over > 0) return strings.tooLong(over, LONGEST);
    if (held === "unreachable" && isLost) return strings.heldUnreachable;
    return held === "busy" && busy !== null ? strings.heldBusy[busy] : "";
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label htmlFor={COMPOSER_ID} className="unseen">
        {strings.ask}
      </label>
      {quoted !== null && (
        <div className="composer-quote">
          <blockquote dir="auto">{quoted.text}</blockquote>
          <span className="soft" dir="auto">
            {quoted.title} {strings.place(quoted.page, quoted.form)}
          </span>
          <IconButton icon="close" label={strings.dropQuote} onClick={() => setQuoted(conversation, null)} />
        </div>
      )}
      <textarea
        id={COMPOSER_ID}
        ref={field}
        rows={1}
        value={text}
        placeholder={strings.askPlaceholder}
        dir="auto"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p role="status" className="held">
        {said()}
      </p>
      <div className="composer-row">
        {children}
        <span className="hint">{strings.enterHint}</span>
        {busy !== null ? (
          <Button kind="danger" icon="stop" onClick={onStop}>
            {strings.stop}
          </Button>
        ) : (
          <Button kind="primary" icon="send" disabled={!canSend} onClick={() => void send()}>
            {strings.send}
          </Button>
        )}
      </div>
    </form>
  );
});
