// A collection: one's role in it, its members, and what a manager may do with it.
import { useCallback, useState, type ReactNode } from "react";

import { deleteCollection, dropMember, readCollection, renameCollection } from "@/api/collections";
import type { CollectionView } from "@/api/types";
import { useMayWrite, useMe } from "@/api/useMe";
import { go } from "@/base/route";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { useRemote } from "@/ui/useRemote";

import { collectionsChanged, useCollections } from "./collections";
import { Members } from "./Members";
import { isAtLeast, isLastManager } from "./model";
import { NameDialog } from "./NameDialog";
import { SureDialog } from "./SureDialog";

export function CollectionHead({ id, reports }: { id: string; reports: number }): ReactNode {
  const strings = useStrings();
  const load = useCallback((signal: AbortSignal) => readCollection(id, signal), [id]);
  const { data, problem, reload } = useRemote(load, useCollections().revision);
  if (problem !== null) {
    return (
      <p role="alert" className="note error">
        {strings.problem(problem.code, problem.message)} <Button onClick={reload}>{strings.tryAgain}</Button>
      </p>
    );
  }
  return data === null ? <p className="soft">{strings.loading}</p> : <Head collection={data} reports={reports} />;
}

function Head({ collection, reports }: { collection: CollectionView; reports: number }): ReactNode {
  const strings = useStrings();
  const { collection_id: id, role } = collection;
  const isManager = useMayWrite() && isAtLeast(role, "manager");
  return (
    <section className="collection-head" aria-label={collection.name}>
      <p>
        <span className="badge">{strings.yourRole(strings.roles[role])}</span> <span className="soft">{strings.roleExplained[role]}</span>
      </p>
      <Members key={id} collection={collection} isManager={isManager} />
      <Acts collection={collection} isManager={isManager} reports={reports} />
    </section>
  );
}

function Acts({ collection, isManager, reports }: { collection: CollectionView; isManager: boolean; reports: number }): ReactNode {
  const strings = useStrings();
  const owner = useMe()?.owner ?? "";
  const mayWrite = useMayWrite();
  const [doing, setDoing] = useState<"rename" | "delete" | "leave" | null>(null);
  const { collection_id: id, name, members } = collection;
  const onClose = (): void => setDoing(null);
  const goes = async (away: Promise<unknown>): Promise<void> => {
    await away;
    await collectionsChanged(id);
    go({ view: "documents", collectionId: null }, { replace: true });
  };
  const mayLeave = mayWrite && members.some(({ member }) => member === owner) && !isLastManager(collection, owner);
  return (
    <div className="collection-acts">
      {isManager && (
        <Button icon="edit" onClick={() => setDoing("rename")}>
          {strings.renameCollection}
        </Button>
      )}
      {mayLeave && (
        <Button icon="leave" onClick={() => setDoing("leave")}>
          {strings.leaveCollection}
        </Button>
      )}
      {isManager && (
        <Button icon="trash" onClick={() => setDoing("delete")}>
          {strings.deleteCollection}
        </Button>
      )}
      {doing === "rename" && (
        <NameDialog
          title={strings.renameCollection}
          text=""
          action={strings.save}
          name={name}
          onSave={(wanted) => renameCollection(id, wanted).then(() => collectionsChanged())}
          onClose={onClose}
        />
      )}
      {doing === "leave" && (
        <SureDialog title={strings.leaveCollection} text={strings.leaveCollectionSure(name)} action={strings.leave} onSure={() => goes(dropMember(id, owner))} onClose={onClose} />
      )}
      {doing === "delete" && (
        <SureDialog
          title={strings.deleteCollection}
          text={strings.deleteCollectionSure(name, reports, members.length)}
          action={strings.delete}
          onSure={() => goes(deleteCollection(id))}
          onClose={onClose}
        />
      )}
    </div>
  );
}
