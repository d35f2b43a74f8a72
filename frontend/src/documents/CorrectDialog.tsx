// What somebody corrects of a report where its reader got it wrong.
import { useState, type ReactNode } from "react";

import { api } from "@/api/client";
import type { DocumentCorrection, DocumentView } from "@/api/types";
import { changesOf, fieldsOf, FIELDS, type Fields } from "@/library/library";
import { useChange } from "@/library/useChange";
import { useStrings } from "@/strings";
import { kindCalled, kindNamed } from "@/strings/pages";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export function CorrectDialog({ document, onClose }: { document: DocumentView; onClose: () => void }): ReactNode {
  const strings = useStrings();
  const before = { ...fieldsOf(document), kind: kindNamed(document.kind, strings.kinds) };
  const [fields, setFields] = useState<Fields>(before);
  const changes: Partial<DocumentCorrection> = changesOf(before, fields);
  if (typeof changes.kind === "string") changes.kind = kindCalled(changes.kind, strings.kinds);
  const isSame = Object.keys(changes).length === 0;
  const { problem, make } = useChange(() => api.correctDocument(document.doc_id, changes), onClose);
  const save = async (): Promise<void> => {
    if (!isSame) await make();
  };
  return (
    <Dialog title={strings.correctDocument} onClose={onClose}>
      <div>
        <p className="soft" dir="auto">
          {document.locations.map((place) => place.path).join(", ")}
        </p>
        {FIELDS.map((name, at) => (
          <div key={name}>
            <label className="key-label" htmlFor={`correct-${name}`}>
              {strings.correctFields[name]}
            </label>
            <input
              id={`correct-${name}`}
              className="field"
              dir="auto"
              data-first={at === 0 ? true : undefined}
              value={fields[name]}
              aria-describedby={`correct-hint correct-${name}-hint`}
              onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
              onKeyDown={(event) => event.key === "Enter" && void save()}
            />
            <p id={`correct-${name}-hint`} className="soft field-hint">
              {strings.correctFormats[name]}
            </p>
          </div>
        ))}
        <p id="correct-hint" className="soft field-hint">
          {strings.correctHint}
        </p>
        {problem !== "" && <p role="alert">{problem}</p>}
        <div className="row-end">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" disabled={isSame} onClick={() => void save()}>
            {strings.save}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
