// What the signs mean and which keys there are, in a dialog.
import type { ReactNode } from "react";

import { SignsList } from "@/citations/SignsHelp";
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

export function Help({ onClose }: { onClose: () => void }): ReactNode {
  const strings = useStrings();
  return (
    <Dialog title={strings.help} onClose={onClose}>
      <h3>{strings.signsTitle}</h3>
      <SignsList />
      <h3>{strings.shortcuts}</h3>
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
