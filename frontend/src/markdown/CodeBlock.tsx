// A block of code with its language and a button that copies it.
import type { ReactNode } from "react";

import { useStrings } from "@/strings";
import { CopyButton } from "@/ui/CopyButton";

export function CodeBlock({ language, code }: { language: string; code: string }): ReactNode {
  const strings = useStrings();
  return (
    <figure className="code">
      <figcaption>
        <span>{language}</span>
        <CopyButton label={strings.copyCode} text={() => code} />
      </figcaption>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
