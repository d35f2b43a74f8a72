// What the signs mean and which keys there are, in a dialog.
import type { ReactNode } from "react";

import { SignsList } from "@/citations/SignsHelp";
import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";
import { Dialog } from "@/ui/Dialog";

const keysOf = ({ keyNames: { enter, shift } }: Strings): Record<keyof Strings["shortcutList"], string> => ({
  send: enter,
  newLine: `${shift} + ${enter}`,
  stop: "Esc",
  search: "Ctrl / ⌘ + K",
  newChat: "Alt + N",
  next: "] / J",
  previous: "[ / K",
  help: "?",
});

export function Help({ onClose }: { onClose: () => void }): ReactNode {
  const strings = useStrings();
  const keys = keysOf(strings);
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
              <kbd>{keys[name as keyof typeof keys]}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
