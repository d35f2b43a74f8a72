// Says that access was taken away while the page was open.
import { type ReactNode } from "react";

import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

import { dismissLost, useCollections } from "./collections";

export function LostNotice(): ReactNode {
  const strings = useStrings();
  const { lost } = useCollections();
  return (
    <div role="alert">
      {lost.length > 0 && (
        <div className="lost-notice">
          <Icon name="warning" />
          <div className="grow">
            {lost.map((name) => (
              <p key={name} dir="auto">
                {strings.lostCollection(name)}
              </p>
            ))}
          </div>
          <IconButton icon="close" label={strings.dismiss} onClick={dismissLost} />
        </div>
      )}
    </div>
  );
}
