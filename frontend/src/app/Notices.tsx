// What stands in the way of everything: no server, or nobody signed in; and what was taken away.
import type { ReactNode } from "react";

import { askForKey, keyStore } from "@/api/key";
import { lookForServer, reachStore } from "@/api/reach";
import { staleStore } from "@/base/stale";
import { useStore } from "@/base/store";
import { dismissLost, useCollections } from "@/collections/collections";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

export function Notices(): ReactNode {
  const strings = useStrings();
  const { isLost } = useStore(reachStore);
  const { isDeclined } = useStore(keyStore);
  const isStale = useStore(staleStore);
  const { lost } = useCollections();
  return (
    <div role="alert">
      {isLost && (
        <Notice action={<Button icon="retry" onClick={() => void lookForServer()}>{strings.tryNow}</Button>}>
          <p>{strings.unreachable}</p>
        </Notice>
      )}
      {isStale && !isLost && (
        <Notice action={<Button icon="retry" onClick={() => location.reload()}>{strings.reload}</Button>}>
          <p>{strings.partMissing}</p>
        </Notice>
      )}
      {isDeclined && !isLost && (
        <Notice action={<Button kind="primary" onClick={askForKey}>{strings.signIn}</Button>}>
          <p>{strings.notSignedIn}</p>
        </Notice>
      )}
      {lost.length > 0 && (
        <Notice action={<IconButton icon="close" label={strings.dismiss} onClick={dismissLost} />}>
          {lost.map((name) => (
            <p key={name} dir="auto">
              {strings.lostCollection(name)}
            </p>
          ))}
        </Notice>
      )}
    </div>
  );
}

function Notice({ action, children }: { action: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className="notice">
      <Icon name="warning" />
      <div className="grow">{children}</div>
      {action}
    </div>
  );
}
