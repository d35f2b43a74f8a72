// What became of a cited passage: nothing is said as long as it is current.
import type { ReactNode } from "react";

import type { PassageView } from "@/api/types";
import { formatRoute } from "@/base/route";
import { useStrings } from "@/strings";
import { placed, placeOf } from "@/strings/pages";
import { Icon } from "@/ui/Icon";

export function StandingNote({ passage }: { passage: PassageView }): ReactNode {
  const strings = useStrings();
  const { state, now } = passage;
  if (state === "current") return null;
  return (
    <p className="note">
      <Icon name="warning" /> <span>{strings.states[state]}</span>{" "}
      {now !== null && (
        <a href={formatRoute({ view: "document", docId: now.doc_id, page: now.page, passageId: now.passage_id })}>
          {strings.nowAt(placed(now.title, placeOf({ ...now, file_name: passage.file_name }, strings)))}
        </a>
      )}
    </p>
  );
}
