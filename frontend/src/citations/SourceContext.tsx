// What the model was shown around a source, and which passages say the same.
import type { ReactNode } from "react";

import type { Source } from "@/api/types";
import { useStrings } from "@/strings";
import { formOf, placed, placeOf } from "@/strings/pages";

import { alsoIn, contextOf } from "./model";
import { PassageText } from "./PassageText";

export function SourceContext({ source }: { source: Source }): ReactNode {
  const strings = useStrings();
  const context = contextOf(source);
  const same = alsoIn(source);
  return (
    <>
      {context.length > 0 && (
        <details className="source-context">
          <summary>{strings.contextShown[formOf(source.file_name)]}</summary>
          {context.map((one) => (
            <PassageText key={one.passage_id} source={one} quote={null} />
          ))}
        </details>
      )}
      {same.length > 0 && (
        <p className="soft" dir="auto">
          {strings.alsoIn(same.map((one) => placed(one.title, placeOf(one, strings))).join("; "))}
        </p>
      )}
    </>
  );
}
