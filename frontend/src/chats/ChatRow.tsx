// One conversation of the list: its title, and what can be done with it.
import { useEffect, useRef, useState, type ReactNode } from "react";

import type { ChatLine } from "@/api/chats";
import { exportPath } from "@/api/exports";
import { saveFile } from "@/api/files";
import { formatRoute } from "@/base/route";
import { language, useStrings } from "@/strings";
import { exportItems, printItem } from "@/ui/ExportMenu";
import { Icon } from "@/ui/Icon";
import { Menu } from "@/ui/Menu";

interface Props {
  chat: ChatLine;
  current: boolean;
  onRename: (title: string) => void;
  onDelete: () => void;
  /** Null where there is nobody to share with. */
  onShare: (() => void) | null;
}

export function ChatRow({ chat, current, onRename, onDelete, onShare }: Props): ReactNode {
  const strings = useStrings();
  const [renaming, setRenaming] = useState(false);
  const title = chat.title === "" ? strings.untitled : chat.title;
  if (renaming) {
    return (
      <li className="chat-row">
        <TitleField
          title={chat.title}
          onDone={(wanted) => {
            setRenaming(false);
            if (wanted !== null && wanted !== chat.title) onRename(wanted);
          }}
        />
      </li>
    );
  }
  const exported = { chatId: chat.chat_id };
  const saveJson = (): void => void saveFile(exportPath(exported, "json", language())).catch(() => undefined);
  return (
    <li className={current ? "chat-row current" : "chat-row"}>
      <a href={formatRoute({ view: "chat", chatId: chat.chat_id, messageId: null, panel: null })} aria-current={current ? "page" : undefined} dir="auto" title={title}>
        <span className="chat-title">{title}</span>
        {chat.share !== null && (
          <span className="snippet">
            <Icon name="people" /> {strings.sharedMark}
          </span>
        )}
        {typeof chat.snippet?.message_id === "string" && <span className="snippet">{chat.snippet.text}</span>}
      </a>
      <Menu
        label={strings.chatActions(title)}
        items={[
          { icon: "edit", label: strings.rename, onSelect: () => setRenaming(true) },
          ...(onShare === null ? [] : [{ icon: "link", label: strings.shareChat, onSelect: onShare } as const]),
          ...exportItems(strings, exported),
          { icon: "document", label: strings.exportJson, onSelect: saveJson },
          ...(current ? [printItem(strings)] : []),
          { icon: "trash", label: strings.delete, onSelect: onDelete },
        ]}
      />
    </li>
  );
}

function TitleField({ title, onDone }: { title: string; onDone: (title: string | null) => void }): ReactNode {
  const strings = useStrings();
  const [value, setValue] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  // The name that it has is replaced by what is typed.
  useEffect(() => field.current?.select(), []);
  return (
    <input
      className="field"
      aria-label={strings.rename}
      value={value}
      maxLength={120}
      ref={field}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => onDone(value.trim() === "" ? null : value.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(value.trim() === "" ? null : value.trim());
        if (event.key === "Escape") {
          event.stopPropagation();
          onDone(null);
        }
      }}
    />
  );
}
