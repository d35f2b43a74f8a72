// Where a passage lies: its folder and file, and a way to open the report at its page.
import type { ReactNode } from "react";

import { paths } from "@/api/client";
import { openWithKey } from "@/api/files";
import type { Source } from "@/api/types";
import { useStrings } from "@/strings";
import { Icon } from "@/ui/Icon";

type Place = Pick<Source, "folder" | "file_name" | "doc_id" | "page_start">;

/** Of what may not be read any more there is no way to open it. */
export function FileLine({ place, isShut = false }: { place: Place; isShut?: boolean }): ReactNode {
  const strings = useStrings();
  return (
    <p className="soft file-line" dir="auto">
      {place.folder} / {place.file_name}{" "}
      {!isShut && (
        <a href={`${paths.file(place.doc_id)}#page=${place.page_start}`} target="_blank" rel="noopener noreferrer" onClick={openWithKey}>
          {strings.openReport} <Icon name="open" />
        </a>
      )}
    </p>
  );
}
