// Where the reports lie: all, one's own, and each collection with one's role in it; and a new one.
import { useState, type ReactNode } from "react";

import { makeCollection } from "@/api/collections";
import { useMayWrite, useMe } from "@/api/useMe";
import { formatRoute, go } from "@/base/route";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

import { collectionsChanged, useCollections } from "./collections";
import { PRIVATE, shared, titleOf } from "./model";
import { NameDialog } from "./NameDialog";

export function CollectionTabs({ current }: { current: string | null }): ReactNode {
  const strings = useStrings();
  const { list } = useCollections();
  const me = useMe();
  const mayMake = useMayWrite() && me !== null && me.by !== "nothing" && me.by !== null;
  const [making, setMaking] = useState(false);
  // Where nobody is told apart there is nobody to share with.
  if (list === null || (shared(list).length === 0 && !mayMake)) return null;
  const make = async (name: string): Promise<void> => {
    const { collection_id: id } = await makeCollection(name);
    await collectionsChanged();
    go({ view: "documents", collectionId: id });
  };
  return (
    <nav className="collection-tabs" aria-label={strings.collections}>
      {shared(list).length > 0 && (
        <ul>
          <Tab id={null} title={strings.allCollections} note="" isCurrent={current === null} />
          {list.map((one) => (
            <Tab
              key={one.collection_id}
              id={one.collection_id}
              title={titleOf(one, strings)}
              note={one.collection_id === PRIVATE ? "" : strings.roles[one.role]}
              isCurrent={current === one.collection_id}
            />
          ))}
        </ul>
      )}
      {mayMake && (
        <Button icon="plus" onClick={() => setMaking(true)}>
          {strings.newCollection}
        </Button>
      )}
      {making && <NameDialog title={strings.newCollection} text={strings.newCollectionText} action={strings.create} name="" onSave={make} onClose={() => setMaking(false)} />}
    </nav>
  );
}

function Tab(props: { id: string | null; title: string; note: string; isCurrent: boolean }): ReactNode {
  const { id, title, note, isCurrent } = props;
  return (
    <li>
      <a href={formatRoute({ view: "documents", collectionId: id })} aria-current={isCurrent ? "page" : undefined}>
        {note !== "" && <Icon name="people" />}
        <span className="tab-title" dir="auto">
          {title}
        </span>
        {note !== "" && <span className="soft">{note}</span>}
      </a>
    </li>
  );
}
