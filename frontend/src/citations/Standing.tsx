// What became of a cited passage: nothing is said as long as it is current.
import { useCallback, type ReactNode } from "react";

import { paths } from "@/api/client";
import { useStrings } from "@/strings";
import { Icon } from "@/ui/Icon";
import { useRemote } from "@/ui/useRemote";

import { readStanding } from "./passage";

export function StandingNote({ passageId }: { passageId: string }): ReactNode {
  const strings = useStrings();
  const load = useCallback((signal: AbortSignal) => readStanding(passageId, signal), [passageId]);
  const { data } = useRemote(load);
  if (data === null || data.state === "current") return null;
  return (
    <p className="note">
      <Icon name="warning" /> <span>{data.state === "superseded" ? strings.superseded : strings.gone}</span>{" "}
      {data.now !== null && (
        <a href={`${paths.file(data.now.doc_id)}#page=${data.now.page}`} target="_blank" rel="noopener noreferrer">
          {strings.nowAt}
        </a>
      )}
    </p>
  );
}
