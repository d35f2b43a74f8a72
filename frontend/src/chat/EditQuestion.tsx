// A question that was asked, to be changed and asked again.
import { useEffect, useRef, useState, type ReactNode } from "react";

import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";

interface Props {
  text: string;
  label: string;
  canAsk: boolean;
  onAsk: (question: string) => void;
  onCancel: () => void;
}

export function EditQuestion({ text, label, canAsk, onAsk, onCancel }: Props): ReactNode {
  const strings = useStrings();
  const [value, setValue] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, []);
  const ask = (): void => {
    const question = value.trim();
    if (canAsk && question !== "") onAsk(question);
  };
  return (
    <div className="edit-question">
      <textarea
        ref={field}
        aria-label={label}
        value={value}
        dir="auto"
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            onCancel();
          }
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          ask();
        }}
      />
      <div className="row-end">
        <Button onClick={onCancel}>{strings.cancel}</Button>
        <Button kind="primary" disabled={!canAsk || value.trim() === ""} onClick={ask}>
          {strings.askThis}
        </Button>
      </div>
    </div>
  );
}
