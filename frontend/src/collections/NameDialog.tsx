// Asks for the name of a collection: of a new one, or another for one that there is.
import { useState, type ReactNode } from "react";

import { useChange } from "@/library/useChange";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

const LONGEST = 100;

interface Props {
  title: string;
  /** Said above the field. */
  text: string;
  action: string;
  name: string;
  onSave: (name: string) => Promise<unknown>;
  onClose: () => void;
}

export function NameDialog({ title, text, action, name, onSave, onClose }: Props): ReactNode {
  const strings = useStrings();
  const [value, setValue] = useState(name);
  const wanted = value.trim();
  const { problem, make } = useChange(() => onSave(wanted), onClose);
  const save = async (): Promise<void> => {
    if (wanted !== "") await make();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div>
        {text !== "" && <p>{text}</p>}
        <label className="key-label" htmlFor="collection-name">
          {strings.collectionName}
        </label>
        <input
          id="collection-name"
          className="field"
          dir="auto"
          data-first
          value={value}
          maxLength={LONGEST}
          onChange={(event) => setValue(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && void save()}
        />
        {problem !== "" && (
          <p role="alert" className="note error">
            {problem}
          </p>
        )}
        <div className="row-end">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" disabled={wanted === ""} onClick={() => void save()}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
