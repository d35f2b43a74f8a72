// The reports by folder, with what may be done with each.
import { useState, type ReactNode } from "react";

import { api } from "@/api/client";
import type { DocumentView } from "@/api/types";
import { useMayWrite } from "@/api/useMe";
import { formatRoute } from "@/base/route";
import { useCollections } from "@/collections/collections";
import { editable, PRIVATE, shared, titleOf } from "@/collections/model";
import { ShareDialog } from "@/collections/ShareDialog";
import { byCollection, type CollectionFolder } from "@/library/library";
import { useChange } from "@/library/useChange";
import { useStrings } from "@/strings";
import { shownDate } from "@/strings/dates";
import { kindNamed } from "@/strings/pages";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Icon } from "@/ui/Icon";
import { Menu, type MenuItem } from "@/ui/Menu";

import { askAbout } from "./asking";
import { CorrectDialog } from "./CorrectDialog";
import { extentOf, shownDay } from "./facts";

/** What is to be done with reports. */
type Doing = { act: "correct" | "delete"; document: DocumentView } | { act: "share"; folder: string; documents: readonly DocumentView[] };

interface Props {
  documents: readonly DocumentView[];
  /** Words that a report must have. */
  wanted: string;
  /** They are all of one collection, which is named above them. */
  isOfOne: boolean;
}

export function Folders({ documents, wanted, isOfOne }: Props): ReactNode {
  const [doing, setDoing] = useState<Doing | null>(null);
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const matches = (one: DocumentView): boolean => {
    const text = [one.title, one.organisation, one.kind, ...one.periods, ...one.locations.map((place) => place.path)].join(" ").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
  const onClose = (): void => setDoing(null);
  return (
    <>
      {byCollection(documents).map((folder) => {
        const shown = folder.documents.filter(matches);
        const key = `${folder.collection}/${folder.name}`;
        return shown.length === 0 ? null : <FolderSection key={key} folder={folder} shown={shown} isOfOne={isOfOne} onDo={setDoing} />;
      })}
      {doing?.act === "correct" && <CorrectDialog document={doing.document} onClose={onClose} />}
      {doing?.act === "delete" && <DeleteDialog document={doing.document} onClose={onClose} />}
      {doing?.act === "share" && <ShareDialog folder={doing.folder} documents={doing.documents} onClose={onClose} />}
    </>
  );
}

interface FolderProps {
  folder: CollectionFolder;
  shown: readonly DocumentView[];
  isOfOne: boolean;
  onDo: (doing: Doing) => void;
}

function FolderSection({ folder, shown, isOfOne, onDo }: FolderProps): ReactNode {
  const strings = useStrings();
  const { list } = useCollections();
  const mayWrite = useMayWrite();
  const places = editable(list ?? []);
  const isShared = folder.collection !== PRIVATE;
  const mayChange = mayWrite && (!isShared || places.some((one) => one.collection_id === folder.collection));
  const mayShare = mayWrite && !isShared && shared(places).length > 0;
  const share = (documents: readonly DocumentView[]): void => onDo({ act: "share", folder: folder.name, documents });
  const itemsOf = (document: DocumentView): MenuItem[] => [
    { icon: "filter", label: strings.askAbout, onSelect: () => askAbout(folder.collection, { doc_ids: [document.doc_id] }) },
    ...(mayShare ? [{ icon: "people", label: strings.share, onSelect: () => share([document]) } as const] : []),
    ...(mayChange
      ? ([
          { icon: "edit", label: strings.correctDocument, onSelect: () => onDo({ act: "correct", document }) },
          { icon: "trash", label: strings.delete, onSelect: () => onDo({ act: "delete", document }) },
        ] as const)
      : []),
  ];
  return (
    <section className="folder">
      <h3>
        <Icon name="folder" /> <span dir="auto">{folder.name}</span> <span className="soft">{strings.documentsCount(folder.documents.length)}</span>
        {isShared && !isOfOne && (
          <a className="folder-place" dir="auto" href={formatRoute({ view: "documents", collectionId: folder.collection })}>
            {strings.inCollection(titleOf({ collection_id: folder.collection, name: folder.collectionName }, strings))}
          </a>
        )}
        <span className="grow" />
        {mayShare && (
          <Button icon="people" aria-label={`${strings.share}: ${folder.name}`} onClick={() => share(folder.documents)}>
            {strings.share}
          </Button>
        )}
        <Button onClick={() => askAbout(folder.collection, { folders: [folder.name] })}>{strings.askAbout}</Button>
      </h3>
      <ul>
        {shown.map((one) => (
          <DocumentRow key={one.doc_id} document={one} folder={folder.name} items={itemsOf(one)} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  document: DocumentView;
  folder: string;
  items: readonly MenuItem[];
}

function DocumentRow({ document, folder, items }: RowProps): ReactNode {
  const strings = useStrings();
  const place = document.locations.find((one) => one.folder === folder);
  const dated = document.date === null ? "" : strings.dated(shownDay(document.date));
  const identity = [document.organisation, kindNamed(document.kind, strings.kinds), document.periods.join(", ")].filter((fact) => fact !== "");
  const facts = [place?.path ?? "", extentOf(document.pages, place?.path ?? "", null, strings), strings.passages(document.passages), dated, strings.added(shownDate(document.ingested_at))];
  return (
    <li className="document-row">
      <Icon name="document" />
      <div className="document-text">
        <a href={formatRoute({ view: "document", docId: document.doc_id, page: null, passageId: null })} dir="auto">
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
            {strings.readingNote(note)}
          </p>
        ))}
      </div>
      <Menu label={`${strings.more}: ${document.title}`} items={items} />
    </li>
  );
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
