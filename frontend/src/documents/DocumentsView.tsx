// The reports: all of them, or those of one collection, with the place to add more.
import { useState, type ReactNode } from "react";

import { useMayWrite } from "@/api/useMe";
import type { Route } from "@/base/route";
import { CollectionHead } from "@/collections/CollectionHead";
import { useClosed, useCollections, useFreshCollections } from "@/collections/collections";
import { CollectionTabs } from "@/collections/CollectionTabs";
import { editable, PRIVATE, titleOf } from "@/collections/model";
import { useLibrary } from "@/library/library";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";

import { Folders } from "./Folders";
import { UploadArea } from "./UploadArea";

export function DocumentsView({ route }: { route: Extract<Route, { view: "documents" }> }): ReactNode {
  const strings = useStrings();
  const { collectionId } = route;
  const { list } = useFreshCollections();
  const isClosed = useClosed(collectionId);
  const shown = list?.find((one) => one.collection_id === collectionId);
  return (
    <div className="documents scroller" tabIndex={-1}>
      <div className="column">
        <h2 dir="auto">{shown === undefined ? strings.documents : titleOf(shown, strings)}</h2>
        <CollectionTabs current={collectionId} />
        {isClosed ? (
          <p role="alert" className="note">
            {strings.collectionGone}
          </p>
        ) : (
          <Reports key={collectionId} collectionId={collectionId} />
        )}
      </div>
    </div>
  );
}

function Reports({ collectionId }: { collectionId: string | null }): ReactNode {
  const strings = useStrings();
  const { list } = useCollections();
  const { data, problem, reload } = useLibrary();
  const [wanted, setWanted] = useState("");
  const documents = (data ?? []).filter((one) => collectionId === null || one.collection === collectionId);
  const mayWrite = useMayWrite();
  const places = editable(list ?? []).map((one) => one.collection_id);
  const mayUpload = mayWrite && (collectionId === null || collectionId === PRIVATE || places.includes(collectionId));
  return (
    <>
      {collectionId === PRIVATE && <p className="soft">{strings.privateExplained}</p>}
      {collectionId !== null && collectionId !== PRIVATE && <CollectionHead id={collectionId} reports={documents.length} />}
      {mayUpload && <UploadArea documents={data ?? []} into={collectionId} />}
      {problem !== null && (
        <p role="alert" className="note error">
          {strings.problem(problem.code, problem.message)} <Button onClick={reload}>{strings.tryAgain}</Button>
        </p>
      )}
      {data === null && problem === null && <p className="soft">{strings.loading}</p>}
      {documents.length > 0 && (
        <input type="search" className="field" placeholder={strings.searchDocuments} aria-label={strings.searchDocuments} value={wanted} onChange={(event) => setWanted(event.target.value)} />
      )}
      {data !== null && documents.length === 0 && <p className="soft">{collectionId === null ? strings.noDocuments : strings.collectionEmpty}</p>}
      <Folders documents={documents} wanted={wanted} isOfOne={collectionId !== null} />
    </>
  );
}
