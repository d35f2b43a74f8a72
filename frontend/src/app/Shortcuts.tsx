// The keys, in a dialog.
import type { ReactNode } from "react";

import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";
import { Dialog } from "@/ui/Dialog";

const KEYS: Record<keyof Strings["shortcutList"], string> = {
  send: "Enter",
  newLine: "Shift + Enter",
  stop: "Esc",
  search: "Ctrl / ⌘ + K",
  newChat: "Alt + N",
  next: "] / J",
  previous: "[ / K",
  help: "?",
};

export function Shortcuts({ onClose }: { onClose: () => void }): ReactNode {
  const strings = useStrings();
  return (
    <Dialog title={strings.shortcuts} onClose={onClose}>
      <dl className="shortcuts">
        {Object.entries(strings.shortcutList).map(([name, text]) => (
          <div key={name}>
            <dt>{text}</dt>
            <dd>
              <kbd>{KEYS[name as keyof typeof KEYS]}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
