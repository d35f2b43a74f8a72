// Asks whether something that takes away is meant, in words that say what it takes.
import { type ReactNode } from "react";

import { useChange } from "@/library/useChange";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

interface Props {
  title: string;
  text: string;
  action: string;
  onSure: () => Promise<unknown>;
  onClose: () => void;
}

export function SureDialog({ title, text, action, onSure, onClose }: Props): ReactNode {
  const strings = useStrings();
  const { problem, make } = useChange(onSure, onClose);
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {problem !== "" && (
        <p role="alert" className="note error">
          {problem}
        </p>
      )}
      <div className="row-end">
        <Button onClick={onClose}>{strings.cancel}</Button>
        <Button kind="danger" onClick={() => void make()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
