// Which reports answer: a button that says it, and the dialog that changes it.
import { useState, type ReactNode } from "react";

import type { DocumentView, Filters } from "@/api/types";
import { byFolder, useLibrary } from "@/documents/library";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

import type { ChatSession } from "./session";

export function Scope({ session, filters }: { session: ChatSession; filters: Filters | null }): ReactNode {
  const strings = useStrings();
  const [open, setOpen] = useState(false);
  const folders = filters?.folders?.length ?? 0;
  const documents = filters?.doc_ids?.length ?? 0;
  const label = folders + documents === 0 ? strings.scopeAll : strings.scopeSome(folders, documents);
  return (
    <>
      <Button icon="filter" className="scope" aria-label={`${strings.scope}: ${label}`} onClick={() => setOpen(true)}>
        <span>{label}</span>
      </Button>
      {open && (
        <ScopeDialog
          filters={filters}
          onClose={() => setOpen(false)}
          onApply={(wanted) => {
            session.setFilters(wanted);
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  filters: Filters | null;
  onClose: () => void;
  onApply: (filters: Filters | null) => void;
}

function ScopeDialog({ filters, onClose, onApply }: DialogProps): ReactNode {
  const strings = useStrings();
  const { data, problem } = useLibrary();
  const [folders, setFolders] = useState(() => new Set(filters?.folders));
  const [documents, setDocuments] = useState(() => new Set(filters?.doc_ids));
  const apply = (): void => {
    if (folders.size + documents.size === 0) onApply(null);
    else if (documents.size === 0) onApply({ folders: [...folders] });
    else onApply({ doc_ids: [...new Set([...documents, ...inFolders(data ?? [], folders)])] });
  };
  return (
    <Dialog title={strings.scopeTitle} onClose={onClose}>
      {problem !== null && <p role="alert">{strings.problem(problem.code, problem.message)}</p>}
      <div className="scope-list">
        {byFolder(data ?? []).map((folder) => (
          <fieldset key={folder.name}>
            <legend>
              <Check label={folder.name} checked={folders.has(folder.name)} onChange={() => setFolders(toggled(folders, folder.name))} />
            </legend>
            {folder.documents.map((one) => (
              <Check
                key={one.doc_id}
                label={one.title}
                checked={folders.has(folder.name) || documents.has(one.doc_id)}
                disabled={folders.has(folder.name)}
                onChange={() => setDocuments(toggled(documents, one.doc_id))}
              />
            ))}
          </fieldset>
        ))}
      </div>
      <div className="row-end">
        <Button onClick={() => onApply(null)}>{strings.clearScope}</Button>
        <Button kind="primary" onClick={apply}>
          {strings.apply}
        </Button>
      </div>
    </Dialog>
  );
}

/** The server takes folders and documents as "both": a choice of either is one of documents. */
function inFolders(documents: readonly DocumentView[], folders: ReadonlySet<string>): string[] {
  return documents.filter((one) => one.locations.some((place) => folders.has(place.folder))).map((one) => one.doc_id);
}

function toggled(set: ReadonlySet<string>, value: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

function Check(props: { label: string; checked: boolean; disabled?: boolean; onChange: () => void }): ReactNode {
  return (
    <label className="check">
      <input type="checkbox" checked={props.checked} disabled={props.disabled} onChange={props.onChange} />
      <span dir="auto">{props.label}</span>
    </label>
  );
}
