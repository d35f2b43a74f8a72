// What can be done with all conversations at once: exported, deleted.
import { useState, type ReactNode } from "react";

import { allPath } from "@/api/chats";
import { saveFile } from "@/api/files";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Menu } from "@/ui/Menu";

export function AllChats({ onDelete }: { onDelete: () => void }): ReactNode {
  const strings = useStrings();
  const [asking, setAsking] = useState(false);
  const download = (format: "json" | "md"): void => void saveFile(allPath(format)).catch(() => undefined);
  return (
    <>
      <Menu
        label={strings.allChats}
        items={[
          { icon: "document", label: strings.exportAllMarkdown, onSelect: () => download("md") },
          { icon: "document", label: strings.exportAllJson, onSelect: () => download("json") },
          { icon: "trash", label: strings.deleteAll, onSelect: () => setAsking(true) },
        ]}
      />
      {asking && (
        <Dialog title={strings.deleteAll} onClose={() => setAsking(false)}>
          <p>{strings.deleteAllSure}</p>
          <div className="row-end">
            <Button onClick={() => setAsking(false)}>{strings.cancel}</Button>
            <Button
              kind="danger"
              icon="trash"
              onClick={() => {
                setAsking(false);
                onDelete();
              }}
            >
              {strings.deleteAll}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
