// Where a question is written. It keeps its own text: nothing that streams makes it render.
import { memo, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { setQuoted, useQuoted, withQuoted } from "@/reader/quoted";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";

interface Props {
  running: boolean;
  /** False if it was not taken. */
  onAsk: (question: string) => boolean;
  onStop: () => void;
  /** Beside the buttons: which reports are asked. */
  children?: ReactNode;
}

export const COMPOSER_ID = "question";
const LONGEST = 8000;

export const Composer = memo(function Composer({ running, onAsk, onStop, children }: Props): ReactNode {
  const strings = useStrings();
  const [text, setText] = useState("");
  const quoted = useQuoted();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus(); // no keyboard over a phone's page
  }, []);
  const send = (): void => {
    const question = text.trim();
    if (question !== "" && onAsk(withQuoted(question, quoted))) {
      setText("");
      setQuoted(null);
    }
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!running) send();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label htmlFor={COMPOSER_ID} className="unseen">
        {strings.ask}
      </label>
      {quoted !== null && (
        <div className="composer-quote">
          <blockquote dir="auto">{quoted.text}</blockquote>
          <span className="soft" dir="auto">
            {quoted.title} {quoted.page !== "" && strings.page(quoted.page)}
          </span>
          <IconButton icon="close" label={strings.dropQuote} onClick={() => setQuoted(null)} />
        </div>
      )}
      <textarea
        id={COMPOSER_ID}
        ref={field}
        rows={1}
        maxLength={LONGEST}
        value={text}
        placeholder={strings.askPlaceholder}
        dir="auto"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-row">
        {children}
        <span className="hint">{strings.enterHint}</span>
        {running ? (
          <Button kind="danger" icon="stop" onClick={onStop}>
            {strings.stop}
          </Button>
        ) : (
          <Button kind="primary" icon="send" disabled={text.trim() === ""} onClick={send}>
            {strings.send}
          </Button>
        )}
      </div>
    </form>
  );
});
