// The reports: by folder, with what may be done with each, and the place to add more.
import { useState, type ReactNode } from "react";

import { api, paths } from "@/api/client";
import { openWithKey } from "@/api/files";
import type { DocumentView } from "@/api/types";
import { sessionOf, startNew } from "@/chat/sessions";
import { language, useStrings } from "@/strings";
import { shownDate } from "@/strings/dates";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Icon } from "@/ui/Icon";
import { Menu } from "@/ui/Menu";

import { useChange } from "./change";
import { CorrectDialog } from "./CorrectDialog";
import { byFolder, useLibrary } from "./library";
import { UploadArea } from "./UploadArea";

export function DocumentsView(): ReactNode {
  const strings = useStrings();
  const { data, problem, reload } = useLibrary();
  const [wanted, setWanted] = useState("");
  const [doomed, setDoomed] = useState<DocumentView | null>(null);
  const [corrected, setCorrected] = useState<DocumentView | null>(null);
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const matches = (one: DocumentView): boolean => {
    const text = [one.title, one.organisation, one.kind, ...one.periods, ...one.locations.map((place) => place.path)].join(" ").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
  const folders = byFolder(data ?? []);
  return (
    <div className="documents scroller" tabIndex={-1}>
      <div className="column">
        <h2>{strings.documents}</h2>
        <UploadArea folders={folders.map((folder) => folder.name)} />
        {problem !== null && (
          <p role="alert" className="note error">
            {strings.problem(problem.code, problem.message)} <Button onClick={reload}>{strings.tryAgain}</Button>
          </p>
        )}
        {data === null && problem === null && <p className="soft">{strings.loading}</p>}
        {data !== null && data.length > 0 && (
          <input type="search" className="field" placeholder={strings.searchDocuments} aria-label={strings.searchDocuments} value={wanted} onChange={(event) => setWanted(event.target.value)} />
        )}
        {data?.length === 0 && <p className="soft">{strings.noDocuments}</p>}
        {folders.map((folder) => {
          const shown = folder.documents.filter(matches);
          return shown.length === 0 ? null : (
            <section key={folder.name} className="folder">
              <h3>
                <Icon name="folder" /> <span dir="auto">{folder.name}</span> <span className="soft">{strings.documentsCount(folder.documents.length)}</span>
                <Button onClick={() => askAbout({ folders: [folder.name] })}>{strings.askAbout}</Button>
              </h3>
              <ul>
                {shown.map((one) => (
                  <DocumentRow key={one.doc_id} document={one} folder={folder.name} onCorrect={() => setCorrected(one)} onDelete={() => setDoomed(one)} />
                ))}
              </ul>
            </section>
          );
        })}
        {corrected !== null && <CorrectDialog document={corrected} onClose={() => setCorrected(null)} />}
        {doomed !== null && <DeleteDialog document={doomed} onClose={() => setDoomed(null)} />}
      </div>
    </div>
  );
}

function askAbout(filters: { folders?: string[]; doc_ids?: string[] }): void {
  startNew();
  sessionOf(null).setFilters(filters);
}

interface RowProps {
  document: DocumentView;
  folder: string;
  onCorrect: () => void;
  onDelete: () => void;
}

function DocumentRow({ document, folder, onCorrect, onDelete }: RowProps): ReactNode {
  const strings = useStrings();
  const place = document.locations.find((one) => one.folder === folder);
  const dated = document.date === null ? "" : strings.dated(shownDay(document.date));
  const identity = [document.organisation, document.kind, document.periods.join(", ")].filter((fact) => fact !== "");
  const facts = [place?.path ?? "", strings.pages(document.pages), strings.passages(document.passages), dated, strings.added(shownDate(document.ingested_at))];
  return (
    <li className="document-row">
      <Icon name="document" />
      <div className="document-text">
        <a href={paths.file(document.doc_id)} target="_blank" rel="noopener noreferrer" onClick={openWithKey} dir="auto">
          {document.title}
        </a>
        {identity.length > 0 && <p dir="auto">{identity.join(" · ")}</p>}
        <p className="soft" dir="auto">
          {facts.filter((fact) => fact !== "").join(" · ")}
        </p>
        {place !== undefined && place.unread !== "" && (
          <p className="note error">{strings.outdatedFile(shownDate(document.ingested_at), shownDate(place.changed_at), place.unread)}</p>
        )}
        {document.notes.map((note) => (
          <p key={note} className="note">
            {note}
          </p>
        ))}
      </div>
      <Menu
        label={`${strings.more}: ${document.title}`}
        items={[
          { icon: "filter", label: strings.askAbout, onSelect: () => askAbout({ doc_ids: [document.doc_id] }) },
          { icon: "edit", label: strings.correctDocument, onSelect: onCorrect },
          { icon: "trash", label: strings.delete, onSelect: onDelete },
        ]}
      />
    </li>
  );
}

/** A date as exact as it is known: `2024`, `2024-03` or `2024-03-31`, the same in all time zones. */
function shownDay(date: string): string {
  const [, month, day] = date.split("-");
  const parts: Intl.DateTimeFormatOptions =
    day !== undefined ? { dateStyle: "medium" } : month !== undefined ? { year: "numeric", month: "long" } : { year: "numeric" };
  return new Date(date).toLocaleDateString(language(), { ...parts, timeZone: "UTC" });
}

function DeleteDialog({ document, onClose }: { document: DocumentView; onClose: () => void }): ReactNode {
  const strings = useStrings();
  const { problem, make } = useChange(() => api.deleteDocument(document.doc_id), onClose);
  return (
    <Dialog title={strings.deleteDocument(document.title)} onClose={onClose}>
      <p>{strings.deleteDocumentSure(document.title)}</p>
      {problem !== "" && <p role="alert">{problem}</p>}
      <div className="row-end">
        <Button onClick={onClose}>{strings.cancel}</Button>
        <Button kind="danger" icon="trash" onClick={() => void make()}>
          {strings.delete}
        </Button>
      </div>
    </Dialog>
  );
}
