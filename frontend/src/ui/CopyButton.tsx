// A button that copies, and says whether it could.
import { useState, type ReactNode } from "react";

import { useStrings } from "@/strings";

import { IconButton } from "./Button";
import type { IconName } from "./Icon";

/** `write` puts it on the clipboard where it is more than text. */
export function CopyButton(props: { label: string; icon?: IconName } & ({ text: () => string } | { write: () => Promise<void> })): ReactNode {
  const strings = useStrings();
  const [said, setSaid] = useState<"copied" | "copyFailed" | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await ("write" in props ? props.write() : navigator.clipboard.writeText(props.text()));
      setSaid("copied");
    } catch {
      setSaid("copyFailed"); // not a secure page, or not allowed
    }
    setTimeout(() => setSaid(null), 2000);
  };
  const icon = said === "copied" ? "check" : (props.icon ?? "copy");
  return (
    <span className="copy">
      <IconButton icon={icon} label={props.label} onClick={() => void copy()} />
      <span role="status" className="unseen">
        {said === null ? "" : strings[said]}
      </span>
    </span>
  );
}
