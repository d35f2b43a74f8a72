// Puts copies of one's own reports into a collection, where all its members read them.
import { useId, useState, type ReactNode } from "react";

import { shareDocuments } from "@/api/collections";
import type { DocumentView } from "@/api/types";
import { go } from "@/base/route";
import { showJob } from "@/library/uploads";
import { useChange } from "@/library/useChange";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

import { useCollections } from "./collections";
import { editable, shared } from "./model";

interface Props {
  folder: string;
  documents: readonly DocumentView[];
  onClose: () => void;
}

export function ShareDialog({ folder, documents, onClose }: Props): ReactNode {
  const strings = useStrings();
  const id = useId();
  const places = shared(editable(useCollections().list ?? []));
  const [wanted, setWanted] = useState("");
  const [name, setName] = useState(folder);
  const into = places.find((one) => one.collection_id === wanted)?.collection_id ?? places[0]?.collection_id;
  const { problem, make } = useChange(async () => {
    if (into === undefined) return;
    const job = await shareDocuments(into, name.trim(), documents.map((one) => one.doc_id));
    showJob(into, job);
    go({ view: "documents", collectionId: into });
  }, onClose);
  return (
    <Dialog title={strings.shareReports(documents.length)} onClose={onClose}>
      <div>
        <p dir="auto">{documents.length === 1 ? documents[0]?.title : folder}</p>
        <p className="soft field-hint">{strings.shareText}</p>
        <label className="key-label" htmlFor={`${id}-into`}>
          {strings.shareInto}
        </label>
        <select id={`${id}-into`} className="field" data-first value={into} onChange={(event) => setWanted(event.target.value)}>
          {places.map((one) => (
            <option key={one.collection_id} value={one.collection_id}>
              {one.name}
            </option>
          ))}
        </select>
        <label className="key-label" htmlFor={`${id}-folder`}>
          {strings.shareFolder}
        </label>
        <input id={`${id}-folder`} className="field" dir="auto" maxLength={255} value={name} onChange={(event) => setName(event.target.value)} />
        {problem !== "" && (
          <p role="alert" className="note error">
            {problem}
          </p>
        )}
        <div className="row-end">
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button kind="primary" icon="people" disabled={into === undefined || name.trim() === ""} onClick={() => void make()}>
            {strings.share}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
