// What the model was shown of the page around a source, and which passages say the same.
import type { ReactNode } from "react";

import type { Source } from "@/api/types";
import { useStrings } from "@/strings";

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
          <summary>{strings.contextShown}</summary>
          {context.map((one) => (
            <PassageText key={one.passage_id} source={one} quote={null} />
          ))}
        </details>
      )}
      {same.length > 0 && (
        <p className="soft" dir="auto">
          {strings.alsoIn(same.map((one) => `${one.title}, ${strings.page(one.page_label === "" ? String(one.page) : one.page_label)}`).join("; "))}
        </p>
      )}
    </>
  );
}
